package demo

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"earshot/cmd/earshot/app"
	"earshot/models"
	"earshot/models/ticks"
	"earshot/moderation/review/events"
)

// choice is what the demo's host answers when she is asked about an insult.
const choice = "mute 60s"

// settleTime is how long, at most, the voices stay after their last words.
const settleTime = 30 * time.Second

// host is the host of the demo: asked about an insult, she has the speaker muted.
type host struct {
	app     *app.App
	session atomic.Pointer[string] // nil until something happened in it
}

// answer answers until ctx ends.
func (h *host) answer(ctx context.Context) error {
	watcher, err := h.app.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		return err
	}
	defer watcher.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-watcher.Events():
			if !ok {
				return watcher.Err()
			}
			if e.SessionID != "" {
				h.session.Store(&e.SessionID)
			}
			if d := e.Decision; d != nil && mutes(*d) {
				if err := h.app.Sessions.Hosts().Choose(ctx, e.SessionID, d.ID, "Ana", choice); err != nil {
					h.app.Log.Warn("the demo host could not answer", "err", err)
				}
			}
		}
	}
}

// mutes reports whether she is asked about an insult and may have the speaker muted.
func mutes(d models.Decision) bool {
	return d.Ask == models.AskOpen && d.Rule == "insult" && slices.Contains(d.Offer, choice)
}

// settle waits until what was said has been judged and what she answered has been carried out, settleTime at most.
func (h *host) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	_ = h.app.Drain(ctx)
	session := h.session.Load()
	if session == nil {
		return // nothing was heard
	}
	for range ticks.AtOnceAndEvery(ctx, 100*time.Millisecond) {
		decisions, err := h.app.Store.Decisions(ctx, *session)
		if err != nil || slices.ContainsFunc(decisions, mutes) {
			continue
		}
		actions, err := h.app.Store.Actions(ctx, *session)
		if err == nil && !slices.ContainsFunc(actions, underWay) {
			return
		}
	}
}

// underWay reports whether an action is yet to take effect. An unmute that is planned for later is not.
func underWay(a models.Action) bool {
	return a.State == models.ActionSent || a.State == models.ActionPlanned && a.Verb != models.VerbUnmute
}
