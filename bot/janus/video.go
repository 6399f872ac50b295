package janus

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pion/webrtc/v3"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

// connectWithin bounds ICE and DTLS.
const connectWithin = 12 * time.Second

// stay is the state of one Run. Its handlers run on Run's goroutine.
type stay struct {
	c       *Connector
	s       *session
	handler bot.RoomHandler
	cancel  context.CancelCauseFunc
	slots   *slots
	known   *known

	self   string // own id in the room
	events uint64 // the handle that receives events
	listen uint64 // the handle of the subscription
	opened bool   // the subscription was joined
	wanted map[owner]bool
	conn   *peer.Conn
	early  []webrtc.ICECandidateInit // before the offer
	answer string                    // to the latest offer; "": none yet

	captions uint64 // the TextRoom's handle; 0: not attached. Used by Caption's goroutine

	mix *mix // of an AudioBridge
	can bot.Capabilities
}

const videoRoom = "janus.plugin.videoroom"

// video listens in a VideoRoom.
func (st *stay) video(ctx context.Context) (err error) {
	st.wanted = map[owner]bool{}
	if st.events, err = st.s.attach(ctx, videoRoom); err != nil {
		return refused(err)
	}
	if st.listen, err = st.s.attach(ctx, videoRoom); err != nil {
		return refused(err)
	}
	body := st.room("join")
	body["ptype"], body["display"] = "publisher", st.c.cfg.Name
	e, err := st.join(ctx, body)
	if err != nil {
		return err
	}
	st.joined(st.videoRights(ctx))
	if err := st.publishers(e.Publishers); err != nil {
		return err
	}
	return st.follow(ctx, st.videoEvent, st.videoAgain)
}

// room builds a request about this room.
func (st *stay) room(verb string) request {
	r := request{"request": verb, "room": st.c.at.room}
	if st.c.cfg.PIN != "" {
		r["pin"] = st.c.cfg.PIN
	}
	if st.c.cfg.RoomToken != "" {
		r["token"] = st.c.cfg.RoomToken
	}
	return r
}

// join enters the room and returns what the server says about it.
func (st *stay) join(ctx context.Context, body request) (event, error) {
	m, err := st.s.now().ask(ctx, st.s.plugin(st.events, body, nil))
	if err != nil {
		return event{}, refused(err)
	}
	e, err := m.event()
	st.self = bare(e.ID)
	return e, err
}

func (st *stay) joined(can bot.Capabilities) {
	st.can = can
	st.c.now.Store(st)
	st.handler.Joined(can)
}

// follow handles events until the stay is over.
func (st *stay) follow(ctx context.Context, handle func(context.Context, event) error, again func(context.Context) error) error {
	for {
		m, claimed, err := st.s.next(ctx)
		if err == nil && claimed {
			err = again(ctx)
		} else if err == nil {
			err = st.message(ctx, m, handle)
		}
		if err != nil {
			return err
		}
	}
}

// message handles one message of the server.
func (st *stay) message(ctx context.Context, m message, handle func(context.Context, event) error) error {
	if m.Sender != 0 && m.Sender != st.events && m.Sender != st.listen {
		return nil // of a handle that was detached
	}
	switch m.Janus {
	case "event", "success":
		e, err := m.event()
		if err != nil {
			return err
		}
		if e.ErrorCode != 0 { // a speaker may have left while we asked for their sound
			st.c.cfg.Log.Debug("a request was refused", "code", e.ErrorCode)
			return nil
		}
		if m.Sender == st.listen && st.listen != st.events && len(e.Streams) > 0 {
			st.slots.set(e.Streams, st.known.has)
		}
		if m.JSEP != nil && m.JSEP.Type == "offer" {
			return st.offer(ctx, m.JSEP.SDP)
		}
		return handle(ctx, e)
	case "trickle":
		return st.trickle(m.Candidate)
	case "hangup":
		return errHangup
	case "timeout", "detached":
		return errTimeout
	case "error":
		return refused(m.failure())
	}
	return nil
}

// videoEvent handles an event of a VideoRoom.
func (st *stay) videoEvent(_ context.Context, e event) error {
	switch e.VideoRoom {
	case "destroyed":
		return errRoomClosed
	case "talking", "stopped-talking":
		st.handler.Talking(bare(e.ID), e.VideoRoom == "talking")
		return nil
	}
	if e.Moderation != "" {
		st.known.moderated(bare(e.ID), e.Mid, e.Moderation == "muted")
	}
	for _, gone := range []json.RawMessage{e.Unpublished, e.Leaving, e.Kicked} {
		id := bare(gone)
		switch {
		case len(gone) == 0:
		case id == st.self || id == "ok" && e.Reason == "kicked":
			return errKicked
		default:
			st.left(id)
		}
	}
	return st.publishers(e.Publishers)
}

// left ends a speaker.
func (st *stay) left(id string) {
	st.slots.drop(id)
	for o := range st.wanted {
		if o.feed == id {
			delete(st.wanted, o)
		}
	}
	if st.known.forget(id) {
		st.handler.Left(id)
	}
}

// publishers handles new or changed publishers and subscribes to their audio.
func (st *stay) publishers(list []publisher) error {
	var more []request
	for _, p := range list {
		id := bare(p.ID)
		if id == st.self {
			continue
		}
		st.known.put(p)
		st.handler.Speaker(models.Speaker{ID: id, Name: p.Display, Role: models.RoleSpeaker})
		talks := p.Talking // some versions set it here, others on the stream
		for _, s := range p.Streams {
			talks = talks || s.Talking
			o := owner{feed: id, mid: s.Mid}
			if s.Type == "audio" && !s.Disabled && !st.wanted[o] {
				st.wanted[o] = true
				more = append(more, request{"feed": p.ID, "mid": s.Mid})
			}
		}
		if talks { // there will be no event before the next pause
			st.handler.Talking(id, true)
		}
	}
	if len(more) == 0 {
		return nil
	}
	body := request{"request": "subscribe", "streams": more}
	if !st.opened {
		body = st.room("join")
		body["ptype"], body["use_msid"], body["streams"] = "subscriber", true, more
	}
	st.opened = true
	return st.s.now().send(st.s.plugin(st.listen, body, nil))
}

// offer answers the server's offer. The table of streams was set before.
func (st *stay) offer(ctx context.Context, sdp string) error {
	first := st.conn == nil
	if first {
		conn, err := st.c.cfg.Peer.Receiver(peer.Handler{
			Track: func(t peer.RemoteTrack) peer.Sink { return st.slots.at(t.MID) },
			Full: func(open int) {
				if e, ok := st.handler.(bot.CrowdHandler); ok {
					e.Crowded(open)
				}
			},
		})
		if err != nil {
			return err
		}
		st.conn = conn
	}
	answer, err := st.conn.Accept(ctx, sdp, true)
	if err != nil {
		return fmt.Errorf("janus: %w", err)
	}
	for _, c := range st.early {
		if err := st.conn.AddCandidate(c); err != nil {
			return fmt.Errorf("janus: %w", err)
		}
	}
	st.early = nil
	if first {
		st.s.group.Go(func() { st.watch(ctx) })
	}
	st.answer = answer
	return st.start()
}

// start sends our answer to the server.
func (st *stay) start() error {
	return st.s.now().send(st.s.plugin(st.listen, request{"request": "start"}, &jsep{"answer", st.answer}))
}

// trickle adds a candidate of the server, which may come before its offer.
func (st *stay) trickle(raw json.RawMessage) error {
	var c candidate
	if err := json.Unmarshal(raw, &c); err != nil || c.Completed || c.Candidate == "" {
		return nil //nolint:nilerr // a candidate that cannot be read is one path less
	}
	init := webrtc.ICECandidateInit{Candidate: c.Candidate, SDPMid: c.Mid, SDPMLineIndex: c.Line}
	if st.conn == nil {
		if len(st.early) < 64 {
			st.early = append(st.early, init)
		}
		return nil
	}
	return st.conn.AddCandidate(init)
}

// watch ends the stay when no media path comes up, or when it is lost.
func (st *stay) watch(ctx context.Context) {
	if err := st.conn.Connected(ctx, connectWithin); err != nil {
		st.cancel(bot.Retry(models.EndFailedICE, err))
		return
	}
	if err := st.conn.Wait(ctx); err != nil {
		st.cancel(bot.Retry(models.EndFailedServer, err))
	}
}

// leave ends everything that Run started, except the goroutines that Run waits for.
func (st *stay) leave() {
	st.s.destroy()
	st.s.close()
	if st.conn != nil {
		st.conn.Close()
	}
	st.slots.close()
	if st.mix != nil {
		st.mix.close()
	}
}
