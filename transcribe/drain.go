package transcribe

import (
	"context"
	"fmt"
)

// Drain waits, while Run runs, until no final is queued or being decoded. When ctx ends first, or storing keeps failing, it
// returns an error with the number of clips left in the spool.
func (s *Service) Drain(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.wake)()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		stuck, behind := s.queue.stuck()
		if s.queue.waiting-behind+s.working+s.parked-stuck+len(s.shared.away)+len(s.repeats)+s.looking == 0 {
			if stuck > 0 {
				return fmt.Errorf("transcribe: %d clips are left in the spool: their lines can't be stored", stuck+behind)
			}
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("transcribe: %d clips are left in the spool: %w", s.queue.waiting+s.working+s.parked+len(s.shared.away), ctx.Err())
		}
		s.changed.Wait()
	}
}
