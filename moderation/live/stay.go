package live

import (
	"context"
	"errors"
	"sync"
	"time"

	"earshot/models"
)

// lookEvery is how often it is looked what holds because nothing happens, and whether the session is stored still.
const lookEvery = time.Second

// Stay is a session's part of the bot's stay in its room. It ends before the bot has left, so that what is in force against
// people can be taken back.
type Stay struct {
	session *Session
	*place
	leaving chan error    // why Run is to end
	left    chan struct{} // closed at its end
}

// Enter prepares a stay in the session's room. Nothing runs yet.
func (s *Session) Enter(room Room, actor Actor) *Stay {
	return &Stay{
		session: s, place: &place{s.session, room, newExecutor(s.env, room, actor)},
		leaving: make(chan error, 1), left: make(chan struct{}),
	}
}

// Run carries out what is planned in the room while the bot is there, has what is in force kept by the actor, and lets asks
// lapse, until the context ends or Leave is called. It returns after all that it began, with the actor's error. It may be called
// once.
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
	s.look(ctx, st.room)
	group.Wait()
	return kept
}

// Leave has Run end, whose context then has the cause that is given, and waits until it has or ctx ends. It may be called from
// any goroutine, and again; the first cause counts.
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

// look lets asks lapse and sound be completed until the context ends.
func (s *Session) look(ctx context.Context, room Room) {
	for ctx.Err() == nil {
		if err := s.store.Stored(ctx, s.session.ID); errors.Is(err, models.ErrNotFound) {
			room.Erased()
		}
		next := lookEvery
		_ = s.do(ctx, func() error { // else the stay ends
			s.expire(ctx)
			s.tick(ctx)
			s.clips.complete(ctx, s.elapsed(), false)
			next = s.next()
			return nil
		})
		select {
		case <-s.wake:
		case <-time.After(next):
		case <-ctx.Done():
		}
	}
}

// next is how long nothing has to be looked at: until the next ask lapses or sound can be completed.
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

// end keeps what the room still holds of what was asked for, and lets the asks lapse that nobody can answer now.
func (s *Session) end(ctx context.Context) {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = s.do(context.WithoutCancel(ctx), func() error { // it has no error
		s.clips.complete(keep, s.elapsed(), true)
		s.over = true
		if s.judge.rules != nil {
			s.judge.rules.End()
			s.expire(keep)
		}
		return nil
	})
}
