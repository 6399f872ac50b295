package transcribe

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// spool counts attempts as the store does, and lacks the clips of some tracks.
type spool struct {
	attempts map[models.Key]int
	gone     string // the track whose clips are not there
	err      error
	log      []string
}

func (s *spool) note(_ context.Context, k models.Key) (int, error) {
	s.log = append(s.log, "note "+k.Track)
	switch {
	case s.err != nil:
		return 0, s.err
	case k.Track == s.gone:
		return 0, models.ErrNotFound
	}
	s.attempts[k]++
	return s.attempts[k], nil
}

// An attempt is recorded in the spool before it begins, and a failure before the next attempt.
func TestServiceNotesAttemptsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sp := &spool{attempts: map[models.Key]int{}, gone: "b"}
		e := engineFunc(func(context.Context, []float32) (Result, error) {
			sp.log = append(sp.log, "decode")
			return Result{}, errors.New("boom")
		})
		d := &desk{}
		s := start(t, Config{Decoders: []Decoder{e}, NoteAttempt: sp.note}, d)
		s.Submit(testClip("a", 1))
		s.Submit(testClip("b", 1)) // its session was deleted meanwhile
		drain(t, s)
		if want := []string{"note a", "decode", "note a", "note a", "decode", "note a", "note b"}; !slices.Equal(sp.log, want) {
			t.Errorf("%v, want %v", sp.log, want)
		}
		if len(d.got) != 1 || d.got[0].Track != "a" || d.got[0].State != models.UtteranceFailed || sp.attempts[d.got[0].Key] != givenUp {
			t.Errorf("stored %+v", d.got)
		}
	})
}

// A spool that can't be written to delays nothing.
func TestServiceDecodesWithoutTheSpool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		s := start(t, Config{Decoders: []Decoder{slow(0)}, NoteAttempt: (&spool{err: errors.New("the disk is full")}).note}, d)
		s.Submit(testClip("a", 1))
		drain(t, s)
		if len(d.got) != 1 || d.got[0].State != models.UtteranceOK {
			t.Errorf("stored %+v", d.got)
		}
	})
}

// waking is an engine that becomes ready after a while and then stays so.
type waking struct {
	engineFunc
	until time.Time
}

func (w waking) Ready(ctx context.Context) error {
	select {
	case <-time.After(time.Until(w.until)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// An engine that is not ready receives no clip: the other gets them all, and no attempt is counted.
func TestServiceWaitsForItsEngines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, d := time.Now(), &desk{}
		late := waking{slow(time.Second), began.Add(time.Hour)}
		s := start(t, Config{Decoders: []Decoder{late, slow(time.Second)}}, d)
		for _, track := range []string{"a", "b", "c"} {
			s.Submit(testClip(track, 1))
		}
		drain(t, s)
		if took := time.Since(began); took != 3*time.Second || len(d.got) != 3 || s.Stats().Retried != 0 {
			t.Errorf("%d utterances in %v", len(d.got), took)
		}
	})
}
