package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"earshot/cmd/earshot/doctor"
	"earshot/models"
)

const (
	// recordEvery is how often the record is looked at.
	recordEvery = time.Second
	// noRoom is so little that a line may not fit: whether one does is tried. lowRoom is where the owner is told.
	noRoom  = 1 << 20
	lowRoom = 256 << 20
)

// watchedStore is the store as recordWatch looks at it.
type watchedStore interface {
	Trouble() *models.Trouble
	TryWriting(context.Context) error
	EndSession(ctx context.Context, id string, reason models.EndReason, ended time.Time) error
	Path() string
}

// recordWatch knows whether what is heard can be written down, and tells all pages when that changes. Its methods may be
// called from any goroutine.
type recordWatch struct {
	store watchedStore
	hub   interface{ Publish(models.Event) uint64 }
	log   *slog.Logger
	space func(dir string) (bytes, files uint64, err error)
	// ended is called for a session whose end found no room at first.
	ended func(context.Context, models.Session)

	mu    sync.Mutex
	alarm string
	ends  []models.Session // they are over, and their end is not stored
}

func newRecordWatch(store watchedStore, hub interface{ Publish(models.Event) uint64 }, log *slog.Logger) *recordWatch {
	return &recordWatch{store: store, hub: hub, log: log, space: doctor.Linux{}.Space}
}

// run looks until the context ends.
func (w *recordWatch) run(ctx context.Context) error {
	tick := time.NewTicker(recordEvery)
	defer tick.Stop()
	for {
		w.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look finds out how the record is, and tells when that is news.
func (w *recordWatch) look(ctx context.Context) {
	if free, err := w.free(); w.store.Trouble() != nil || err == nil && free < noRoom {
		if err := w.store.TryWriting(ctx); err == nil {
			w.endLate(ctx)
		}
	}
	text := w.text()
	w.mu.Lock()
	news := text != w.alarm
	w.alarm = text
	w.mu.Unlock()
	if !news {
		return
	}
	if t := w.store.Trouble(); t != nil {
		w.log.Error("nothing can be written to the record", "since", t.Since, "full", t.Full, "err", t.Err)
	} else {
		w.log.Info("the record can be written to again")
	}
	w.hub.Publish(models.Event{Alarm: &models.Alarm{Text: text}})
}

func (w *recordWatch) free() (uint64, error) {
	free, _, err := w.space(filepath.Dir(w.store.Path()))
	return free, err
}

const waits = "What is said waits in memory, and is lost when there is too much of it or Earshot ends."

// text is what all pages say while nothing can be written down; "" when it can.
func (w *recordWatch) text() string {
	t := w.store.Trouble()
	switch {
	case t == nil:
		return ""
	case t.Full:
		return fmt.Sprintf("The disk is full: since %s nothing can be written down. %s", t.Since.Format("15:04:05"), waits)
	}
	return fmt.Sprintf("Since %s nothing can be written to the record. %s", t.Since.Format("15:04:05"), waits)
}

// left is an error when the record took nothing in the end.
func (w *recordWatch) left() error {
	t := w.store.Trouble()
	if t == nil {
		return nil
	}
	err := fmt.Errorf("what was said since %s is not in the record: %w", t.Since.Format("15:04:05"), t.Err)
	return models.WithHint(err, models.Hint(t.Err))
}

// Alarm is text as it was last told.
func (w *recordWatch) Alarm() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.alarm
}

// conditions says how the record and its disk are: what is wrong first. unstored is how much speech waits in memory.
func (w *recordWatch) conditions(unstored time.Duration) (out []models.Condition) {
	const room = "Make room on the disk of data_dir."
	if text := w.text(); text != "" {
		hint := cmp.Or(models.Hint(w.store.Trouble().Err), room)
		if unstored > 0 {
			text += fmt.Sprintf(" %.0f s of speech wait.", unstored.Seconds())
		}
		return []models.Condition{{
			Text: text, Hint: hint + ". What waits is written down as soon as that is possible; what is lost becomes gaps.",
		}}
	}
	free, err := w.free()
	if err != nil {
		return []models.Condition{{Text: "Nobody can say how much room is left on the disk of the record.", Hint: "Look at data_dir."}}
	}
	if free < lowRoom {
		return []models.Condition{{Text: fmt.Sprintf("Little room is left on the disk of the record: %d MB.", free>>20), Hint: room}}
	}
	return nil
}

// later has the end of a session stored when there is room, if that is why it was not.
func (w *recordWatch) later(s models.Session, err error) {
	if !errors.Is(err, models.ErrUnavailable) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ends = append(w.ends, s)
}

func (w *recordWatch) endLate(ctx context.Context) {
	w.mu.Lock()
	ends := w.ends
	w.ends = nil
	w.mu.Unlock()
	for _, s := range ends {
		if err := w.store.EndSession(ctx, s.ID, s.Reason, s.Ended); err != nil {
			w.later(s, err)
			continue
		}
		w.ended(ctx, s)
	}
}
