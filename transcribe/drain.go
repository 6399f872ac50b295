package transcribe

import (
	"context"
	"fmt"
)

// Drain waits until no final is queued or being decoded, while Run runs. When ctx ends first, or lines can't be stored again
// and again, it returns an error with the number of clips that are left; they are in the spool.
func (s *Service) Drain(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.wake)()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		stuck, behind := s.queue.stuck()
		if s.queue.waiting-behind+s.working+s.parked-stuck+len(s.repeats)+s.looking == 0 {
			if stuck > 0 {
				return fmt.Errorf("transcribe: %d clips are left in the spool: their lines can't be stored", stuck+behind)
			}
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("transcribe: %d clips are left in the spool: %w", s.queue.waiting+s.working+s.parked, ctx.Err())
		}
		s.changed.Wait()
	}
}
