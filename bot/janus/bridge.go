package janus

import (
	"context"
	"errors"
	"fmt"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
	"earshot/models/ticks"
)

const audioBridge = "janus.plugin.audiobridge"

// bridge listens in an AudioBridge: one mixed track, and events that say who is talking.
func (st *stay) bridge(ctx context.Context) (err error) {
	if st.events, err = st.s.attach(ctx, audioBridge); err != nil {
		return refused(err)
	}
	st.listen = st.events
	st.mix = newMix(st.handler)
	body := st.room("join")
	body["display"], body["muted"] = st.c.cfg.Name, true
	e, err := st.join(ctx, body)
	if err != nil {
		return err
	}
	st.joined(st.videoRights(ctx))
	st.participants(e.Participants)
	if err := st.hear(ctx); err != nil {
		return err
	}
	st.s.group.Go(func() { st.deal(ctx) })
	return st.follow(ctx, st.bridgeEvent, st.bridgeAgain)
}

// hear requests the mix with an offer of our own.
func (st *stay) hear(ctx context.Context) (err error) {
	if st.conn, err = st.c.cfg.Peer.Receiver(peer.Handler{Track: func(peer.RemoteTrack) peer.Sink { return st.mix }}); err != nil {
		return err
	}
	offer, err := st.conn.Offer(ctx)
	if err != nil {
		return err
	}
	m, err := st.s.now().ask(ctx, st.s.plugin(st.events, request{"request": "configure", "muted": true}, &jsep{"offer", offer}))
	if err != nil {
		return refused(err)
	}
	if m.JSEP == nil {
		return bot.Retry(models.EndFailedServer, errors.New("janus: no answer to the offer"))
	}
	if err := st.conn.Answer(m.JSEP.SDP); err != nil {
		return fmt.Errorf("janus: %w", err)
	}
	st.s.group.Go(func() { st.watch(ctx) })
	return nil
}

// deal passes the mix on until the stay ends.
func (st *stay) deal(ctx context.Context) {
	for now := range ticks.Every(ctx, mixLook) {
		st.mix.deal(now)
	}
}

// bridgeEvent handles an event of an AudioBridge.
func (st *stay) bridgeEvent(_ context.Context, e event) error {
	switch e.AudioBridge {
	case "destroyed":
		return errRoomClosed
	case "talking", "stopped-talking":
		st.mix.talking(bare(e.ID), e.AudioBridge == "talking")
		return nil
	}
	if len(e.Kicked) > 0 && bare(e.Kicked) == st.self {
		return errKicked
	}
	for _, id := range []string{bare(e.Leaving), bare(e.Kicked)} {
		if id != "" {
			st.mix.talking(id, false)
			st.left(id)
		}
	}
	st.participants(e.Participants)
	return nil
}

// participants handles people who joined or whose state changed.
func (st *stay) participants(list []publisher) {
	for _, p := range list {
		id := bare(p.ID)
		if id == st.self {
			continue
		}
		st.known.put(p)
		st.mix.named(id, p.Display)
		st.handler.Speaker(models.Speaker{ID: id, Name: p.Display, Role: models.RoleSpeaker})
		if p.Talking && !p.Muted {
			st.mix.talking(id, true)
		}
	}
}
