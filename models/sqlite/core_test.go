package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

func coreStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.StartSession(t.Context(), models.Session{ID: "s1", Room: "r1"}); err != nil {
		t.Fatal(err)
	}
	return s
}

func coreLine(session string, n int) models.Record {
	u := models.Utterance{
		Key: models.Key{Session: session, Epoch: 1, Track: "mic", Seq: n}, SpeakerID: fmt.Sprint("p", n%20), SpeakerName: "Ana",
		State: models.UtteranceOK, StartMS: int64(n) * 1000, EndMS: int64(n)*1000 + 900, VoicedMS: 800,
		Text: fmt.Sprintf("line number %d says something of about a usual length for a line", n),
	}
	for i := range 12 {
		u.Words = append(u.Words, models.Word{Text: " word", StartMS: u.StartMS + int64(i*70), EndMS: u.StartMS + int64(i*70+60), P: 0.9})
	}
	return models.Record{Session: session, Utterance: &u}
}

// putLines stores lines until the context ends, at most two hundred per second, and returns the longest time that one took.
func putLines(ctx context.Context, t *testing.T, s *Store, from int) (worst time.Duration, lines int) {
	t.Helper()
	next := time.NewTicker(5 * time.Millisecond)
	defer next.Stop()
	for n := from; ctx.Err() == nil; n++ {
		began := time.Now()
		if err := s.Put(context.WithoutCancel(ctx), coreLine("s1", n)); err != nil {
			t.Errorf("a line after %v: %v", time.Since(began), err)
		}
		worst, lines = max(worst, time.Since(began)), lines+1
		select {
		case <-next.C:
		case <-ctx.Done():
		}
	}
	return worst, lines
}

// reading starts a read of the whole database, as an export or a backup does, that lasts until end is called.
func reading(t *testing.T, s *Store) (end func()) {
	t.Helper()
	tx, err := s.read.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM utterances").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}

// most is the longest time that a line may wait for maintenance.
const most = time.Second

// TestScrubWaitsForReadersAlone: while a scrub waits for a reader, lines are stored as usual.
func TestScrubWaitsForReadersAlone(t *testing.T) {
	s := coreStore(t)
	for i := range 200 {
		if err := s.Put(t.Context(), coreLine("s1", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	end := reading(t, s)
	if err := s.Put(t.Context(), coreLine("s1", 999)); err != nil { // the log has something behind the reader
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.scrub(t.Context()) }()
	// Of several tries the best counts: a busy machine may hold up a line, too. Each lasts longer than the pauses of the scrub.
	worst, lines := time.Hour, 0
	for try := 0; try < 10 && worst > most; try++ {
		ctx, cancel := context.WithTimeout(t.Context(), longScrubPause+scrubPause)
		held, n := putLines(ctx, t, s, 1000+lines)
		cancel()
		worst, lines = min(worst, held), lines+n
	}
	select {
	case err := <-done:
		t.Errorf("the scrub did not wait for the reader: %v", err)
	default:
	}
	hurry, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if err := s.scrub(hurry); !errors.Is(err, models.ErrUnavailable) {
		t.Errorf("who has no time to wait for that scrub gets %v", err)
	}
	end()
	if err := <-done; err != nil {
		t.Error(err)
	}
	t.Logf("%d lines, the longest waited %v", lines, worst)
	if worst > most {
		t.Errorf("a line waited %v for a scrub that waited for a reader", worst)
	}
}

// TestHousekeepingHoldsNoLine: lines are stored as usual while a large database is scrubbed and backed up and its log, which grew
// during a long read, is checkpointed; afterwards the log is small.
func TestHousekeepingHoldsNoLine(t *testing.T) {
	if testing.Short() {
		t.Skip("75 MB of sound")
	}
	s := coreStore(t)
	if _, err := s.write.Exec("PRAGMA synchronous = OFF"); err != nil {
		t.Fatal(err)
	}
	sound := make([]byte, 50_000)
	end := reading(t, s)
	for n := range 1500 { // 75 MB in the log
		k := models.Key{Session: "s1", Epoch: 1, Track: "t", Seq: n + 1}
		c := models.Clip{Key: k, SpeakerID: "p", StartMS: int64(n), EndMS: int64(n) + 1, Opus: sound}
		if err := s.PutClip(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.write.Exec("PRAGMA synchronous = FULL"); err != nil {
		t.Fatal(err)
	}
	log := func() int64 {
		info, err := os.Stat(s.path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	if log() < 60<<20 {
		t.Fatalf("the log has %d bytes: the test proves little", log())
	}
	end()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() {
		defer cancel()
		done <- s.Backup(context.WithoutCancel(ctx), s.path+".backup")
		done <- s.scrub(context.WithoutCancel(ctx))
	}()
	began := time.Now()
	worst, lines := putLines(ctx, t, s, 1)
	took := time.Since(began)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d lines in %v, the longest waited %v, the log has %d kB", lines, took, worst, log()>>10)
	if worst > most && worst > took/4 { // on a busy machine everything takes longer
		t.Errorf("a line of %d waited %v of %v", lines, worst, took)
	}
	if log() > 2*conn.FoldBytes {
		t.Errorf("the log has %d bytes", log())
	}
}

// decided is the result of a line: a flag and a decision.
func decided(n int) models.Record {
	r := coreLine("s1", n)
	id := fmt.Sprint("f", n)
	r.Flags = []models.Flag{{
		ID: id, Session: "s1", Utterance: r.Utterance.Key, SpeakerID: r.Utterance.SpeakerID, Rule: "r", Level: models.LevelLow,
		Matched: r.Utterance.Words[:2], StartMS: r.Utterance.StartMS, EndMS: r.Utterance.EndMS,
	}}
	r.Decisions = []models.Decision{{
		ID: "d" + id, Session: "s1", Flag: id, Utterance: r.Utterance.Key, SpeakerID: r.Utterance.SpeakerID, Matched: r.Utterance.Words[:2],
		Verdict: models.VerdictLogged, Created: time.Now(),
	}}
	return r
}

// TestHidingReadsWhatItMust: hiding a word takes no longer if many decisions are stored.
func TestHidingReadsWhatItMust(t *testing.T) {
	s := coreStore(t)
	hide := func(from int) (least time.Duration) {
		for n := from; n < from+20; n++ {
			r := decided(n)
			r.Masks = []models.Mask{{Speaker: r.Utterance.SpeakerID, Words: r.Utterance.Words[:2]}}
			began := time.Now()
			if err := s.Put(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); least == 0 || took < least {
				least = took
			}
		}
		return least
	}
	few := hide(1)
	many := models.Record{Session: "s1"}
	for n := 100; n < 10_100; n++ {
		r := decided(n)
		r.Flags[0].Utterance, r.Decisions[0].Utterance = models.Key{}, models.Key{Seq: n} // of no stored line
		many.Flags, many.Decisions = append(many.Flags, r.Flags...), append(many.Decisions, r.Decisions...)
	}
	if err := s.Put(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	among := hide(20_000)
	t.Logf("the quickest of twenty: %v, and %v among 10000 decisions", few, among)
	if among > 10*few && among > 20*time.Millisecond {
		t.Errorf("hiding a word took %v, and %v among 10000 decisions", few, among)
	}
	ds, err := s.Decisions(t.Context(), "s1")
	if err != nil || len(ds) != 10_040 {
		t.Fatalf("%d decisions, %v", len(ds), err)
	}
	for _, d := range ds {
		n := d.Utterance.Seq
		if masked, want := d.Matched[0].Text == "▮▮▮▮", n < 100 || n >= 20_000; masked != want {
			t.Fatalf("decision %s is masked: %v, want %v", d.ID, masked, want)
		}
	}
}
