package jitsi

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"earshot/bot"
	"earshot/models"
)

const (
	// redialWithin is how long a bridge may take to redial: its own longest pause is 30 s.
	redialWithin = 75 * time.Second
	// attachWithin is how long an attempt waits for the bridge.
	attachWithin = 10 * time.Second
)

var (
	errAway = bot.Retry(models.EndRoomClosed, errors.New("jitsi: the bridge is not connected; it dials again by itself"))
	errGone = models.WithHint(bot.End(models.EndRoomClosed, errors.New("jitsi: the bridge has not reconnected for 75 s")),
		"where the meeting goes on, look in jitsi-videobridge's log why it does not reach this machine")
	errOver = bot.End(models.EndRoomClosed, errEnd)
)

// meeting is a meeting, with the bridge's websocket while there is one. Its methods may be called from any goroutine.
type meeting struct {
	id, hint string        // hint is the room's name if the bridge gave one, or ""
	left     chan struct{} // closed when nobody is listening any more
	before   *meeting      // an earlier one with the same id, which is over and is left first; nil: there is none

	mu      sync.Mutex
	now     *stream // nil: the bridge is not connected
	away    time.Time
	over    error         // why the session is over; nil: it goes on
	changed chan struct{} // closed and replaced on each change
}

func newMeeting(id, hint string, before *meeting) *meeting {
	return &meeting{id: id, hint: hint, before: before, left: make(chan struct{}), away: time.Now(), changed: make(chan struct{})}
}

// set changes the state. The caller holds mu.
func (m *meeting) set(s *stream, over error) {
	m.now, m.over = s, over
	if s == nil {
		m.away = time.Now()
	}
	close(m.changed)
	m.changed = make(chan struct{})
}

// take replaces the bridge's websocket.
func (m *meeting) take(s *stream) {
	m.mu.Lock()
	old := m.now
	m.set(s, nil)
	m.mu.Unlock()
	if old != nil {
		old.close(websocket.ClosePolicyViolation, "a newer connection took over")
	}
}

// lose records that a websocket has ended.
func (m *meeting) lose(s *stream, why error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now == s {
		switch {
		case errors.Is(why, errEnd):
			m.set(nil, errOver)
		case errors.Is(why, errJigasi):
			m.set(nil, errJigasi)
		default:
			m.set(nil, nil)
		}
	}
}

// connected waits for the bridge's websocket. If there is none, the error says whether it may still come.
func (m *meeting) connected(ctx context.Context) (*stream, error) {
	t := time.NewTimer(attachWithin)
	defer t.Stop()
	for {
		m.mu.Lock()
		s, over, away, changed := m.now, m.over, m.away, m.changed
		m.mu.Unlock()
		switch {
		case s != nil:
			return s, nil
		case over != nil:
			return nil, over
		case time.Since(away) > redialWithin:
			return nil, errGone
		}
		select {
		case <-changed:
		case <-t.C:
			return nil, errAway
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// ended returns the error that ends a stay whose websocket has ended.
func (m *meeting) ended() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over != nil {
		return m.over
	}
	return bot.Retry(models.EndFailedServer, errors.New("jitsi: the bridge's connection is lost"))
}

// isOver reports whether the session is over.
func (m *meeting) isOver() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.over != nil
}

// close hangs up.
func (m *meeting) close(why string) {
	m.mu.Lock()
	s := m.now
	m.mu.Unlock()
	if s != nil {
		s.close(websocket.CloseGoingAway, why)
	}
}
