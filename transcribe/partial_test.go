package transcribe

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// screen records what viewers see, in order: partials and finals.
type screen struct {
	mu    sync.Mutex
	lines []string
}

func (s *screen) partial(p models.Partial) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mark := ""
	if p.Retracted {
		mark = " retracted"
	}
	s.lines = append(s.lines, fmt.Sprintf("%s/%d %q+%q%s", p.Key.Track, p.Key.Seq, p.Stable, p.Tail, mark))
}

func (s *screen) done(_ context.Context, u models.Utterance) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, fmt.Sprintf("%s/%d = %q", u.Track, u.Seq, u.Text))
	return nil
}

func (s *screen) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

// speaking is an engine that takes 100 ms and returns a word for each 100 samples.
func speaking(words ...string) engineFunc {
	return func(ctx context.Context, pcm []float32) (Result, error) {
		text := ""
		for _, w := range words[:min(len(words), len(pcm)/100)] {
			text += w + " "
		}
		r, err := slow(100*time.Millisecond)(ctx, pcm)
		r.Text = text
		return r, err
	}
}

// open is a clip of n hundred samples.
func open(track string, seq, n int) models.Clip {
	c := testClip(track, seq)
	c.PCM = make([]float32, 100*n)
	c.VoicedMS = 2000
	return c
}

func runOn(t *testing.T, cfg Config, s *screen) *Service {
	t.Helper()
	cfg.Partial = s.partial
	service, err := New(cfg, s.done)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return service
}

func TestPartialsBecomeTheFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, began := &screen{}, time.Now()
		var first []time.Duration
		s := runOn(t, Config{
			Decoders:     []Decoder{speaking("one", "two", "three", "four")},
			FirstPartial: func(d time.Duration) { first = append(first, d) },
		}, d)
		for n := 1; n <= 3; n++ {
			c := open("a", 1, n)
			c.Spoken = began // of a second of speech
			s.Preview(c)
			time.Sleep(time.Second)
		}
		s.Submit(open("a", 1, 4))
		drain(t, s)
		want := []string{`a/1 ""+"one"`, `a/1 "one "+"two"`, `a/1 "one two "+"three"`, `a/1 = "one two three four "`}
		if !slices.Equal(d.seen(), want) {
			t.Errorf("seen %q, want %q", d.seen(), want)
		}
		if want := []time.Duration{1100 * time.Millisecond}; !slices.Equal(first, want) {
			t.Errorf("first text after %v, want %v", first, want)
		}
		if len(s.partials.waiting) != 0 || s.Stats().Partials != 3 || s.Stats().Retracted != 0 {
			t.Errorf("stats %+v", s.Stats())
		}
	})
}

// If a final does not begin with the stable words that viewers were shown, these are withdrawn before it is delivered.
func TestFinalTakesStableWordsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &screen{}
		var final atomic.Bool
		e := engineFunc(func(ctx context.Context, pcm []float32) (Result, error) {
			if final.Load() {
				return speaking("paint", "it")(ctx, pcm)
			}
			return speaking("pay", "me")(ctx, pcm)
		})
		s := runOn(t, Config{Decoders: []Decoder{e}}, d)
		s.Preview(open("a", 1, 2))
		time.Sleep(time.Second)
		s.Preview(open("a", 1, 3))
		time.Sleep(time.Second)
		final.Store(true)
		s.Submit(open("a", 1, 3))
		drain(t, s)
		want := []string{`a/1 ""+"pay me"`, `a/1 "pay me"+""`, `a/1 ""+"" retracted`, `a/1 = "paint it "`}
		if !slices.Equal(d.seen(), want) || s.Stats().Retracted != 1 {
			t.Errorf("seen %q, want %q", d.seen(), want)
		}
	})
}

// A partial that is still being decoded when its final is started is not shown, nor is any later one.
func TestNoPartialBehindItsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &screen{}
		words := speaking("one", "two")
		hang := engineFunc(func(ctx context.Context, pcm []float32) (Result, error) {
			if len(pcm) == 100 {
				time.Sleep(2 * time.Second)
			}
			return words(ctx, pcm)
		})
		s := runOn(t, Config{Decoders: []Decoder{hang, hang}}, d)
		s.Preview(open("a", 1, 1))
		time.Sleep(time.Second)
		s.Preview(open("a", 1, 1)) // waits for the one before
		s.Submit(open("a", 1, 2))
		time.Sleep(5 * time.Second)
		s.Preview(open("a", 1, 1)) // late
		time.Sleep(5 * time.Second)
		if want := []string{`a/1 = "one two "`}; !slices.Equal(d.seen(), want) || s.Stats().PartialsShed != 2 {
			t.Errorf("seen %q, want %q; stats %+v", d.seen(), want, s.Stats())
		}
	})
}

// While finals wait, no partial is decoded; of each speaker only the newest is, and one slot stays free for finals.
func TestPartialsGiveWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []int
		e := engineFunc(func(ctx context.Context, pcm []float32) (Result, error) {
			mu.Lock()
			order = append(order, len(pcm)/100)
			mu.Unlock()
			return slow(100*time.Millisecond)(ctx, pcm)
		})
		began := func() []int {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(order)
		}
		d := &screen{}
		s := runOn(t, Config{Decoders: []Decoder{e, e}}, d)
		s.Submit(open("f", 1, 50))
		s.Submit(open("g", 1, 51))
		s.Submit(open("h", 1, 52))
		s.Preview(open("a", 1, 1))
		s.Preview(open("b", 1, 2))
		s.Preview(open("a", 1, 3)) // replaces the first
		time.Sleep(150 * time.Millisecond)
		synctest.Wait()
		// Both slots become free at the same moment: one takes the last final, the other only then a partial.
		got := began()
		for _, two := range slices.Collect(slices.Chunk(got, 2)) {
			slices.Sort(two)
		}
		if want := []int{50, 51, 3, 52}; !slices.Equal(got, want) {
			t.Errorf("order %v, want %v by pairs, and no second partial beside them", got, want)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if !slices.Equal(began()[4:], []int{2}) {
			t.Errorf("then %v, want the one of b", began()[4:])
		}
	})
}

func TestInventedPartialsAreNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &screen{}
		s := runOn(t, Config{Decoders: []Decoder{speaking("Thanks", "for", "watching!")}}, d)
		s.Preview(open("a", 1, 3))
		time.Sleep(time.Second)
		if len(d.seen()) != 0 {
			t.Errorf("seen %q", d.seen())
		}
	})
}

// Tracks that were cut off without a final are forgotten.
func TestPartialsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := runOn(t, Config{Decoders: []Decoder{speaking("one")}}, &screen{})
		for i := range 50 {
			s.Preview(open(fmt.Sprint("t", i), 1, 1))
			time.Sleep(10 * time.Second)
		}
		if n := len(s.partials.tracks); n > 8 {
			t.Errorf("%d tracks are remembered", n)
		}
	})
}
