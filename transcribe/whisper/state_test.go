package whisper

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/leaktest"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func newFixtureModel(tb testing.TB) *Model {
	tb.Helper()
	path, err := fixture.Path(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	m, err := Load(path, LoadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { m.Close() })
	return m
}

func newState(tb testing.TB, m *Model) *State {
	tb.Helper()
	s, err := m.NewState()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

func sentences(tb testing.TB) []eval.Sentence {
	tb.Helper()
	all, err := eval.Sentences()
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func decode(tb testing.TB, s *State, pcm []float32, o transcribe.Options) transcribe.Result {
	tb.Helper()
	r, err := s.Decode(tb.Context(), transcribe.Sound{PCM: pcm}, o)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestWordErrorRate(t *testing.T) {
	s := newState(t, newFixtureModel(t))
	errs, words := 0, 0
	for _, u := range sentences(t) {
		r := decode(t, s, u.PCM, transcribe.Options{})
		e, n := fixture.WER(u.Text, r.Text)
		errs, words = errs+e, words+n
		if r.AudioCtx != 256 || r.Language != "en" || r.Capped || r.LogProb >= 0 || r.LogProb < -1 || r.NoSpeech > 0.1 {
			t.Errorf("%s: %d words: implausible result: ctx %d, language %q, capped %t, log prob %.2f, no speech %.2g",
				u.Name, len(r.Words), r.AudioCtx, r.Language, r.Capped, r.LogProb, r.NoSpeech)
		}
		checkWords(t, u, r)
	}
	if rate := float64(errs) / float64(words); rate > 0.10 {
		t.Errorf("word error rate %.1f %% (%d of %d), want at most 10 %%", 100*rate, errs, words)
	}
}

// checkWords holds a result's words against its text and the clip's length.
func checkWords(t *testing.T, u eval.Sentence, r transcribe.Result) {
	t.Helper()
	joined, last := "", int64(0)
	for _, w := range r.Words {
		joined += " " + w.Text
		if w.StartMS < last || w.EndMS < w.StartMS || w.EndMS > int64(len(u.PCM))/16 || w.P <= 0 || w.P > 1 {
			t.Errorf("%s: implausible word %+v after %d ms", u.Name, w, last)
		}
		last = w.EndMS
	}
	if joined != " "+r.Text {
		t.Errorf("%s: the words are %q, the text %q", u.Name, joined, r.Text)
	}
}

// Words of one person must never show up in another's: each clip is decoded right after every other clip on one state,
// and must give what a state that has seen nothing gives, to the last bit.
func TestNothingLeaksBetweenClips(t *testing.T) {
	m := newFixtureModel(t)
	used, all := newState(t, m), sentences(t)[:5] // a state does not know which clips they are
	fresh := make([]transcribe.Result, len(all))
	for i, u := range all {
		fresh[i] = decodeFresh(t, m, u.PCM, transcribe.Options{})
	}
	check := func(i int) {
		t.Helper()
		if d := cmp.Diff(fresh[i], decode(t, used, all[i].PCM, transcribe.Options{})); d != "" {
			t.Fatalf("%s differs after another clip (-fresh +used):\n%s", all[i].Name, d)
		}
	}
	for i := range all { // visits every ordered pair once
		check(i)
		for j := i + 1; j < len(all); j++ {
			check(i)
			check(j)
		}
	}
}

func decodeFresh(t *testing.T, m *Model, pcm []float32, o transcribe.Options) transcribe.Result {
	t.Helper()
	s, err := m.NewState()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return decode(t, s, pcm, o)
}

// The same with windows of all lengths before and after.
func TestNothingLeaksBetweenWindows(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes for some seconds")
	}
	m, all := newFixtureModel(t), sentences(t)
	used := newState(t, m)
	var long []float32
	for _, u := range all {
		long = append(long, u.PCM...)
	}
	for i, after := range []int{256, 768} {
		b := all[i].PCM
		want := decodeFresh(t, m, b, transcribe.Options{AudioCtx: after})
		for _, before := range windows {
			decode(t, used, long[:min((before-windowMargin)*stepSamples, MaxSamples)], transcribe.Options{AudioCtx: before})
			if d := cmp.Diff(want, decode(t, used, b, transcribe.Options{AudioCtx: after})); d != "" {
				t.Fatalf("window %d after %d (-fresh +used):\n%s", after, before, d)
			}
		}
	}
}

func TestConcurrentStates(t *testing.T) {
	m, all := newFixtureModel(t), sentences(t)
	want := make([]transcribe.Result, len(all))
	first := newState(t, m)
	for i, u := range all {
		want[i] = decode(t, first, u.PCM, transcribe.Options{})
	}
	g, ctx := errgroup.WithContext(t.Context())
	for n := range 3 {
		s := newState(t, m)
		g.Go(func() error {
			for k := range all {
				i := (k + 4*n) % len(all)
				r, err := s.Decode(ctx, transcribe.Sound{PCM: all[i].PCM}, transcribe.Options{})
				if err != nil {
					return err
				}
				if d := cmp.Diff(want[i], r); d != "" {
					t.Errorf("%s differs beside other states:\n%s", all[i].Name, d)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestNoTextWithoutSpeech(t *testing.T) {
	s := newState(t, newFixtureModel(t))
	rng := rand.New(rand.NewPCG(1, 2))
	sounds := map[string]func(i int) float64{
		"silence":     func(int) float64 { return 0 },
		"quiet noise": func(int) float64 { return 0.003 * rng.NormFloat64() },
		"loud noise":  func(int) float64 { return 0.1 * rng.NormFloat64() },
		"hum":         func(i int) float64 { return 0.1 * math.Sin(2*math.Pi*50*float64(i)/models.SampleRate) },
	}
	for name, f := range sounds {
		for _, ms := range []int{20, 1000, 4000, 9000} {
			pcm := make([]float32, ms*16)
			for i := range pcm {
				pcm[i] = float32(f(i))
			}
			if r := decode(t, s, pcm, transcribe.Options{}); r.Text != "" || len(r.Words) != 0 || r.LogProb != 0 {
				t.Errorf("%s of %d ms: %d words, log prob %.2f", name, ms, len(r.Words), r.LogProb)
			}
		}
	}
	if r := decode(t, s, nil, transcribe.Options{}); r.Text != "" {
		t.Error("text in no sound at all")
	}
}

// A single word is cut out of a sentence: it must come through, however short.
func TestOneShortWord(t *testing.T) {
	s, u := newState(t, newFixtureModel(t)), sentences(t)[4] // "Call me now at nine eight …"
	r := decode(t, s, u.PCM[1550*16:1880*16], transcribe.Options{})
	if e, _ := fixture.WER("seven", r.Text); e != 0 || len(r.Words) != 1 || r.Words[0].EndMS > 330 {
		t.Errorf("heard %q %v in 330 ms, want one word", r.Text, r.Words)
	}
}

// The fixture model was trained on single sentences: of a long clip it gets the first ones right.
func TestLongClip(t *testing.T) {
	s := newState(t, newFixtureModel(t))
	var pcm []float32
	all := sentences(t)
	for _, u := range all[:7] {
		pcm = append(pcm, u.PCM...)
	}
	r := decode(t, s, pcm, transcribe.Options{})
	if !strings.HasPrefix(r.Text, all[0].Text) || r.AudioCtx != 1280 {
		t.Errorf("%q with audio_ctx %d from %d s", r.Text, r.AudioCtx, len(pcm)/models.SampleRate)
	}
	if _, err := s.Decode(
		t.Context(), transcribe.Sound{PCM: make([]float32, MaxSamples+1)}, transcribe.Options{},
	); !errors.Is(err, transcribe.ErrTooLong) {
		t.Errorf("a sample too many: %v, want ErrTooLong", err)
	}
}

func TestTokenCap(t *testing.T) {
	s, u := newState(t, newFixtureModel(t)), sentences(t)[4]
	if r := decode(t, s, u.PCM, transcribe.Options{}); r.Capped {
		t.Errorf("capped at %d tokens without a reason", r.Tokens)
	}
	if r := decode(t, s, u.PCM, transcribe.Options{MaxTokens: 5}); !r.Capped || r.Tokens == 0 {
		t.Errorf("capped %t with %d tokens, want some and capped", r.Capped, r.Tokens)
	}
}

func TestCancel(t *testing.T) {
	s, u := newState(t, newFixtureModel(t)), sentences(t)[0]
	want := decode(t, s, u.PCM, transcribe.Options{})

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Decode(ended, transcribe.Sound{PCM: u.PCM}, transcribe.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended before: %v, want Canceled", err)
	}
	short, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if _, err := s.Decode(short, transcribe.Sound{PCM: u.PCM}, transcribe.Options{AudioCtx: 1280}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ended during: %v, want DeadlineExceeded", err)
	}
	if d := cmp.Diff(want, decode(t, s, u.PCM, transcribe.Options{})); d != "" {
		t.Errorf("the next decode differs:\n%s", d)
	}
}

func TestUseAfterClose(t *testing.T) {
	m, u := newFixtureModel(t), sentences(t)[0]
	s, other := newState(t, m), newState(t, m)
	for range 2 {
		if err := errors.Join(s.Close(), m.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Decode(t.Context(), transcribe.Sound{PCM: u.PCM}, transcribe.Options{}); !errors.Is(err, ErrClosed) {
		t.Errorf("closed state: %v, want ErrClosed", err)
	}
	if _, err := m.NewState(); !errors.Is(err, ErrClosed) {
		t.Errorf("closed model: %v, want ErrClosed", err)
	}
	if r := decode(t, other, u.PCM, transcribe.Options{}); r.Text == "" {
		t.Error("a state that is still open lost its model")
	}
}

func TestBLASIsUsedWhereInstalled(t *testing.T) {
	names, err := Backends()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 || names[len(names)-1] != "CPU" {
		t.Errorf("devices %v, want a CPU last", names)
	}
	t.Logf("devices: %v", names)
}

// A vocabulary reaches the model, for one decode only.
func TestPromptReachesTheModel(t *testing.T) {
	s, u := newState(t, newFixtureModel(t)), sentences(t)[0]
	before := decode(t, s, u.PCM, transcribe.Options{})
	with := decode(t, s, u.PCM, transcribe.Options{Prompt: "photosynthesis, Ayu."})
	after := decode(t, s, u.PCM, transcribe.Options{})
	if with.LogProb == before.LogProb {
		t.Error("the prompt changed nothing")
	}
	if after.LogProb != before.LogProb || after.Text != before.Text {
		t.Error("the prompt outlived its decode")
	}
}
