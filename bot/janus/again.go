package janus

import (
	"context"
	"errors"

	"earshot/bot"
	"earshot/models"
)

// roster asks who is in the room and ends those who have left. Events are lost while the websocket is down, so after a reconnect
// the room has to be asked.
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
		return nil, bot.Retry(models.EndFailedServer, errors.New("janus: the room no longer knows the bot"))
	}
	return e.Participants, nil
}

// bridgeAgain catches up with an AudioBridge after the websocket was down.
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

// videoAgain catches up with a VideoRoom after the websocket was down: who left, who joined, and what they send.
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
		case st.known.has(id): // still here, but no longer publishing
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

// streams asks what some people publish. The participant list does not say; a subscription to everything of theirs does. It is
// made on a handle of its own, which is detached without answering the offer.
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
	if errors.As(err, &refusal) && refusal.is(true, roomNoFeed) { // they left meanwhile; an event says so again
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

// withStreams are the people who publish something, with their streams. Whether a moderator muted them stays as it was known.
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
