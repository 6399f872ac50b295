package media

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// Minimum and maximum delay between attempts to store an item.
const (
	storeAgain = 200 * time.Millisecond
	storePause = 5 * time.Second
)

// delivery passes the items of an outbox to the Sink. It is not safe for concurrent use.
type delivery struct {
	box      *outbox
	sink     Sink
	observer Observer
	session  string
	erased   func() // called once when the session has been erased
	log      *slog.Logger

	gone  bool // the session has been erased: nothing more is stored
	noted bool // the sink holds losses
}

// deliver stores the items in order until the outbox is closed and empty or the context ends. In the latter case, it stores gaps in place
// of the remaining clips and returns an error with their number.
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

// store retries an item until it is stored or given up. It returns false if the context has ended.
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
			d.log.Warn("the session was erased while in progress: nothing more of it is stored")
			d.gone = true
			d.erased()
			return true
		case hopeless(err):
			d.refused(it, err)
			return true
		}
		d.log.Error("cannot store an item, trying again", "ms", pause.Milliseconds(), "err", err)
		if !d.again(ctx, pause) {
			return false
		}
	}
	return true
}

// hopeless reports whether a retry would fail as well, so that the item must not block those after it.
func hopeless(err error) bool {
	return errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrInvalid)
}

// refused drops an item that the sink rejects as invalid; a clip is replaced by a gap.
func (d *delivery) refused(it item, err error) {
	length := int64(0)
	if it.clip != nil {
		length = it.clip.DurationMS()
		d.box.gap(models.LossOf(*it.clip).Gap)
	}
	d.log.Error("an invalid item was dropped", "clip_ms", length, "err", err)
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
			d.log.Error("cannot decode a clip again", "key", it.clip.Key.String(), "err", err)
		}
	}
	return d.sink.Clip(ctx, *it.clip)
}
