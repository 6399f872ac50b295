package transcribe

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Run decodes with one goroutine per slot until ctx ends, and returns nil after the last of them. Unfinished clips are still
// in the spool. Call it once.
func (s *Service) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.wake)()
	var wg sync.WaitGroup
	wg.Add(1) // keeps the count above 0, so that workers may be added during Wait
	s.mu.Lock()
	s.begin = func(do func(context.Context, *sync.WaitGroup)) { wg.Go(func() { do(ctx, &wg) }) }
	for _, e := range s.slots {
		s.begin(e.with(s.work))
	}
	s.mu.Unlock()
	<-ctx.Done()
	s.mu.Lock()
	s.begin = nil
	s.mu.Unlock()
	wg.Done()
	wg.Wait()
	return nil
}

// Attach adds a slot, before or during Run. small is its decoder under backlog, or nil. detach lets the slot finish its
// current decode and gives it no other; it does not wait, and may be called twice. Both may be called from any goroutine.
func (s *Service) Attach(d, small Decoder) (detach func()) {
	e := &slot{decoder: d, small: small}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slots = append(s.slots, e)
	if s.begin != nil {
		s.begin(e.with(s.work))
	}
	return func() { s.detach(e) }
}

func (s *Service) detach(e *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.left = true
	s.slots = slices.DeleteFunc(s.slots, func(o *slot) bool { return o == e })
	s.changed.Broadcast()
}

// work is the goroutine of one slot. It ends with ctx, when the slot is detached, or when its decoder is gone for good.
func (s *Service) work(ctx context.Context, parked *sync.WaitGroup, e *slot) {
	defer s.detach(e)
	for ready(ctx, e.decoder) {
		t, ok := s.take(ctx, e)
		switch {
		case !ok:
			return
		case t.again != nil && t.again.late:
			s.giveUp(t.again)
		case t.again != nil:
			s.look(ctx, e.decoder, t.again)
		case t.preview:
			s.preview(ctx, e.decoder, t.clip)
		default:
			s.decodeFinal(ctx, parked, e, &t)
		}
	}
}

// decodeFinal decodes a clip and delivers its utterance. A clip whose decoder has gone is queued again.
func (s *Service) decodeFinal(ctx context.Context, parked *sync.WaitGroup, e *slot, t *task) {
	u, err := s.final(ctx, e, t)
	switch {
	case err == nil:
		s.conclude(t.clip, u.Text)
		s.deliver(ctx, parked, t.job, u)
	case errors.Is(err, ErrUnavailable) && ctx.Err() == nil:
		s.giveBack(t.job)
	case errors.Is(err, ErrElsewhere):
		Sharing{s}.leave(t.job)
	default:
		s.finish(t.job)
	}
}

// take waits for a task. It returns false when ctx has ended or the slot was detached.
func (s *Service) take(ctx context.Context, e *slot) (task, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ctx.Err() == nil && !e.left {
		now := time.Now()
		if a, ok := s.takeAgain(now); ok {
			return task{again: a}, true
		}
		if j, ok := s.queue.pop(now); ok {
			s.working++
			s.finals++
			s.settleTrack(j.clip.Key, now)
			return task{job: j, rung: s.ladder.rung}, true
		}
		if c, ok := s.takePartial(now); ok {
			return task{job: job{clip: c}, preview: true}, true
		}
		s.changed.Wait()
	}
	return task{}, false
}
