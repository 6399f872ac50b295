package media

import (
	"context"
	"fmt"
	"time"

	"earshot/models"
)

// GiveUpTime limits how long storing gaps may take, in place of what could not be stored in time.
const GiveUpTime = 5 * time.Second

// noteLosses records what is queued, so that it is accounted for even if the program crashes.
func (d *delivery) noteLosses(losses []models.Loss) {
	s, ok := d.sink.(LossSink)
	if !ok || len(losses) == 0 && !d.noted {
		return
	}
	if err := s.Losses(d.session, losses); err != nil {
		d.log.Error("cannot record what would be lost if the program ended now", "waiting", len(losses), "err", err)
		return
	}
	d.noted = len(losses) > 0
}

// again waits before a retry, and meanwhile records what is queued. It returns false if the context has ended.
func (d *delivery) again(ctx context.Context, pause time.Duration) bool {
	t := time.NewTimer(pause)
	defer t.Stop()
	for {
		d.noteLosses(d.box.losses(false))
		select {
		case <-t.C:
			return true
		case <-d.box.wake:
		case <-ctx.Done():
			return false
		}
	}
}

// giveUp stores gaps in place of what could not be stored in time. Gaps that can't be stored either remain recorded as losses and are
// stored as gaps later.
func (d *delivery) giveUp() error {
	ctx, cancel := context.WithTimeout(context.Background(), GiveUpTime)
	defer cancel()
	losses := d.box.losses(true)
	d.noteLosses(losses)
	for i, l := range losses {
		if err := d.sink.Gap(ctx, l.Gap); err != nil {
			d.log.Error("gaps cannot be stored yet", "gaps", len(losses)-i, "noted", d.noted, "err", err)
			return d.left()
		}
	}
	d.noteLosses(nil)
	return d.left()
}

// left returns an error if clips could not be stored.
func (d *delivery) left() error {
	n := d.box.waiting()
	if n == 0 {
		return nil
	}
	return fmt.Errorf("bot: %d clips could not be stored in time: they are gaps", n)
}
