package transcribe

import (
	"context"
	"sync"
	"time"

	"earshot/models"
)

// stuckAfter is how often handing a line on must have failed for a Drain to wait for it no longer: some three seconds.
const stuckAfter = 5

// deliver hands an utterance on and ends its job. One that is not taken is parked: it is tried again, ever more slowly, by a
// goroutine of its own, and the worker goes on with other tracks. Its own track waits, so that the parked lines are no more
// than the tracks are.
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

// redeliver hands a parked utterance on until it is taken or ctx ends; then its clip is still in the spool.
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

// hand offers an utterance once and reports whether it was taken.
func (s *Service) hand(ctx context.Context, j job, u models.Utterance, tries int) bool {
	u.LateMS = models.Age(j.spoken, time.Now()).Milliseconds()
	err := s.done(ctx, u)
	if err != nil && ctx.Err() == nil {
		s.cfg.Logger.Warn("utterance not stored, trying again", "session", u.Session, "key", u.Key.String(), "attempts", tries+1, "err", err)
		s.count(func(t *Stats) { t.Redelivered++ })
	}
	return err == nil
}

// unpark ends the job of a line that was taken after all.
func (s *Service) unpark(j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parked--
	s.queue.lanes[keyOf(j.clip.Key)].stuck = false
	s.queue.done(j)
	s.balance(time.Now())
	s.changed.Broadcast()
}
