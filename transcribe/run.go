package transcribe

import (
	"context"
	"sync"
	"time"
)

// Run decodes with one goroutine per engine until ctx ends, and returns nil after the last of them. What was not
// finished is still in the spool.
func (s *Service) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.wake)()
	var wg sync.WaitGroup
	for i, e := range s.cfg.Engines {
		slot := slot{engine: e}
		if i < len(s.cfg.Fallback) {
			slot.small = s.cfg.Fallback[i]
		}
		wg.Go(func() { s.work(ctx, &wg, slot) })
	}
	wg.Wait()
	return nil
}

func (s *Service) work(ctx context.Context, parked *sync.WaitGroup, e slot) {
	for s.ready(ctx, e.engine) {
		t, ok := s.take(ctx)
		switch {
		case !ok:
			return
		case t.again != nil && t.again.late:
			s.giveUp(t.again)
		case t.again != nil:
			s.look(ctx, e.engine, t.again)
		case t.preview:
			s.preview(ctx, e.engine, t.clip)
		default:
			u, ok := s.final(ctx, e, &t)
			if !ok {
				s.finish(t.job)
				continue
			}
			s.conclude(t.clip, u.Text)
			s.deliver(ctx, parked, t.job, u)
		}
	}
}

// take waits for something to do; false says that ctx ended.
func (s *Service) take(ctx context.Context) (task, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ctx.Err() == nil {
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
