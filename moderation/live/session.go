package live

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// Session is a session while it runs, and for some minutes after. Everything that happens in it is judged and stored sequentially in
// its mailbox. Its exported methods may be called from any goroutine.
type Session struct {
	*env
	mailbox

	// ready is closed once the session has been restored, or failed is set.
	ready  chan struct{}
	failed error
	used   atomic.Pointer[time.Time] // when it was last used
	past   atomic.Bool               // another process carries it on
	drop   func(*Session)
	wake   chan struct{} // signals a new deadline of an ask, or a clip to complete

	// What follows is used in the mailbox only, except for the session's id and room.
	session models.Session
	judge   judge
	clips   clips
	over    bool            // the session has ended
	shown   []models.Talked // the floor published last
}

func newSession(shared *env, id string, drop func(*Session)) *Session {
	v := *shared
	return &Session{
		env: &v, ready: make(chan struct{}), drop: drop, wake: make(chan struct{}, 1), judge: judge{env: &v, session: id},
		clips: clips{env: &v, session: id, covers: map[string][]covered{}},
	}
}

// superseded stops a session that another process carries on: nothing that this one writes is stored any more. It does not wait, and
// may be called repeatedly, from any goroutine.
func (s *Session) superseded() {
	if s.past.Swap(true) {
		return
	}
	s.drop(s)
	at := s.place()
	if at == nil {
		return
	}
	s.log.Warn("another process carries this session on: leaving the room", "session", s.session.ID, "epoch", s.session.Epoch)
	at.room.End(models.EndMoved)
}

// made reports whether a session has been restored.
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

// elapsed returns the session time, in ms.
func (s *Session) elapsed() int64 { return time.Since(s.session.Started).Milliseconds() }

// touch records a use.
func (s *Session) touch() {
	now := time.Now()
	s.used.Store(&now)
}

// place returns the session's place; nil while the bot is not in its room.
func (s *Session) place() *place {
	if at := s.places.in(s.session.Room); at != nil && at.session.ID == s.session.ID && at.session.Epoch == s.session.Epoch {
		return at
	}
	return nil
}

// restore loads a session from the store: the people, the open asks and the strikes that count here. It triggers no actions; what
// was pending in a session that has ended lapses.
func (s *Session) restore(ctx context.Context, policy func(profile string) Policy) error {
	id := s.judge.session
	info, err := s.store.Session(ctx, id)
	if err != nil {
		return err
	}
	if s.under != nil {
		s.store = s.under(id, info.Epoch, s.superseded)
	}
	p := policy(info.Profile)
	s.session, s.over, s.clips.keep = info.Session, !info.Live(), p.Keep
	s.judge.captions = p.Captions && !info.ModerateOnly
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
	strikes, err := s.store.LedgerSince(ctx, id, s.session.Room, time.Time{})
	if err != nil {
		return err
	}
	s.judge.rules.WantOpinions(s.second != nil)
	s.judge.rules.Restore(stored, strikes)
	if s.over {
		s.judge.rules.End()
		s.expire(ctx)
		return nil
	}
	return s.recall(ctx, stored)
}

// recall has the rules take up what was said in the session so far.
func (s *Session) recall(ctx context.Context, stored []models.Decision) error {
	lines, err := s.store.Utterances(ctx, s.session.ID)
	if err = s.readable(s.session.ID, err); err != nil {
		return err
	}
	flagged := map[models.Key]bool{}
	for _, d := range stored {
		flagged[d.Utterance] = true
	}
	s.judge.guarded("", func() { s.judge.rules.Recall(lines, flagged) })
	return nil
}

// expire lapses asks that nobody answered in time. It returns false if that can't be stored, and the next call is to try again.
func (s *Session) expire(ctx context.Context) bool {
	if s.judge.rules == nil {
		return true
	}
	out := s.judge.rules.Expire(time.Now().UTC())
	if len(out.Decisions) == 0 {
		return true
	}
	for _, x := range out.Decisions {
		if s.gone(ctx, x.ID) {
			s.judge.rules.Lapsed([]models.Decision{x})
		}
	}
	if out = s.judge.rules.Expire(time.Now().UTC()); len(out.Decisions) == 0 {
		return true
	}
	if err := s.settle(ctx, outcomeRecord(s.session.ID, out), out.Redactions); err != nil && !errors.Is(err, models.ErrNotFound) {
		s.log.Error("cannot store that asks have lapsed; trying again", "session", s.session.ID, "err", err)
		return false
	}
	s.judge.rules.Lapsed(out.Decisions)
	return true
}
