package livekit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/models"
)

const (
	// resumeFor is how long resuming a broken websocket is tried; media lasts about as long without one.
	resumeFor   = 10 * time.Second
	resumePause = 300 * time.Millisecond
)

// resume reopens the signalling for the same participant, so that media keeps flowing. When the server no longer knows the
// participant, the error says that the room must be joined again.
func (s *stay) resume(ctx context.Context, cause error) error {
	s.signal().close()
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, resumeFor)
	defer cancel()
	for pause := resumePause; ; pause = min(2*pause, 2*time.Second) {
		again, err := s.reconnect(ctx)
		if err == nil {
			s.c.log.Info("signalling resumed", "ms", time.Since(began).Milliseconds())
			return nil
		}
		if !again {
			return err
		}
		if !s.wait(ctx, pause) {
			return bot.Retry(models.EndFailedServer, fmt.Errorf("livekit: the signalling connection was lost: %w", errors.Join(cause, err)))
		}
	}
}

// wait pauses between attempts; it reports false when the stay is over or out of time.
func (s *stay) wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.media.conn.Done():
	case <-ctx.Done():
	}
	return false
}

// reconnect tries once; again says whether another attempt may help.
func (s *stay) reconnect(ctx context.Context) (again bool, err error) {
	token, err := s.c.joinToken(time.Now())
	if err != nil {
		return false, err
	}
	sig, err := dial(ctx, s.c.cfg.Peer, s.c.at.ws, token, url.Values{"reconnect": {"1"}, "sid": {s.me}})
	if err != nil {
		var r *refused
		if errors.As(err, &r) {
			return false, refusal(err)
		}
		return true, err
	}
	sig.silent = s.signal().silent
	if err := s.welcome(ctx, sig); err != nil {
		sig.close()
		var e *bot.EndError
		return !errors.As(err, &e), err
	}
	s.mu.Lock()
	s.sig = sig
	s.mu.Unlock()
	s.listenTo(sig)
	err = sig.send(s.state())
	if t := s.currentTalker(); err == nil && t != nil {
		err = t.offer(sig)
	}
	if err != nil {
		s.c.log.Debug("the state was not sent", "err", err) // the broken websocket shows when it is read, and is resumed again
	}
	return false, nil
}

// welcome waits until the server has accepted the resume.
func (s *stay) welcome(ctx context.Context, sig *signal) error {
	defer context.AfterFunc(ctx, sig.close)()
	for {
		m, err := sig.receive()
		if err != nil {
			return err
		}
		if l := m.GetLeave(); l != nil {
			return s.farewell(l)
		}
		if m.GetReconnect() != nil {
			return nil
		}
	}
}

// state tells the server about our subscriptions after a reconnect.
func (s *stay) state() *lk.SignalRequest {
	var sids []string
	for _, p := range s.people.all() {
		for _, t := range audible(p.info) {
			if s.tracks.subscribed[t.GetSid()] {
				sids = append(sids, t.GetSid())
			}
		}
	}
	offer, answer := s.media.descriptions()
	return &lk.SignalRequest{Message: &lk.SignalRequest_SyncState{SyncState: &lk.SyncState{
		Offer: description("offer", offer), Answer: description("answer", answer),
		Subscription: &lk.UpdateSubscription{TrackSids: sids, Subscribe: true},
	}}}
}
