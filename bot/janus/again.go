package janus

import (
	"context"
	"errors"

	"earshot/bot"
	"earshot/models"
)

// roster asks who is in the room, and ends those who have left. Events are lost while the websocket is away: whoever comes
// back has to ask.
func (st *stay) roster(ctx context.Context) ([]publisher, error) {
	m, err := st.s.now().ask(ctx, st.s.plugin(st.events, st.room("listparticipants"), nil))
	if err != nil {
		return nil, refused(err)
	}
	e, err := m.event()
	if err != nil {
		return nil, err
	}
	here := map[string]bool{}
	for _, p := range e.Participants {
		here[bare(p.ID)] = true
	}
	for _, id := range st.known.ids() {
		if !here[id] {
			st.left(id)
		}
	}
	if !here[st.self] {
		return nil, bot.Retry(models.EndFailedServer, errors.New("janus: the room has forgotten the bot"))
	}
	return e.Participants, nil
}

// bridgeAgain finds out what was missed in an AudioBridge while the websocket was away.
func (st *stay) bridgeAgain(ctx context.Context) error {
	list, err := st.roster(ctx)
	if err != nil {
		return err
	}
	for _, id := range st.known.ids() {
		st.mix.talking(id, false)
	}
	st.participants(list)
	return nil
}

// videoAgain finds out what was missed in a VideoRoom while the websocket was away: who left, who came, and what they send.
func (st *stay) videoAgain(ctx context.Context) error {
	list, err := st.roster(ctx)
	if err != nil {
		return err
	}
	if st.answer != "" {
		if err := st.start(); err != nil {
			return err
		}
	}
	var sending []publisher
	for _, p := range list {
		switch id := bare(p.ID); {
		case id == st.self:
		case p.Publishes:
			sending = append(sending, p)
		case st.known.has(id): // still here, and sends nothing any more
			st.left(id)
		}
	}
	if len(sending) == 0 {
		return nil
	}
	streams, err := st.streams(ctx, sending)
	if err != nil {
		return err
	}
	return st.publishers(st.withStreams(sending, streams))
}

// streams asks what some people send. The list of participants does not say it; a subscription to everything of theirs
// does. It is made on a handle of its own, and given back without an answer to its offer.
func (st *stay) streams(ctx context.Context, of []publisher) ([]stream, error) {
	h, err := st.s.attach(ctx, videoRoom)
	if err != nil {
		return nil, refused(err)
	}
	var feeds []request
	for _, p := range of {
		feeds = append(feeds, request{"feed": p.ID})
	}
	body := st.room("join")
	body["ptype"], body["streams"] = "subscriber", feeds
	m, err := st.s.now().ask(ctx, st.s.plugin(h, body, nil))
	var refusal *serverError
	if errors.As(err, &refusal) && refusal.is(true, roomNoFeed) { // they left meanwhile, which is told by an event again
		return nil, nil
	}
	if err != nil {
		return nil, refused(err)
	}
	detach := st.s.core("detach")
	detach["handle_id"] = h
	if _, err := st.s.now().ask(ctx, detach); err != nil {
		return nil, refused(err)
	}
	e, err := m.event()
	return e.Streams, err
}

// withStreams are those of some people who send something, with what they send. Whether a moderator muted it is as it was
// known before.
func (st *stay) withStreams(people []publisher, streams []stream) (out []publisher) {
	by := map[string][]sent{}
	for _, s := range streams {
		id := bare(s.FeedID)
		known, _ := st.known.find(id)
		by[id] = append(by[id], sent{Type: s.Type, Mid: s.FeedMid, Moderated: known.mids[s.FeedMid]})
	}
	for _, p := range people {
		if p.Streams = by[bare(p.ID)]; len(p.Streams) > 0 {
			out = append(out, p)
		}
	}
	return out
}
