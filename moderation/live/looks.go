package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// soundFor fetches the sound of a line that is to be looked at again, before the line's storing lets go of it; nil when
// nothing is to be looked at, or the sound is gone.
func (d *Desk) soundFor(ctx context.Context, u models.Utterance, looks []engine.LookRequest) *models.Clip {
	if len(looks) == 0 {
		return nil
	}
	clip, err := d.store.Clip(ctx, u.Key)
	if err != nil {
		d.log.Warn("no sound for a second look", "key", u.Key.String(), "err", err)
		return nil
	}
	clip.Spoken = u.Spoken
	return &clip
}

// lookAgain has a flagged clip decoded once more for each verdict that waits for it; the caller holds the session's lock.
func (d *Desk) lookAgain(j *judged, looks []engine.LookRequest, clip *models.Clip) {
	for _, l := range looks {
		queued := clip != nil && d.queue.Again(*clip, func(u models.Utterance) {
			j.mu.Lock()
			defer j.mu.Unlock()
			d.looked(j, l, u)
		})
		if !queued {
			d.looked(j, l, models.Utterance{State: models.UtteranceFailed})
		}
	}
}

// looked takes what a second look heard to the judge; the caller holds the session's lock.
func (d *Desk) looked(j *judged, l engine.LookRequest, u models.Utterance) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if d.gone(ctx, l.Decision) {
		j.judge.Lapsed([]models.Decision{{ID: l.Decision}})
		return
	}
	var out engine.Outcome
	err := models.ErrNotFound
	d.guarded(j, l.Utterance.String(), func() {
		out, err = j.judge.SecondLook(l.Decision, u.Model, u, u.State == models.UtteranceFailed, time.Now())
	})
	if err != nil {
		if !errors.Is(err, models.ErrNotFound) { // it came too late: the verdict has lapsed
			d.log.Error("second look not taken", "session", j.session.ID, "err", err)
		}
		return
	}
	d.take(ctx, j, out)
}
