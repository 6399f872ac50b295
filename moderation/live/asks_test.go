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

// flaky is a store of which one write fails.
type flaky struct {
	Store
	fail atomic.Bool
}

func (f *flaky) Put(ctx context.Context, r models.Record) error {
	if r.Utterance == nil && f.fail.CompareAndSwap(true, false) {
		return errors.New("database is locked")
	}
	return f.Store.Put(ctx, r)
}

// TestAskLapsesAfterAFailedWrite: one write that failed keeps no ask open.
func TestAskLapsesAfterAFailedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, asking, nil), &hands{}
		f := &flaky{Store: s.store}
		s.env.store = f
		attended(t, s, h)
		s.say(s.line(9000, "the private matter"), nil)
		f.fail.Store(true)
		time.Sleep(6 * time.Second)
		ds, err := s.store.Decisions(t.Context(), "s1")
		if err != nil || len(ds) != 1 {
			t.Fatal(ds, err)
		}
		err = s.Choose(t.Context(), "s1", ds[0].ID, "host", "warn")
		if ds[0].Ask == models.AskOpen {
			t.Errorf("the ask stands open 4 s after its end; answering it gives: %v", err)
		}
	})
}
