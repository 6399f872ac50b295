package media

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// The pauses between two tries to store something.
const (
	storeAgain = 200 * time.Millisecond
	storePause = 5 * time.Second
)

// delivery hands what waits in an outbox to the Sink. One goroutine uses it.
type delivery struct {
	box      *outbox
	sink     Sink
	observer Observer
	session  string
	erased   func() // told once when the session is gone
	log      *slog.Logger

	gone  bool // the session is, so that nothing more is stored
	noted bool // the sink has noted losses
}

// deliver stores item by item, in order, until the outbox is closed and empty or the context ends; then it stores gaps for
// the clips that are left, and tells how many they are.
func (d *delivery) deliver(ctx context.Context) error {
	for {
		it, state := d.box.first()
		switch state {
		case boxDone:
			return nil
		case boxEmpty:
			select {
			case <-d.box.wake:
			case <-ctx.Done():
				return d.giveUp()
			}
		case boxItem:
			if !d.store(ctx, it) {
				return d.giveUp()
			}
			d.box.pop(it)
			if d.noted {
				d.noteLosses(d.box.losses(false))
			}
		}
	}
}

// store hands one item to the sink until it succeeds, the session is gone or the context ends.
func (d *delivery) store(ctx context.Context, it item) bool {
	for pause := storeAgain; !d.gone; pause = min(2*pause, storePause) {
		err := d.send(ctx, it)
		d.box.setFailing(err != nil && !hopeless(err))
		switch {
		case err == nil:
			return true
		case ctx.Err() != nil:
			return false
		case errors.Is(err, models.ErrNotFound):
			d.log.Warn("the session was erased while it went on: nothing more of it is stored")
			d.gone = true
			d.erased()
			return true
		case hopeless(err):
			d.refused(it, err)
			return true
		}
		d.log.Error("cannot store what was heard, trying again", "ms", pause.Milliseconds(), "err", err)
		if !d.again(ctx, pause) {
			return false
		}
	}
	return true
}

// hopeless reports whether storing something again would fail again, so that it must not hold up what comes behind it.
func hopeless(err error) bool {
	return errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrInvalid)
}

// refused gives up what the record refuses for what it is; of a clip its place is kept.
func (d *delivery) refused(it item, err error) {
	d.log.Error("the record refuses something that was heard: it is given up", "clip_ms", it.lengthMS(), "err", err)
	if it.clip != nil {
		d.box.gap(models.LossOf(*it.clip).Gap)
	}
}

// lengthMS is the length of a clip; 0 of anything else.
func (it item) lengthMS() int64 {
	if it.clip == nil {
		return 0
	}
	return it.clip.DurationMS()
}

func (d *delivery) send(ctx context.Context, it item) error {
	switch {
	case it.gap != nil:
		return d.sink.Gap(ctx, *it.gap)
	case it.speaker != nil:
		return d.sink.Speaker(ctx, *it.speaker)
	case it.consent != nil:
		if s, ok := d.sink.(ConsentSink); ok {
			return s.Consent(ctx, *it.consent)
		}
		return nil
	case it.observed != nil:
		d.observer.Observe(ctx, *it.observed)
		return nil
	}
	if it.clip.PCM == nil {
		if err := audio.DecodeClip(it.clip); err != nil {
			d.log.Error("a clip cannot be decoded again", "key", it.clip.Key.String(), "err", err)
		}
	}
	return d.sink.Clip(ctx, *it.clip)
}
