package fleet

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// membership is a request that this process carries out: the bot is in the room, on its way there, or waiting for its time.
type membership struct {
	request JoinRequest
	room    models.Room
	host    Host
	log     *slog.Logger
	// ctx lasts as long as the membership; leave ends it.
	ctx   context.Context //nolint:containedctx // it is the life of a membership
	leave context.CancelCauseFunc
	come  chan struct{}         // tells the bot to join a standing room now
	gone  chan models.EndReason // why somebody sent it out between two sessions

	mu      sync.Mutex
	stop    context.CancelCauseFunc // ends the current session; nil: there is none
	status  room.Status
	note    string // the last note about this session
	quiet   models.Quiet
	session string
	since   time.Time
	next    time.Time // when the bot will come by its schedule; zero: it is there, or that is unknown
	refusal error     // what has kept the bot out since it was last in the room; nil: nothing
	lease   *Lease    // for the next session to resume what was left; nil: there is nothing
	// succession waits until this process owns the room, while somebody else still has the lease; nil: it owns it.
	succession func(context.Context) (Lease, error)

	progress
}

// progress is what the current session says of itself.
type progress struct {
	parted atomic.Int64 // when it stopped listening, in ms of session time
	// stored returns until when everything heard is stored; nil: there is no session.
	stored atomic.Pointer[func() time.Duration]
}

func newMembership(ctx context.Context, r JoinRequest, in models.Room, host Host, log *slog.Logger) *membership {
	m := &membership{
		request: r, room: in, host: host, log: log, come: make(chan struct{}, 1), gone: make(chan models.EndReason, 1),
		since: time.Now().UTC(), status: room.Status{State: room.StateJoining},
	}
	m.ctx, m.leave = context.WithCancelCause(ctx)
	return m
}

// inherit records a new lease: the next session resumes what an earlier owner left.
func (m *membership) inherit(l Lease) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lease = &l
}

// succeeds records that the next session is taken over from another process, which holds the lease.
func (m *membership) succeeds(l Lease, wait func(context.Context) (Lease, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lease, m.succession = &l, wait
}

// successor returns, once, the function that waits for the handover from another process; nil if there is none.
func (m *membership) successor() func(context.Context) (Lease, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wait := m.succession
	m.succession = nil
	return wait
}

// listens reports whether a session is running.
func (m *membership) listens() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stop != nil
}

// joins reports whether the bot is on its way into the room.
func (m *membership) joins() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status.State == room.StateJoining
}

// inherited returns the lease, once.
func (m *membership) inherited() *Lease {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lease
	m.lease = nil
	return l
}

// await records that the bot is waiting, and until when; zero means that this is unknown.
func (m *membership) await(next time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.status.State != room.StateWaiting {
		m.since = time.Now().UTC()
	}
	m.next, m.status = next, room.Status{State: room.StateWaiting}
}

// end ends the current session in a standing room and returns when the bot will come back.
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
		default: // already told
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

// summon makes the bot come now if it is waiting for its time. It returns false if it is not.
func (m *membership) summon() (waits bool) {
	m.mu.Lock()
	waits = m.stop == nil && m.status.State == room.StateWaiting
	m.mu.Unlock()
	if waits {
		select {
		case m.come <- struct{}{}:
		default: // already told
		}
	}
	return waits
}

// during sets what ends the current session; nil means that there is none.
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
	if s.Quiet != nil { // not a change of state
		m.quiet = *s.Quiet
		return
	}
	if s.Note != "" { // not a change of state
		m.note = s.Note
		return
	}
	if s.State != m.status.State {
		m.since = time.Now().UTC()
	}
	switch {
	case s.State == room.StateListening:
		m.refusal = nil
	case s.Err != nil:
		m.refusal = s.Err
	}
	m.status, m.quiet = s, models.Quiet{}
}

// inside returns what the bot may do in the room, whether it is there, and what keeps it out while it tries to get in.
func (m *membership) inside() (bot.Capabilities, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop == nil && !m.next.IsZero() { // it is waiting for its time
		return m.status.Can, false, nil
	}
	return m.status.Can, m.status.State == room.StateListening, m.refusal
}

func (m *membership) state() models.RoomState {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := models.RoomState{
		Room: m.room.ID, Name: m.room.Name, URL: m.room.URL, State: string(m.status.State), Session: m.session, Since: m.since,
		Reason: m.status.Reason, Profile: m.room.Profile, Next: m.next,
		Note: m.note, Quiet: m.quiet,
	}
	if m.refusal != nil {
		out.Problem = m.refusal.Error()
	}
	return out
}
