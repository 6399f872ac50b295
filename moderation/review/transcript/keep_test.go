package transcript

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/review/export"
)

// broken is a record whose storing of lines fails after some calls.
type broken struct {
	Record
	calls int
}

var errBroken = errors.New("broken off")

func (b *broken) PutAll(ctx context.Context, all []models.Record) error {
	if b.calls--; b.calls < 0 {
		return errBroken
	}
	return b.Record.PutAll(ctx, all)
}

func openRecord(t testing.TB) *sqlite.Store {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestKeepGoesOn: an import that was broken off is continued when it is repeated, with no line stored twice, and after that it is refused.
func TestKeepGoesOn(t *testing.T) {
	const lines = 2*together + 17
	talk, err := Parse("talk.txt", bytes.NewReader(longTalk(lines)), time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	db := openRecord(t)
	var told []int
	tells := func(n int) { told = append(told, n) }
	if _, err := Keep(t.Context(), &broken{db, 1}, talk, nil, tells); !errors.Is(err, errBroken) {
		t.Fatalf("it was not broken off: %v", err)
	}
	info, err := db.Session(t.Context(), talk.Session.ID)
	if err != nil || info.Live() || !info.Unfinished() || info.Utterances != together {
		t.Fatalf("after it was broken off: %+v, %v", info, err)
	}
	if _, err := Keep(t.Context(), db, talk, nil, tells); err != nil {
		t.Fatal(err)
	}
	if want := []int{together, together, 2 * together, lines}; !slices.Equal(told, want) {
		t.Errorf("it told %v, want %v", told, want)
	}
	got, err := db.Utterances(t.Context(), talk.Session.ID)
	if err != nil || len(got) != lines {
		t.Fatalf("%d lines, %v", len(got), err)
	}
	for i, u := range got {
		if want := talk.line(i); u.Key != want.Key || u.Text != want.Text {
			t.Fatalf("line %d is %q of %v, want %q of %v", i, u.Text, u.Key, want.Text, want.Key)
		}
	}
	if info, err = db.Session(t.Context(), talk.Session.ID); err != nil || info.Reason != models.EndImported || info.Epoch != 1 {
		t.Errorf("%+v, %v", info, err)
	}
	if _, err := Keep(t.Context(), db, talk, nil, nil); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("the same again: %v", err)
	}
}

// TestKeepCorrected: a corrected line is stored as it was heard, and then corrected.
func TestKeepCorrected(t *testing.T) {
	read, err := Parse("talk.txt", bytes.NewReader(longTalk(together+1)), time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(read.Lines())
	talk := &Transcript{Session: read.Session, Speakers: read.Speakers, export: &export.Transcript{Utterances: all}}
	u := &all[together]
	u.Original, u.Text, u.EditedBy, u.Edited = "the heart line", "the heard line", "ana", time.Unix(1_700_000_100, 0).UTC()
	db := openRecord(t)
	if _, err := Keep(t.Context(), db, talk, nil, nil); err != nil {
		t.Fatal(err)
	}
	got, err := db.Utterance(t.Context(), u.Key)
	if err != nil || got.Text != u.Text || got.Original != u.Original || got.EditedBy != "ana" || !got.Edited.Equal(u.Edited) {
		t.Errorf("%s, %v", fmt.Sprintf("%q, %q by %q at %v", got.Text, got.Original, got.EditedBy, got.Edited), err)
	}
}

// stopped is a record that stops what it is used for once it has stored lines.
type stopped struct {
	Record
	stop  func()
	calls int
}

func (s *stopped) PutAll(ctx context.Context, all []models.Record) error {
	s.calls++
	defer s.stop()
	return s.Record.PutAll(ctx, all)
}

// TestKeepStops: an import that is stopped judges no other thousand lines.
func TestKeepStops(t *testing.T) {
	talk, err := Parse("talk.txt", bytes.NewReader(longTalk(3*together)), time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	db := &stopped{Record: openRecord(t), stop: func() { stop(errBroken) }}
	if _, err := Keep(ctx, db, talk, nil, nil); !errors.Is(err, errBroken) || db.calls != 1 {
		t.Errorf("%v after storing %d times", err, db.calls)
	}
}
