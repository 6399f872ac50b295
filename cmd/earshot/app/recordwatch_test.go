package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// sickRecord is a store that refuses to write while err is set.
type sickRecord struct {
	err   error
	tried int
	since time.Time
	ended []string
}

func (r *sickRecord) Path() string { return "/data/earshot.db" }

func (r *sickRecord) Trouble() *models.Trouble {
	if r.err == nil {
		return nil
	}
	return &models.Trouble{Since: r.since, Full: strings.Contains(r.err.Error(), "full"), Err: r.err}
}

func (r *sickRecord) TryWriting(context.Context) error {
	r.tried++
	return r.err
}

// ending stores the ends of sessions.
type ending struct {
	store.Live
	*sickRecord
}

func (r *sickRecord) Under(string, int, func()) store.Live { return ending{sickRecord: r} }

func (e ending) EndSession(ctx context.Context, id string, why models.EndReason, at time.Time) error {
	return e.end(ctx, id, why, at)
}

func (r *sickRecord) end(_ context.Context, id string, _ models.EndReason, _ time.Time) error {
	if r.err == nil {
		r.ended = append(r.ended, id)
	}
	return r.err
}

type told []string

func (p *told) Publish(e models.Event) uint64 {
	*p = append(*p, e.Alarm.Text)
	return 0
}

// TestFullDiskIsTold: all pages are told once when the database can no longer be written to, and when it can again; the health page
// says so with advice, and warns of little space before it is used up; ends of sessions that could not be stored are stored once
// they can be.
func TestFullDiskIsTold(t *testing.T) {
	full := models.WithHint(errors.Join(errors.New("the disk is full"), models.ErrUnavailable), "make room")
	record, pages, free := &sickRecord{since: time.Date(2026, 11, 1, 19, 30, 0, 0, time.Local)}, &told{}, uint64(10<<30)
	w := newRecordWatch(record, pages, slog.New(slog.DiscardHandler))
	w.space = func(string) (uint64, uint64, error) { return free, 0, nil }
	var shown []string
	w.ended = func(_ context.Context, s models.Session) { shown = append(shown, s.ID) }

	w.look(t.Context())
	if got := w.conditions(0); len(got) != 0 || w.Alarm() != "" || len(*pages) != 0 || record.tried != 0 {
		t.Errorf("while all is well: %+v, alarm %q, told %q, tried %d times", got, w.Alarm(), *pages, record.tried)
	}
	free = 40 << 20
	if got := w.conditions(0); len(got) != 1 || got[0].OK || !strings.Contains(got[0].Text, "40 MB") {
		t.Errorf("with little room: %+v", got)
	}
	record.err = full
	for range 3 {
		w.look(t.Context())
		w.later(models.Session{ID: "s1"}, nil) // it was stored
	}
	w.later(models.Session{ID: "s2"}, full)
	if len(*pages) != 1 || !strings.Contains((*pages)[0], "disk is full: since 19:30:00") || w.Alarm() != (*pages)[0] || record.tried != 3 {
		t.Errorf("told %q, alarm %q, tried %d times", *pages, w.Alarm(), record.tried)
	}
	if err := w.left(); err == nil || !errors.Is(err, models.ErrUnavailable) || models.Hint(err) == "" {
		t.Errorf("ending then is no failure: %v", err)
	}
	got := w.conditions(35 * time.Second)
	if len(got) != 1 || got[0].OK || !strings.Contains(got[0].Text, "35 s of speech are waiting") ||
		!strings.Contains(got[0].Hint, "make room") {
		t.Errorf("while it is full: %+v", got)
	}
	record.err = nil
	free = noRoom / 2 // somebody frees a little: only trying tells whether it is enough
	w.look(t.Context())
	if len(*pages) != 2 || (*pages)[1] != "" || w.Alarm() != "" {
		t.Errorf("told %q, alarm %q", *pages, w.Alarm())
	}
	if err := w.left(); err != nil {
		t.Errorf("ending now: %v", err)
	}
	if len(record.ended) != 1 || record.ended[0] != "s2" || len(shown) != 1 {
		t.Errorf("ends stored %q, shown %q", record.ended, shown)
	}
	record.err = errors.Join(errors.New("input/output error"), models.ErrUnavailable)
	w.look(t.Context())
	if text := w.Alarm(); text == "" || strings.Contains(text, "full") {
		t.Errorf("of another trouble it says %q", text)
	}
}
