package transcribe

import (
	"context"
	"sync"
	"time"

	"earshot/models"
)

// stuckAfter is the number of failed deliveries (over about three seconds) after which Drain no longer waits for a line.
const stuckAfter = 5

// deliver hands an utterance to Done and finishes its job. If Done fails, the utterance is parked: a goroutine of its own
// retries with growing delays while the worker goes on with other tracks. Its own track waits, so that there is at most one
// parked utterance per track.
func (s *Service) deliver(ctx context.Context, parked *sync.WaitGroup, j job, u models.Utterance) {
	if s.hand(ctx, j, u, 0) {
		s.finish(j)
		return
	}
	s.mu.Lock()
	s.working--
	s.parked++
	s.changed.Broadcast()
	s.mu.Unlock()
	parked.Go(func() { s.redeliver(ctx, j, u) })
}

// redeliver offers a parked utterance until Done takes it or ctx ends, in which case its clip is still in the spool.
func (s *Service) redeliver(ctx context.Context, j job, u models.Utterance) {
	wait := firstBackoff
	for tries := 1; ctx.Err() == nil; tries++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if s.hand(ctx, j, u, tries) {
			s.unpark(j)
			return
		}
		if tries == stuckAfter {
			s.mu.Lock()
			s.queue.lanes[keyOf(j.clip.Key)].stuck = true
			s.changed.Broadcast()
			s.mu.Unlock()
		}
		wait = min(2*wait, lastBackoff)
	}
}

// hand offers an utterance to Done once and reports whether it was taken.
func (s *Service) hand(ctx context.Context, j job, u models.Utterance, tries int) bool {
	u.LateMS = models.Age(j.spoken, time.Now()).Milliseconds()
	err := s.done(ctx, u)
	if err != nil && ctx.Err() == nil {
		s.cfg.Logger.Warn("utterance not stored, trying again", "session", u.Session, "key", u.Key.String(), "attempts", tries+1, "err", err)
		s.count(func(t *Stats) { t.Redelivered++ })
	}
	return err == nil
}

// unpark finishes the job of a parked utterance that was taken in the end.
func (s *Service) unpark(j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parked--
	s.queue.lanes[keyOf(j.clip.Key)].stuck = false
	s.queue.done(j)
	s.balance(time.Now())
	s.changed.Broadcast()
}
