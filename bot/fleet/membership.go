package fleet

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// membership is a request that this process carries: a room that the bot is in, is on its way to, or waits for its time in.
type membership struct {
	request JoinRequest
	room    models.Room
	host    Host
	log     *slog.Logger
	// ctx is the membership's; leave ends it.
	ctx   context.Context //nolint:containedctx // it is the life of a membership
	leave context.CancelCauseFunc
	come  chan struct{}         // it is to come to a standing room now
	gone  chan models.EndReason // why somebody sent it out between two sessions

	mu      sync.Mutex
	stop    context.CancelCauseFunc // ends the session that is on; nil: none is
	status  room.Status
	note    string // what the host was told last in this session
	session string
	since   time.Time
	next    time.Time // when the bot comes next, by its timetable; zero: it is there, or nobody knows
}

func newMembership(ctx context.Context, r JoinRequest, in models.Room, host Host, log *slog.Logger) *membership {
	m := &membership{
		request: r, room: in, host: host, log: log, come: make(chan struct{}, 1), gone: make(chan models.EndReason, 1),
		since: time.Now().UTC(), status: room.Status{State: room.StateJoining},
	}
	m.ctx, m.leave = context.WithCancelCause(ctx)
	return m
}

// await notes that the bot waits for its time, and when that is; zero: nobody knows.
func (m *membership) await(next time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.status.State != room.StateWaiting {
		m.since = time.Now().UTC()
	}
	m.next, m.status = next, room.Status{State: room.StateWaiting}
}

// end ends the session that is on in a standing room, and says when the bot comes back.
func (m *membership) end(why models.EndReason, now time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop == nil && !m.next.IsZero() {
		return m.next
	}
	switch {
	case m.stop != nil:
		m.stop(bot.End(why, nil))
	case over(why):
		select {
		case m.gone <- why:
		default: // somebody did
		}
	}
	if s := m.request.Schedule; s != nil {
		if until, open := s.Open(now); open {
			now = until
		}
		return s.Next(now)
	}
	return now.Add(awaySent)
}

// summon has the bot come now if it waits for its time; false: it does not wait.
func (m *membership) summon() (waits bool) {
	m.mu.Lock()
	waits = m.stop == nil && m.status.State == room.StateWaiting
	m.mu.Unlock()
	if waits {
		select {
		case m.come <- struct{}{}:
		default: // somebody did
		}
	}
	return waits
}

// during notes what ends the session that is on; nil: none is.
func (m *membership) during(stop context.CancelCauseFunc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stop = stop
}

func (m *membership) begin(s models.Session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.session, m.note = s.ID, ""
}

func (m *membership) watch(s room.Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.Note != "" { // no change of state
		m.note = s.Note
		return
	}
	if s.State != m.status.State {
		m.since = time.Now().UTC()
	}
	m.status = s
}

func (m *membership) inside() (bot.Capabilities, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status.Can, m.status.State == room.StateListening, m.status.Err
}

func (m *membership) state() models.RoomState {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := models.RoomState{
		Room: m.room.ID, Name: m.room.Name, URL: m.room.URL, State: string(m.status.State), Session: m.session, Since: m.since,
		Reason: m.status.Reason, Profile: m.room.Profile, Next: m.next,
		Note: m.note,
	}
	if m.status.Err != nil {
		out.Problem = m.status.Err.Error()
	}
	return out
}
