package transcribe_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

// TestIdleAfterASuspend: the machine was suspended for ten seconds in a session, or the clips waited for a slow disk, so that the
// words are old when they arrive. One person talks now and then, and decoding is fast: nothing is given up.
func TestIdleAfterASuspend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var degraded, n int
		s := running(t, transcribe.Config{
			Decoders: []transcribe.Decoder{slowEngine{20 * time.Millisecond}}, Fallback: []transcribe.Decoder{slowEngine{20 * time.Millisecond}},
			Model: "large", FallbackModel: "tiny",
		}, func(_ context.Context, u models.Utterance) error {
			n++
			if u.Degraded {
				degraded++
			}
			if u.LateMS < 10_000 || u.LateMS > 10_100 {
				t.Errorf("words of ten seconds ago are late by %d ms", u.LateMS)
			}
			return nil
		})
		for i := range 10 {
			c := said("s", 8*i)
			c.Spoken = time.Now().Add(-10 * time.Second)
			s.Submit(c)
			time.Sleep(500 * time.Millisecond)
		}
		if st := s.Stats(); degraded > 0 || n != 10 || st.Rung != transcribe.RungFull {
			t.Errorf("%d of %d lines by the small model, the ladder stands at %s, with nothing to do", degraded, n, st.Rung)
		}
	})
}

// TestAgeOfWords: the age of words heard by this process does not depend on the wall clock; words heard by an earlier one, before
// the clock was set back, are not mistaken for new ones.
func TestAgeOfWords(t *testing.T) {
	now := time.Now()
	for name, tt := range map[string]struct {
		spoken   time.Time
		min, max time.Duration
	}{
		"just now":                      {now, 0, 0},
		"a moment ahead":                {now.Add(20 * time.Millisecond), 0, 0},
		"earlier":                       {now.Add(-time.Minute), time.Minute, time.Minute},
		"by the wall clock":             {now.Add(-time.Minute).Round(0), time.Minute - time.Second, time.Minute + time.Second},
		"before the clock was set back": {now.Add(time.Hour).Round(0), time.Hour, 1 << 62},
	} {
		if got := models.Age(tt.spoken, now); got < tt.min || got > tt.max {
			t.Errorf("%s: %v", name, got)
		}
	}
}
