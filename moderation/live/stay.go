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

// Attend carries out what is planned in the room while the bot is there, has what is in force kept by the actor, and lets asks
// lapse, until the context ends. It returns after all that it began, with the actor's error.
func (s *Session) Attend(ctx context.Context, room Room, actor Actor) error {
	st := &stay{room, newPerformer(s.env, room, actor)}
	if err := s.enter(ctx, st); err != nil {
		return err
	}
	leave := s.plans.enter(s.session.Room, st.performer)
	var kept error
	var group sync.WaitGroup
	group.Go(func() { kept = actor.Run(ctx) })
	group.Go(func() {
		st.run(ctx, s.session.ID, s.session.Room)
		leave()
		s.leave(ctx)
	})
	s.look(ctx, room)
	group.Wait()
	return kept
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

// enter notes that the bot is in the room.
func (s *Session) enter(ctx context.Context, st *stay) error {
	s.stay.Store(st)
	return s.do(ctx, func() error {
		s.clips.memory = st.room
		return nil
	})
}

// leave notes that the bot is not in the room any more, keeps what it still holds of what was asked for, and lets the asks
// lapse that nobody can answer now.
func (s *Session) leave(ctx context.Context) {
	s.touch()
	s.stay.Store(nil)
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
