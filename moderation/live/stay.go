package live

import (
	"context"
	"errors"
	"sync"
	"time"

	"earshot/models"
)

// lookEvery is how often the passing of time is judged, and whether the session has been erased is checked.
const lookEvery = time.Second

// ErrMoved is the cause of leaving a room in which another process carries the session on: what is pending stays so.
var ErrMoved = errors.New("another process carries the session on")

// Stay is the moderation of a session's room while the bot is there. It ends before the bot leaves, so that restrictions can still
// be lifted.
type Stay struct {
	session *Session
	*place
	leaving chan error    // the cause passed to Leave
	left    chan struct{} // closed when Run has returned
}

// Enter prepares a stay in the session's room. Nothing runs yet.
func (s *Session) Enter(room Room, actor Actor) *Stay {
	return &Stay{
		session: s, place: &place{s.session, room, newExecutor(s.env, room, actor)},
		leaving: make(chan error, 1), left: make(chan struct{}),
	}
}

// Run carries out planned actions in the room, runs the actor and lapses asks, until the context ends or Leave is called. It returns
// after all that it began, with the actor's error. Call it once.
func (st *Stay) Run(ctx context.Context) error {
	defer close(st.left)
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	s := st.session
	if err := s.do(ctx, func() error { s.clips.memory = st.room; return nil }); err != nil {
		return err
	}
	leave := s.places.enter(st.place)
	var kept error
	var group sync.WaitGroup
	group.Go(func() { kept = st.actor.Run(ctx) })
	group.Go(func() {
		st.executor.run(ctx, s.session.ID, s.session.Room)
		s.touch()
		leave()
		s.end(ctx)
	})
	group.Go(func() {
		select {
		case cause := <-st.leaving:
			end(cause)
		case <-ctx.Done():
		}
	})
	group.Go(func() { s.followWishes(ctx, st.room) })
	s.look(ctx, st.room)
	group.Wait()
	return kept
}

// Leave ends Run, whose context then has the given cause, and waits until it has returned or ctx ends. It may be called repeatedly,
// from any goroutine; the first cause counts.
func (st *Stay) Leave(ctx context.Context, cause error) {
	select {
	case st.leaving <- cause:
	default:
	}
	select {
	case <-st.left:
	case <-ctx.Done():
	}
}

// look lapses asks, judges the passing of time and completes clips, until the context ends.
func (s *Session) look(ctx context.Context, room Room) {
	for ctx.Err() == nil {
		if err := s.store.Stored(ctx, s.session.ID); errors.Is(err, models.ErrNotFound) {
			room.End(models.EndErased)
		}
		next := lookEvery
		_ = s.do(ctx, func() error { // fails only when the stay ends
			stored := s.expire(ctx)
			s.tick(ctx)
			s.clips.complete(ctx, s.elapsed(), false)
			if stored {
				next = s.next()
			}
			return nil
		})
		select {
		case <-s.wake:
		case <-time.After(next):
		case <-ctx.Done():
		}
	}
}

// next returns the time until the next look is due: until an ask lapses or a clip can be completed, at most lookEvery.
func (s *Session) next() time.Duration {
	wait := lookEvery
	if s.judge.rules != nil {
		if t := s.judge.rules.NextExpiry(); !t.IsZero() {
			wait = min(wait, time.Until(t))
		}
	}
	if at, ok := s.clips.due(); ok {
		wait = min(wait, at-time.Since(s.session.Started))
	}
	return max(wait, 10*time.Millisecond)
}

// end completes clips with what the room still holds, and lapses the asks, unless another process carries the session on.
func (s *Session) end(ctx context.Context) {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = s.do(context.WithoutCancel(ctx), func() error { // it has no error
		s.clips.complete(keep, s.elapsed(), true)
		if s.past.Load() || errors.Is(context.Cause(ctx), ErrMoved) {
			s.drop(s)
			return nil
		}
		s.over = true
		if s.judge.rules != nil {
			s.judge.rules.End()
			s.expire(keep)
		}
		return nil
	})
}
