package transcribe

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"

	"github.com/google/go-cmp/cmp"
)

// others are the processes that have claimed clips.
type others struct {
	mu       sync.Mutex
	have     map[models.Key]bool
	attempts int
}

func (o *others) note(_ context.Context, k models.Key) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.have[k] {
		return 0, ErrElsewhere
	}
	return o.attempts, nil
}

func (o *others) lose(k models.Key) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.have, k)
}

// sharing runs a Service of one slot, where others have some clips.
func sharing(t *testing.T, o *others, do func(t *testing.T, s *Service, got *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var got desk
		s, err := New(Config{Decoders: []Decoder{slow(time.Second)}, Model: "m", NoteAttempt: o.note}, got.done)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _ = s.Run(ctx) })
		synctest.Wait()
		do(t, s, &got)
		stop()
		all.Wait()
	})
}

func answerOf(track string, seq int) models.Utterance {
	return NewUtterance(testClip(track, seq), Result{Text: "from elsewhere"}, "other")
}

// A clip that another process decodes delays its track, and no other, until its line arrives.
func TestClipElsewhere(t *testing.T) {
	first := testClip("a", 1).Key
	sharing(t, &others{have: map[models.Key]bool{first: true}}, func(t *testing.T, s *Service, got *desk) {
		for _, c := range []models.Clip{testClip("a", 1), testClip("a", 2), testClip("b", 1)} {
			s.Submit(c)
		}
		time.Sleep(3 * time.Second)
		if diff := cmp.Diff([]string{"s/1/b/1"}, got.keys()); diff != "" {
			t.Error(diff)
		}
		if st := s.Stats(); st.Elsewhere != 1 || st.Queued != 1 || st.Working != 0 {
			t.Errorf("%+v", st)
		}
		if NewSharing(s).Answer(answerOf("a", 2)) {
			t.Error("the second line of a track came before the first")
		}
		if !NewSharing(s).Answer(answerOf("a", 1)) {
			t.Error("refused")
		}
		synctest.Wait()
		if NewSharing(s).Answer(answerOf("a", 2)) || len(NewSharing(s).Working()) != 1 {
			t.Error("a clip that is being decoded here was answered")
		}
		time.Sleep(2 * time.Second)
		if diff := cmp.Diff([]string{"s/1/b/1", "s/1/a/1", "s/1/a/2"}, got.keys()); diff != "" {
			t.Error(diff)
		}
		if got.got[1].Text != "from elsewhere" || got.got[2].Text == "from elsewhere" || len(NewSharing(s).Working()) != 0 {
			t.Errorf("%+v", got.got)
		}
	})
}

// Lines from other processes need no slot: they are accepted while the only one is busy, and for clips that are no longer known.
func TestAnswers(t *testing.T) {
	sharing(t, &others{}, func(t *testing.T, s *Service, got *desk) {
		s.Submit(testClip("a", 1))
		synctest.Wait()
		s.Submit(testClip("b", 1))
		s.Submit(testClip("b", 2))
		if NewSharing(s).Idle() != 0 || !NewSharing(s).Waits() {
			t.Error("it looks idle")
		}
		for _, u := range []models.Utterance{answerOf("b", 1), answerOf("c", 7)} {
			if !NewSharing(s).Answer(u) {
				t.Errorf("%s refused", u.Key)
			}
		}
		synctest.Wait()
		if n := len(got.keys()); n != 2 {
			t.Errorf("%d lines", n)
		}
		NewSharing(s).Answer(answerOf("b", 2))
		if err := s.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff("s/1/b/2", got.keys()[2]); diff != "" {
			t.Error(diff)
		}
		if st := s.Stats(); len(got.keys()) != 4 || st.Answered != 3 || NewSharing(s).Idle() != 1 || NewSharing(s).Waits() {
			t.Errorf("%v, %+v", got.keys(), st)
		}
	})
}

// A clip that another process has had for too long is requested again: its claim may have ended.
func TestRecall(t *testing.T) {
	c := testClip("a", 1)
	o := &others{have: map[models.Key]bool{c.Key: true}}
	sharing(t, o, func(t *testing.T, s *Service, got *desk) {
		s.Submit(c)
		time.Sleep(5 * time.Second)
		NewSharing(s).Recall(time.Minute)
		synctest.Wait()
		if s.Stats().Elsewhere != 1 {
			t.Error("recalled too early")
		}
		o.lose(c.Key)
		NewSharing(s).Recall(5 * time.Second)
		time.Sleep(2 * time.Second)
		if len(got.keys()) != 1 || s.Stats().Elsewhere != 0 {
			t.Errorf("%v", got.keys())
		}
	})
}

// A clip that crashed other processes is not tried here as well.
func TestAttemptsOfOthersCount(t *testing.T) {
	sharing(t, &others{attempts: givenUp + 1}, func(t *testing.T, s *Service, got *desk) {
		s.Submit(testClip("a", 1))
		synctest.Wait()
		if len(got.got) != 1 || got.got[0].State != models.UtteranceFailed {
			t.Errorf("%+v", got.got)
		}
	})
}

// Degradation depends on what waits for all processes, while that is known.
func TestLadderOfAll(t *testing.T) {
	sharing(t, &others{}, func(t *testing.T, s *Service, _ *desk) {
		NewSharing(s).Whole(models.Backlog{Clips: 40, AudioMS: 200_000, Slots: 4})
		if st := s.Stats(); st.Rung != RungSmallModel || st.Lag != 10*time.Second {
			t.Errorf("%v, %v", st.Rung, st.Lag)
		}
		NewSharing(s).Whole(models.Backlog{Clips: 1, AudioMS: 1000, Waited: 40 * time.Second, Slots: 4})
		if st := s.Stats(); st.Rung != RungSpoolOnly || st.Lag != 38*time.Second {
			t.Errorf("%v, %v", st.Rung, st.Lag)
		}
		time.Sleep(wholeFresh + time.Second)
		if st := s.Stats(); st.Lag != 0 {
			t.Errorf("%v", st.Lag)
		}
	})
}
