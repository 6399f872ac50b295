package transcribe_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

// slowEngine takes the same time for every clip.
type slowEngine struct{ d time.Duration }

func (e slowEngine) Decode(ctx context.Context, _ transcribe.Sound, _ transcribe.Options) (transcribe.Result, error) {
	select {
	case <-time.After(e.d):
		return transcribe.Result{Text: "hello there", LogProb: -0.1}, nil
	case <-ctx.Done():
		return transcribe.Result{}, ctx.Err()
	}
}

// second is the sound of all clips, which nobody changes.
var second = make([]float32, models.SampleRate)

// said is a second of speech on one of eight tracks.
func said(session string, i int) models.Clip {
	return models.Clip{
		Key:       models.Key{Session: session, Epoch: 1, Track: string(rune('a' + i%8)), Seq: i/8 + 1},
		SpeakerID: "x", EndMS: 1000, VoicedMS: 900, PCM: second,
	}
}

// running runs a service until the test ends.
func running(t *testing.T, c transcribe.Config, done transcribe.Done) *transcribe.Service {
	t.Helper()
	s, err := transcribe.New(c, done)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestSecondLookUnderLoad: a room talks without a pause, slightly faster than can be decoded. A verdict that waits for a second look
// gets it all the same, and many such verdicts take only a share of the time from finals.
func TestSecondLookUnderLoad(t *testing.T) {
	for name, looks := range map[string]int{"one look": 1, "as many as may wait": 64} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				decoded, looked := 0, 0
				s := running(t, transcribe.Config{Decoders: []transcribe.Decoder{slowEngine{10 * time.Millisecond}}, Model: "m"},
					func(context.Context, models.Utterance) error { decoded++; return nil })
				for i := range 20 {
					s.Submit(said("s", i))
				}
				began := time.Now()
				for i := range looks {
					s.Again(said("s", 100000+i), func(u models.Utterance) {
						if u.State == models.UtteranceOK {
							looked++
						}
					})
				}
				for i := 20; time.Since(began) < 5*time.Second; i++ {
					s.Submit(said("s", i))
					time.Sleep(9 * time.Millisecond)
				}
				synctest.Wait()
				if looked < looks {
					t.Errorf("%d finals were decoded in 5 s, and %d of %d second looks", decoded, looked, looks)
				}
				if decoded < 430 {
					t.Errorf("%d finals were decoded in 5 s beside the second looks", decoded)
				}
				if st := s.Stats(); st.Looks != uint64(looks) || st.LooksLate != 0 {
					t.Errorf("stats %+v", st)
				}
			})
		})
	}
}

// TestLateSecondLookIsGivenUp: a second look at words that are too old is not made; the caller is told, and it is counted.
func TestLateSecondLookIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		s := running(t, transcribe.Config{Decoders: []transcribe.Decoder{slowEngine{8 * time.Second}}, Model: "m"},
			func(context.Context, models.Utterance) error { made++; return nil })
		s.Submit(said("s", 0)) // the decoder is busy for 8 s
		var states []models.UtteranceState
		c := said("s", 1)
		c.Spoken = time.Now().Add(-15 * time.Second)
		for range 3 {
			s.Again(c, func(u models.Utterance) { states = append(states, u.State) })
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The first began in time, before the clip did: nothing was being decoded then.
		failed := 0
		for _, st := range states {
			if st == models.UtteranceFailed {
				failed++
			}
		}
		if st := s.Stats(); len(states) != 3 || failed < 2 || st.LooksLate != uint64(failed) || made != 1 {
			t.Errorf("looks %v, %d lines, stats %+v", states, made, st)
		}
	})
}
