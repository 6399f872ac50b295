package live

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// strikesFor is how far back strikes are looked up; by then they have faded.
const strikesFor = 90 * 24 * time.Hour

// Session is one session while it runs, and for some minutes after: what its room's bot hears passes through it, and what its
// rules decide. All that happens in it is judged and stored in its mailbox, one thing after the other. Its exported methods may
// be called from any goroutine.
type Session struct {
	*env
	mailbox

	// ready is closed once the rest is there, or failed says why it is not.
	ready  chan struct{}
	failed error
	used   atomic.Pointer[time.Time] // when it was last asked for
	wake   chan struct{}             // rings when an ask got a new end, or sound is to be completed

	// What follows is used in the mailbox alone, but for what session says of where it is.
	session models.Session
	judge   judge
	clips   clips
	over    bool            // the stay has ended
	shown   []models.Talked // the order of who spoke least that watchers know
}

func newSession(v *env, id string) *Session {
	return &Session{
		env: v, ready: make(chan struct{}), wake: make(chan struct{}, 1), judge: judge{env: v, session: id},
		clips: clips{env: v, session: id, covers: map[string][]covered{}},
	}
}

// made reports whether all of a session is there.
func (s *Session) made() bool {
	if s == nil {
		return false
	}
	select {
	case <-s.ready:
		return s.failed == nil
	default:
		return false
	}
}

// elapsed is the time from the session's start, in ms, by the clock of its lines.
func (s *Session) elapsed() int64 { return time.Since(s.session.Started).Milliseconds() }

// touch has the session be known for a while longer.
func (s *Session) touch() {
	now := time.Now()
	s.used.Store(&now)
}

// place is the bot in the session's room; nil while it is not there.
func (s *Session) place() *place {
	if at := s.places.in(s.session.Room); at != nil && at.session.ID == s.session.ID {
		return at
	}
	return nil
}

// restore takes a session up as it is stored: the people, the open asks and the strikes that count here. Nothing is done
// because of it: what waited in a stay that has ended lapses.
func (s *Session) restore(ctx context.Context, policy func(profile string) Policy) error {
	id := s.judge.session
	info, err := s.store.Session(ctx, id)
	if err != nil {
		return err
	}
	p := policy(info.Profile)
	s.session, s.over, s.clips.keep = info.Session, !info.Live(), p.Keep
	if p.Rules == nil {
		return nil
	}
	s.judge.rules = engine.NewSession(p.Rules, info.Session)
	people, err := s.store.Speakers(ctx, id)
	if err != nil {
		return err
	}
	for _, p := range people {
		s.judge.rules.Person(p)
	}
	stored, err := s.store.Decisions(ctx, id)
	if err = s.readable(id, err); err != nil {
		return err
	}
	strikes, err := s.store.LedgerSince(ctx, id, s.session.Room, time.Now().Add(-strikesFor))
	if err != nil {
		return err
	}
	s.judge.rules.WantOpinions(s.second != nil)
	s.judge.rules.Restore(stored, strikes)
	if s.over {
		s.judge.rules.End()
		s.expire(ctx)
	}
	return nil
}

// expire lapses what nobody answered in time. What cannot be stored lapses again with the next call.
func (s *Session) expire(ctx context.Context) {
	if s.judge.rules == nil {
		return
	}
	out := s.judge.rules.Expire(time.Now().UTC())
	if len(out.Decisions) == 0 {
		return
	}
	for _, x := range out.Decisions {
		if s.gone(ctx, x.ID) {
			s.judge.rules.Lapsed([]models.Decision{x})
		}
	}
	if out = s.judge.rules.Expire(time.Now().UTC()); len(out.Decisions) == 0 {
		return
	}
	if err := s.settle(ctx, outcomeRecord(s.session.ID, out), out.Redactions); err != nil && !errors.Is(err, models.ErrNotFound) {
		s.log.Error("that asks have lapsed is not stored; trying again", "session", s.session.ID, "err", err)
		return
	}
	s.judge.rules.Lapsed(out.Decisions)
}
