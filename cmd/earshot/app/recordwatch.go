package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"earshot/cmd/earshot/doctor"
	"earshot/models"
	"earshot/models/store"
	"earshot/models/ticks"
)

const (
	// recordEvery is how often the record is checked.
	recordEvery = time.Second
	// noRoom is so little that a line may not fit: whether one does is tried. lowRoom is where the owner is told.
	noRoom  = 1 << 20
	lowRoom = 256 << 20
)

// watchedStore is what recordWatch needs from the store.
type watchedStore interface {
	Trouble() *models.Trouble
	TryWriting(context.Context) error
	store.Fenced
}

// recordWatch knows whether speech can be stored, and notifies all pages when that changes. Its methods may be called from any
// goroutine.
type recordWatch struct {
	store watchedStore
	hub   interface{ Publish(models.Event) uint64 }
	log   *slog.Logger
	space func(dir string) (bytes, files uint64, err error)
	// folder is the record's folder; "" if the record is not on a disk of this machine.
	folder string
	// ended is called for a session whose end could not be stored at first.
	ended func(context.Context, models.Session)

	mu    sync.Mutex
	alarm string
	ends  []models.Session // over, but their end is not stored yet
}

func newRecordWatch(store watchedStore, hub interface{ Publish(models.Event) uint64 }, log *slog.Logger) *recordWatch {
	return &recordWatch{store: store, hub: hub, log: log, space: doctor.Linux{}.Space, folder: folderOf(store)}
}

// run checks until the context ends.
func (w *recordWatch) run(ctx context.Context) error {
	for range ticks.AtOnceAndEvery(ctx, recordEvery) {
		w.look(ctx)
	}
	return nil
}

// look checks the record and notifies pages if its state has changed.
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
		w.log.Error("nothing can be written to the database", "since", t.Since, "full", t.Full, "err", t.Err)
	} else {
		w.log.Info("the database can be written to again")
	}
	w.hub.Publish(models.Event{Alarm: &models.Alarm{Text: text}})
}

// errElsewhere means that the record is not on a disk of this machine.
var errElsewhere = errors.New("the database is elsewhere")

func (w *recordWatch) free() (uint64, error) {
	if w.folder == "" {
		return 0, errElsewhere
	}
	free, _, err := w.space(w.folder)
	return free, err
}

const waits = "What is said is held in memory, and is lost if there is too much of it or Earshot stops."

// text is the warning on all pages while nothing can be stored; "" otherwise.
func (w *recordWatch) text() string {
	t := w.store.Trouble()
	switch {
	case t == nil:
		return ""
	case t.Full && w.folder != "":
		return fmt.Sprintf("The disk is full: since %s nothing can be stored. %s", t.Since.Format("15:04:05"), waits)
	}
	return fmt.Sprintf("Since %s nothing can be written to the database. %s", t.Since.Format("15:04:05"), waits)
}

// left is an error if the record could not be written to at the end.
func (w *recordWatch) left() error {
	t := w.store.Trouble()
	if t == nil {
		return nil
	}
	err := fmt.Errorf("what was said since %s is not stored: %w", t.Since.Format("15:04:05"), t.Err)
	return models.WithHint(err, models.Hint(t.Err))
}

// Alarm is the warning that was last sent to the pages.
func (w *recordWatch) Alarm() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.alarm
}

// conditions reports the state of the record and its disk, problems first. unstored is how much speech waits in memory.
func (w *recordWatch) conditions(unstored time.Duration) (out []models.Condition) {
	const room = "Free up space on the disk of data_dir."
	if text := w.text(); text != "" {
		hint := cmp.Or(models.Hint(w.store.Trouble().Err), room)
		if unstored > 0 {
			text += fmt.Sprintf(" %.0f s of speech are waiting.", unstored.Seconds())
		}
		return []models.Condition{{
			Text: text, Hint: hint + ". Waiting speech is stored as soon as possible; lost speech becomes gaps.",
		}}
	}
	free, err := w.free()
	if errors.Is(err, errElsewhere) {
		return nil
	}
	if err != nil {
		return []models.Condition{{Text: "The free space on the database's disk can't be determined.", Hint: "Check data_dir."}}
	}
	if free < lowRoom {
		return []models.Condition{{Text: fmt.Sprintf("Little space is left on the database's disk: %d MB.", free>>20), Hint: room}}
	}
	return nil
}

// later remembers a session whose end could not be stored for lack of space, so that it is stored when there is room.
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
		err := w.store.Under(s.ID, s.Epoch, nil).EndSession(ctx, s.ID, s.Reason, s.Ended)
		if errors.Is(err, store.ErrFenced) { // another process carries it on
			continue
		}
		if err != nil {
			w.later(s, err)
			continue
		}
		w.ended(ctx, s)
	}
}
