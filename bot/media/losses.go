package media

import (
	"context"
	"fmt"
	"time"

	"earshot/models"
)

// GiveUpTime is how long the storing of gaps may take for what could not be stored in time.
const GiveUpTime = 5 * time.Second

// noteLosses has what waits written down, so that it is not lost without a word whatever happens. deliver's goroutine
// calls it.
func (d *delivery) noteLosses(losses []models.Loss) {
	s, ok := d.sink.(LossSink)
	if !ok || len(losses) == 0 && !d.noted {
		return
	}
	if err := s.Losses(d.session, losses); err != nil {
		d.log.Error("cannot note what is missing if the program ends now", "waiting", len(losses), "err", err)
		return
	}
	d.noted = len(losses) > 0
}

// again waits until it is time to try again, and has what comes meanwhile noted. It reports false when the context ended.
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

// giveUp stores gaps in the place of what could not be stored in time. What finds no room even so stays noted, and becomes
// gaps when there is some.
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

// left is an error when clips could not be stored.
func (d *delivery) left() error {
	n := d.box.waiting()
	if n == 0 {
		return nil
	}
	return fmt.Errorf("bot: %d clips could not be stored in time: they are gaps", n)
}
