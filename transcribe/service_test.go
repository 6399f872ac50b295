package transcribe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/models/leaktest"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// second is the sound of all clips, which nobody changes.
var second = make([]float32, models.SampleRate)

// testClip is one second of audio.
func testClip(track string, seq int) models.Clip {
	return models.Clip{
		Key: models.Key{
			Session: "s", Epoch: 1, Track: track, Seq: seq,
		},
		SpeakerID: "id-" + track, SpeakerName: track, Attribution: models.AttributionTrack,
		StartMS: 5000, EndMS: 6000, PCM: second, VoicedMS: 800, LevelDBFS: -20,
	}
}

// engineFunc is a Decoder that is a function.
type engineFunc func(ctx context.Context, pcm []float32) (Result, error)

func (f engineFunc) Decode(ctx context.Context, sound Sound, _ Options) (Result, error) {
	pcm := sound.PCM
	return f(ctx, pcm)
}

// slow takes d per clip, by the test's clock.
func slow(d time.Duration) engineFunc {
	return func(ctx context.Context, _ []float32) (Result, error) {
		select {
		case <-time.After(d):
			return heard, nil
		case <-ctx.Done():
			return Result{}, ctx.Err()
		}
	}
}

var heard = Result{
	Text:     "Hello there.",
	Words:    []models.Word{{Text: "Hello", StartMS: 100, EndMS: 400, P: 0.9}, {Text: "there.", StartMS: 400, EndMS: 800, P: 0.8}},
	Language: "en", LogProb: -0.2, NoSpeech: 0.01, Tokens: 3,
}

// desk keeps the utterances that it receives, and refuses the first ones if told to.
type desk struct {
	mu     sync.Mutex
	got    []models.Utterance
	refuse int
	asked  int
}

func (d *desk) done(_ context.Context, u models.Utterance) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	if d.asked <= d.refuse {
		return errors.New("the disk is full")
	}
	d.got = append(d.got, u)
	return nil
}

func (d *desk) keys() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, u := range d.got {
		out = append(out, u.Key.String())
	}
	return out
}

// start runs a service in the test's bubble until the test ends.
func start(t *testing.T, cfg Config, d *desk) *Service {
	t.Helper()
	s, err := New(cfg, d.done)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s
}

func drain(t *testing.T, s *Service) {
	t.Helper()
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestServiceDecodesAndDelivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, spoken := &desk{}, time.Now()
		s := start(t, Config{Decoders: []Decoder{slow(300 * time.Millisecond)}, Model: "m.bin"}, d)
		s.Submit(testClip("a", 1))
		drain(t, s)
		want := []models.Utterance{{
			Key: testClip("a", 1).Key, SpeakerID: "id-a", SpeakerName: "a", Attribution: models.AttributionTrack, StartMS: 5000, EndMS: 6000,
			Text: "Hello there.", Words: []models.Word{
				{Text: "Hello", StartMS: 5100, EndMS: 5400, P: 0.9}, {Text: "there.", StartMS: 5400, EndMS: 5800, P: 0.8},
			},
			Language: "en", State: models.UtteranceOK, LogProb: -0.2, NoSpeech: 0.01, VoicedMS: 800, LevelDBFS: -20, Model: "m.bin", LateMS: 300,
			Spoken: spoken,
		}}
		if diff := cmp.Diff(want, d.got); diff != "" {
			t.Errorf("utterances (-want +got):\n%s", diff)
		}
		if heard.Words[0].StartMS != 100 {
			t.Error("the engine's result was changed")
		}
		if st := s.Stats(); st.Decoded != 1 || st.Audio != time.Second || st.Busy != 300*time.Millisecond || st.Queued != 0 || st.Working != 0 {
			t.Errorf("stats %+v", st)
		}
	})
}

// Whoever spoke first is decoded first; clips recovered from before a restart yield to live speech.
func TestServiceServesTheEarliestDeadlineFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		now := time.Now()
		s, err := New(Config{Decoders: []Decoder{slow(time.Second)}}, d.done)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			track string
			end   int64
		}{{"late", 9000}, {"early", 3000}, {"recovered", -60_000}} {
			clip := testClip(c.track, 1)
			clip.StartMS, clip.EndMS, clip.Spoken = c.end-1000, c.end, now.Add(time.Duration(c.end)*time.Millisecond)
			s.Submit(clip)
		}
		if st := s.Stats(); st.Oldest != st.Overdue+deadlineAfter {
			t.Errorf("oldest %v, overdue %v", st.Oldest, st.Overdue)
		}
		if o := s.Stats().Overdue; o != 58*time.Second {
			t.Errorf("overdue by %v, want 58 s", o)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		drain(t, s)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if want := []string{"s/1/early/1", "s/1/late/1", "s/1/recovered/1"}; !slices.Equal(d.keys(), want) {
			t.Errorf("order %v, want %v", d.keys(), want)
		}
		if d.got[2].LateMS != 63_000 || d.got[0].LateMS != 0 {
			t.Errorf("late by %d and %d ms", d.got[2].LateMS, d.got[0].LateMS)
		}
	})
}

func TestServiceUsesAllEngines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, began := &desk{}, time.Now()
		s := start(t, Config{Decoders: []Decoder{slow(time.Second), slow(time.Second), slow(time.Second)}}, d)
		for _, track := range []string{"a", "b", "c"} {
			s.Submit(testClip(track, 1))
			s.Submit(testClip(track, 2))
			s.Submit(testClip(track, 2)) // the same again
		}
		drain(t, s)
		if took := time.Since(began); took != 2*time.Second || len(d.got) != 6 {
			t.Errorf("%d utterances in %v, want 6 in 2 s", len(d.got), took)
		}
		last := map[string]int{}
		for _, u := range d.got {
			if u.Seq != last[u.Track]+1 {
				t.Errorf("track %s: %d after %d", u.Track, u.Seq, last[u.Track])
			}
			last[u.Track] = u.Seq
		}
	})
}

// Delivery of a result is retried at growing intervals until it is stored; nothing is lost or duplicated meanwhile.
func TestServiceRetriesUntilStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, began := &desk{refuse: 9}, time.Now()
		s := start(t, Config{Decoders: []Decoder{slow(0)}}, d)
		s.Submit(testClip("a", 1))
		s.Submit(testClip("a", 2))
		time.Sleep(22 * time.Second) // the last offer is after 0.1+0.2+0.4+0.8+1.6+3.2+5+5+5
		drain(t, s)
		if want := []string{"s/1/a/1", "s/1/a/2"}; !slices.Equal(d.keys(), want) {
			t.Errorf("stored %v, want %v", d.keys(), want)
		}
		if took := time.Since(began); took != 22*time.Second || s.Stats().Redelivered != 9 || d.got[0].LateMS != 21300 {
			t.Errorf("took %v, %d times, late %d ms", took, s.Stats().Redelivered, d.got[0].LateMS)
		}
	})
}

func TestServiceRetriesAFailedDecodeOnce(t *testing.T) {
	boom, down := errors.New("boom"), fmt.Errorf("crash: %w", ErrUnavailable)
	tests := []struct {
		name     string
		errs     []error
		attempts int // of the clip before
		state    models.UtteranceState
		calls    int
	}{
		{name: "fails once", errs: []error{boom}, state: models.UtteranceOK, calls: 2},
		{name: "fails always", errs: []error{boom, boom, boom}, state: models.UtteranceFailed, calls: 2},
		{name: "too long for ever", errs: []error{ErrTooLong}, state: models.UtteranceFailed, calls: 1},
		{name: "taken down with others, then well", errs: []error{down, down}, state: models.UtteranceOK, calls: 3},
		{name: "always takes others down", errs: []error{down, down, down, down, down}, state: models.UtteranceFailed, calls: 4},
		{name: "failed once before a restart", errs: []error{boom}, attempts: 2, state: models.UtteranceFailed, calls: 1},
		{name: "failed twice before a restart", attempts: 4, state: models.UtteranceFailed, calls: 0},
		{name: "was in the decoder at three restarts", attempts: 3, state: models.UtteranceOK, calls: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				e := engineFunc(func(_ context.Context, pcm []float32) (Result, error) {
					if len(pcm) != 100 { // not the clip in question
						return heard, nil
					}
					if calls++; calls <= len(tt.errs) {
						return Result{}, tt.errs[calls-1]
					}
					return heard, nil
				})
				d := &desk{}
				s := start(t, Config{Decoders: []Decoder{e}}, d)
				c := testClip("a", 1)
				c.Attempts, c.PCM = tt.attempts, c.PCM[:100]
				s.Submit(c)
				s.Submit(testClip("a", 2)) // the next is not harmed
				drain(t, s)
				if len(d.got) != 2 || d.got[0].State != tt.state || d.got[1].State != models.UtteranceOK || calls != tt.calls {
					t.Fatalf("%d attempts, want %d; utterances %+v", calls, tt.calls, d.got)
				}
				if failed := tt.state == models.UtteranceFailed; failed &&
					(d.got[0].Text != "" || d.got[0].SpeakerName != "a" || s.Stats().Failed == 0) {
					t.Errorf("failed as %+v, stats %+v", d.got[0], s.Stats())
				}
			})
		})
	}
}

// When an engine hangs, its time limit passes, the clip fails, and the next one is decoded.
func TestServiceEndsAHangingDecode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		e := engineFunc(func(ctx context.Context, _ []float32) (Result, error) {
			if calls++; calls > 2 {
				return heard, nil
			}
			<-ctx.Done()
			return Result{}, ctx.Err()
		})
		d, began := &desk{}, time.Now()
		s := start(t, Config{Decoders: []Decoder{e}}, d)
		s.Submit(testClip("a", 1))
		s.Submit(testClip("b", 1))
		drain(t, s)
		if time.Since(began) != 2*minDecodeTime || len(d.got) != 2 || d.got[0].State != models.UtteranceFailed ||
			d.got[1].State != models.UtteranceOK {
			t.Errorf("after %v: %+v", time.Since(began), d.got)
		}
	})
}

// Ending Run during a decode or a delivery leaves the clip in the spool: no failed row, no result.
func TestServiceEndsWithoutAResult(t *testing.T) {
	for name, cfg := range map[string]struct {
		engine engineFunc
		desk   *desk
	}{"decoding": {slow(time.Minute), &desk{}}, "storing": {slow(0), &desk{refuse: 1000}}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := New(Config{Decoders: []Decoder{cfg.engine}}, cfg.desk.done)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- s.Run(ctx) }()
				s.Submit(testClip("a", 1))
				s.Submit(testClip("b", 1))
				wait, stop := context.WithTimeout(t.Context(), time.Second)
				defer stop()
				if err := s.Drain(wait); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Drain: %v", err)
				}
				cancel()
				if err := <-ended; err != nil || len(cfg.desk.got) != 0 || s.Stats().Failed != 0 {
					t.Errorf("Run: %v, stored %v, stats %+v", err, cfg.desk.keys(), s.Stats())
				}
				s.Submit(testClip("c", 1)) // does not block after the end
			})
		})
	}
}

// Audio that waits beyond the memory limit is released and decoded again from its Opus.
func TestServiceBoundsWaitingSound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		remade := 0
		decode := func(c *models.Clip) error {
			if string(c.Opus) == "broken" {
				return errors.New("bad packet")
			}
			remade++
			c.PCM = make([]float32, models.SampleRate)
			return nil
		}
		d := &desk{}
		s, err := New(Config{Decoders: []Decoder{slow(0)}, Decode: decode, MaxPCM: 3 * time.Second}, d.done)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			c := testClip("a", i+1)
			c.Opus = []byte("opus")
			s.Submit(c)
		}
		bad := testClip("b", 1)
		bad.Opus, bad.PCM = []byte("broken"), nil
		s.Submit(bad)
		if n := s.queue.samples; n != 3*models.SampleRate {
			t.Errorf("%d samples wait, want 3 s", n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		drain(t, s)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if remade != 2 || len(d.got) != 6 || s.Stats().Failed != 1 || s.Stats().Decoded != 5 {
			t.Errorf("%d remade, %d stored, stats %+v", remade, len(d.got), s.Stats())
		}
	})
}

func TestNewNeedsAPlaceForResults(t *testing.T) {
	if _, err := New(Config{Decoders: []Decoder{slow(0)}}, nil); err == nil {
		t.Error("a service without a place for results")
	}
}
