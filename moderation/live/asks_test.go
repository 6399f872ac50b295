package live

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// TestAsksEndWithTheStay: an ask that is open when the bot leaves lapses.
func TestAsksEndWithTheStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, asking, nil), &hands{}
		leave := attended(t, s, h)
		s.say(s.line(9000, "the private matter"), nil)
		leave()
		_ = s.store.EndSession(t.Context(), "s1", models.EndLeft, time.Now())
		time.Sleep(4 * time.Second)
		ds, err := s.store.Decisions(t.Context(), "s1")
		if err != nil || len(ds) != 1 {
			t.Fatal(ds, err)
		}
		t.Logf("ask %q expires %v ago", ds[0].Ask, time.Since(ds[0].Expires))
		if ds[0].Ask == models.AskOpen {
			t.Error("the ask stays open for ever")
		}
	})
}

// flaky is a store of which writes fail while away is set, and that counts those.
type flaky struct {
	Store
	away   atomic.Bool
	failed atomic.Int64
}

func (f *flaky) Put(ctx context.Context, r models.Record) error {
	if r.Utterance == nil && f.away.Load() {
		f.failed.Add(1)
		return errors.New("database is locked")
	}
	return f.Store.Put(ctx, r)
}

// TestAskLapsesAfterAFailedWrite: writes that failed keep no ask open, and are tried again once a second, not without a pause.
func TestAskLapsesAfterAFailedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, asking, nil), &hands{}
		f := &flaky{Store: s.store}
		s.uses(f)
		attended(t, s, h)
		s.say(s.line(9000, "the private matter"), nil)
		f.away.Store(true)
		time.Sleep(20 * time.Second)
		if n := f.failed.Load(); n < 10 || n > 20 {
			t.Errorf("tried %d times in 20 s", n)
		}
		f.away.Store(false)
		time.Sleep(2 * lookEvery)
		ds, err := s.store.Decisions(t.Context(), "s1")
		if err != nil || len(ds) != 1 {
			t.Fatal(ds, err)
		}
		err = s.Choose(t.Context(), "s1", ds[0].ID, "host", "warn")
		if ds[0].Ask == models.AskOpen {
			t.Errorf("the ask stands open after its end; answering it gives: %v", err)
		}
	})
}

// TestPagesAreToldOfAnswersAndObjections, wherever they are given.
func TestPagesAreToldOfAnswersAndObjections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, asking, nil), &hands{}
		attended(t, s, h)
		s.say(s.line(9000, "the private matter"), nil)
		ds, err := s.store.Decisions(t.Context(), "s1")
		if err != nil || len(ds) != 1 {
			t.Fatal(ds, err)
		}
		if err := s.Choose(t.Context(), "s1", ds[0].ID, "Ana", "warn"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Object(t.Context(), models.Consent{Session: "s1", SpeakerID: "ben", What: models.ConsentObjected}); err != nil {
			t.Fatal(err)
		}
		var answered, objected bool
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, e := range s.events {
			answered = answered || e.Flag != nil && e.Flag.Status == models.FlagConfirmed && e.Flag.DecidedBy == "Ana"
			objected = objected || e.Consent != nil && e.Consent.SpeakerID == "ben"
		}
		if !answered || !objected {
			t.Errorf("told of the answer: %v, of the objection: %v", answered, objected)
		}
	})
}
