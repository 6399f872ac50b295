package room

import (
	"context"
	"time"

	"earshot/models"
)

// giveUpTime is how long the storing of gaps may take for what could not be stored in time.
const giveUpTime = 5 * time.Second

// losses are the clips and gaps that wait.
func (o *outbox) losses(settled bool) (out []models.Loss) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, it := range o.items {
		switch {
		case it.clip != nil:
			out = append(out, models.LossOf(*it.clip))
		case it.gap != nil:
			out = append(out, models.Loss{Gap: *it.gap})
		default:
			continue
		}
		out[len(out)-1].Settled = settled
	}
	return out
}

// noteLosses has what waits written down, so that it is not lost without a word whatever happens. deliver's goroutine
// calls it.
func (o *outbox) noteLosses(losses []models.Loss) {
	s, ok := o.sink.(LossSink)
	if !ok || len(losses) == 0 && !o.noted {
		return
	}
	if err := s.Losses(o.session, losses); err != nil {
		o.log.Error("cannot note what is missing if the program ends now", "waiting", len(losses), "err", err)
		return
	}
	o.noted = len(losses) > 0
}

// again waits until it is time to try again, and has what comes meanwhile noted. It reports false when the context ended.
func (o *outbox) again(ctx context.Context, pause time.Duration) bool {
	t := time.NewTimer(pause)
	defer t.Stop()
	for {
		o.noteLosses(o.losses(false))
		select {
		case <-t.C:
			return true
		case <-o.wake:
		case <-ctx.Done():
			return false
		}
	}
}

// giveUp stores gaps in the place of what could not be stored in time. What finds no room even so stays noted, and becomes
// gaps when there is some.
func (o *outbox) giveUp() error {
	ctx, cancel := context.WithTimeout(context.Background(), giveUpTime)
	defer cancel()
	losses := o.losses(true)
	o.noteLosses(losses)
	for i, l := range losses {
		if err := o.sink.Gap(ctx, l.Gap); err != nil {
			o.log.Error("gaps cannot be stored yet", "gaps", len(losses)-i, "noted", o.noted, "err", err)
			return o.left()
		}
	}
	o.noteLosses(nil)
	return o.left()
}

// unstored is how much sound waits because it could not be stored.
func (o *outbox) unstored() (d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.failing {
		return 0
	}
	for _, it := range o.items {
		if it.clip != nil {
			d += time.Duration(it.clip.DurationMS()) * time.Millisecond
		}
	}
	return d
}

func (o *outbox) setFailing(failing bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failing = failing
}
