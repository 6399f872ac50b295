package janus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
	"earshot/models/ticks"
)

const (
	claimWithin = 12 * time.Second // for a new websocket after one broke
	claimEvery  = 500 * time.Millisecond
	leaveWithin = 2 * time.Second
)

// session is a Janus session, which outlives its websocket.
type session struct {
	c     *Connector
	id    uint64
	group sync.WaitGroup

	mu     sync.Mutex
	sock   *socket
	closed bool
}

// open dials and creates a session. On error nothing stays open.
func (c *Connector) open(ctx context.Context) (*session, error) {
	s := &session{c: c}
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	m, err := s.now().ask(ctx, s.core("create"))
	if err == nil && m.Data.ID == 0 {
		err = errors.New("janus: the server gave no session")
	}
	if err != nil {
		s.close()
		s.group.Wait()
		return nil, refused(err)
	}
	s.id = m.Data.ID
	return s, nil
}

// connect opens a websocket and reads it.
func (s *session) connect(ctx context.Context) error {
	sock, err := dial(ctx, s.c.cfg.Peer, s.c.at.socket)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		sock.close()
		return errBroken
	}
	s.sock = sock
	s.group.Go(sock.read)
	return nil
}

func (s *session) now() *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sock
}

// core builds a request to the Janus core.
func (s *session) core(verb string) request {
	r := request{"janus": verb}
	if s.id != 0 {
		r["session_id"] = s.id
	}
	if s.c.cfg.APISecret != "" {
		r["apisecret"] = s.c.cfg.APISecret
	}
	if s.c.cfg.Token != "" {
		r["token"] = s.c.cfg.Token
	}
	return r
}

// plugin builds a request to a plugin. j may be nil.
func (s *session) plugin(handle uint64, body request, j *jsep) request {
	r := s.core("message")
	r["handle_id"], r["body"] = handle, body
	if j != nil {
		r["jsep"] = j
	}
	return r
}

// attach opens a plugin handle.
func (s *session) attach(ctx context.Context, plugin string) (uint64, error) {
	r := s.core("attach")
	r["plugin"] = plugin
	m, err := s.now().ask(ctx, r)
	if err == nil && m.Data.ID == 0 {
		err = errors.New("janus: the server gave no handle")
	}
	return m.Data.ID, err
}

// keep sends keepalives.
func (s *session) keep(ctx context.Context) {
	for range ticks.Every(ctx, keepEvery) {
		_ = s.now().send(s.core("keepalive")) // a broken socket is noticed by its reader
	}
}

// next returns the next event. If the websocket broke, it opens another and claims the session; claimed says that events may
// have been missed.
func (s *session) next(ctx context.Context) (m message, claimed bool, err error) {
	m, err = s.now().next(ctx)
	if !errors.Is(err, errBroken) {
		return m, false, err
	}
	s.c.cfg.Log.Warn("websocket lost, claiming the session", "err", err)
	began := time.Now()
	for time.Since(began) < claimWithin {
		again := s.claim(ctx)
		var refusal *serverError
		if again == nil {
			s.c.cfg.Log.Info("session claimed", "ms", time.Since(began).Milliseconds())
			return m, true, nil
		}
		if errors.As(again, &refusal) || ctx.Err() != nil {
			break // the server has forgotten the session
		}
		t := time.NewTimer(claimEvery)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
	return m, false, bot.Retry(models.EndFailedServer, fmt.Errorf("janus: %w", err))
}

func (s *session) claim(ctx context.Context) error {
	s.now().close()
	if err := s.connect(ctx); err != nil {
		return err
	}
	_, err := s.now().ask(ctx, s.core("claim"))
	return err
}

// destroy ends the session on the server, which takes everything with it.
func (s *session) destroy() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
	defer cancel()
	_, _ = s.now().ask(ctx, s.core("destroy")) // the server times out an abandoned session
}

func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.sock.close()
}
