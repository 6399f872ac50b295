package transcribe_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

// TestOneRoomsStoreErrorsHoldNoOther: the lines of one session cannot be stored; those of another are. A Drain waits for the good
// ones only, and says what is left; once the store accepts them, the lines arrive in the order of speech.
func TestOneRoomsStoreErrorsHoldNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := 0
		var mended atomic.Bool
		var mu sync.Mutex
		var late []models.Key
		s := running(t, transcribe.Config{Decoders: []transcribe.Decoder{slowEngine{time.Millisecond}, slowEngine{time.Millisecond}}, Model: "m"},
			func(_ context.Context, u models.Utterance) error {
				switch {
				case u.Session != "bad":
					good++
				case !mended.Load():
					return errors.New("a stored document cannot be read")
				default:
					mu.Lock()
					defer mu.Unlock()
					late = append(late, u.Key)
				}
				return nil
			})
		clip := func(session, track string, i int) models.Clip {
			return models.Clip{Key: models.Key{
				Session: session, Epoch: 1, Track: track, Seq: i,
			}, SpeakerID: track, EndMS: 1000, VoicedMS: 900, PCM: make([]float32, 16000)}
		}
		for i := range 3 {
			s.Submit(clip("bad", "a", i+1))
			s.Submit(clip("bad", "b", i+1))
		}
		time.Sleep(100 * time.Millisecond)
		for i := range 50 {
			s.Submit(clip("good", "a", i+1))
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if st := s.Stats(); good < 50 || st.Parked != 2 || st.Working != 0 || st.Redelivered == 0 {
			t.Errorf("%d of 50 lines of the good room are stored after 3 s; stats %+v", good, st)
		}
		began := time.Now()
		err := s.Drain(t.Context())
		if err == nil || !strings.Contains(err.Error(), "6 clips are left") || time.Since(began) > 10*time.Second {
			t.Errorf("after %v Drain said %v", time.Since(began), err)
		}
		mended.Store(true)
		time.Sleep(10 * time.Second)
		if err := s.Drain(t.Context()); err != nil || len(late) != 6 || s.Stats().Parked != 0 {
			t.Errorf("drained: %v; lines %v; stats %+v", err, late, s.Stats())
		}
		next := map[string]int{}
		for _, k := range late {
			if next[k.Track]++; k.Seq != next[k.Track] {
				t.Errorf("the lines came as %v", late)
			}
		}
	})
}
