//go:build !race

package app

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/waittest"
)

// sample is the size of the program between two rounds, when nobody talks.
type sample struct {
	heapKB, rssMB, decodersMB int64
	goroutines                int
}

// TestSoak has people join, talk without a pause and leave, in two rooms at once, over and over in one program: its memory and its
// goroutines do not grow, and every line is stored. It takes half a minute, or thirty if EARSHOT_TEST_LONG is set; each minute
// contains some five minutes of speech and fifty people who come and go.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for a while")
	}
	length, least := 30*time.Second, 3
	if longTests {
		length, least = 30*time.Minute, 60
	}
	parts := soakParts(t)
	s, l := openLoggedApp(t, slog.New(slog.DiscardHandler), testConfig(t, t.TempDir(), withPartials))
	var samples []sample
	said, stored := 0, 0
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		readyDecoders(ctx, t, s)
		// What is larger because a busy machine was behind in one round grows no further.
		for began := time.Now(); len(samples) < least || time.Since(began) < length || len(samples) < 2*least && len(grown(samples)) > 0; {
			group, talking := errgroup.WithContext(ctx)
			for room := range 2 {
				said += len(parts) * len(parts[0].Lines)
				group.Go(func() error {
					host, id := l.Addr().String(), fmt.Sprint("room", room)
					_, err := s.playIn(talking, host, models.Room{ID: id, Name: id, URL: "lounge://" + host + "/" + id}, parts)
					return err
				})
			}
			if err := group.Wait(); err != nil {
				return err
			}
			if err := s.Drain(ctx); err != nil {
				return err
			}
			samples = append(samples, s.sample(samples))
		}
		sessions, err := s.Store.Sessions(ctx, models.SessionQuery{Limit: 10_000})
		for _, x := range sessions {
			stored += x.Utterances
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	first, last := samples[0], samples[len(samples)-1]
	t.Logf("%d rounds, %d lines said, %d stored", len(samples), said, stored)
	t.Logf("first %+v, middle %+v, last %+v", first, samples[len(samples)/2], last)
	if stored < said { // a machine that is too busy to talk without a stop makes two of one
		t.Errorf("%d lines were said, %d are stored", said, stored)
	}
	for _, what := range grown(samples) {
		t.Error(what)
	}
}

// grown compares the beginning of the second half with its end, and says what has grown: what a program keeps permanently it has
// allocated in the first rounds.
func grown(samples []sample) (out []string) {
	half := samples[len(samples)/2:]
	n := max(1, len(half)/3)
	early, late := half[:n], half[len(half)-n:]
	rounds := float64(len(half) - n)
	for name, c := range map[string]struct {
		of   func(sample) int64
		most float64 // growth
	}{
		"heap in kB":          {func(x sample) int64 { return x.heapKB }, 2000 + 20*rounds},
		"memory in MB":        {func(x sample) int64 { return x.rssMB }, 12 + rounds/50},
		"decoders in MB":      {func(x sample) int64 { return x.decodersMB }, 12 + rounds/50},
		"goroutines, tenfold": {func(x sample) int64 { return 10 * int64(x.goroutines) }, 60},
	} {
		if grew := float64(middle(late, c.of) - middle(early, c.of)); grew > c.most {
			out = append(out, fmt.Sprintf("%s grew by %.0f, from %d to %d", name, grew, middle(early, c.of), middle(late, c.of)))
		}
	}
	return out
}

func middle(xs []sample, of func(sample) int64) int64 {
	var v []int64
	for _, x := range xs {
		v = append(v, of(x))
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// soakParts is what four people say, with hardly a pause.
func soakParts(t *testing.T) []playback.Speech {
	t.Helper()
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	parts := make([]playback.Speech, 4)
	for i := range parts {
		parts[i] = playback.Speech{Name: fmt.Sprint("Speaker ", i+1), Lines: []playback.Line{spoken[i], spoken[i+4]}}
		if parts[i].Recording, err = playback.Continuous(parts[i].Lines); err != nil {
			t.Fatal(err)
		}
	}
	return parts
}

// sample waits until the memory of the round is released, and measures: until no goroutine ends any more, and there are hardly more than
// before.
func (a *App) sample(before []sample) sample {
	var x sample
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	seen := 0
	waittest.Holds(ctx, func() bool {
		if now := runtime.NumGoroutine(); now != x.goroutines {
			x.goroutines, seen = now, 0
		}
		seen++
		return seen > 10 && (len(before) == 0 || x.goroutines < before[len(before)-1].goroutines+6)
	})
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	x.heapKB, x.rssMB = int64(m.HeapAlloc>>10), residentOf("self") //nolint:gosec // below 2^63
	x.decodersMB = a.ResidentMB() - x.rssMB
	return x
}
