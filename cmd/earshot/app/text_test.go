package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/models"
	"earshot/models/waittest"
	"earshot/moderation/review/events"
	"earshot/transcribe"
)

// TestPartialsOnTheWholeWay has one person talk in a lounge: meanwhile, partial text is published under the key of the line that
// follows, growing, and nothing of a line is published after it.
func TestPartialsOnTheWholeWay(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for 15 seconds")
	}
	t.Parallel()
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	ana := playback.Speech{Name: "Ana", Lines: spoken[:4]}
	if ana.Recording, err = playback.Record(ana.Lines, func(time.Duration) time.Duration { return 1200 * time.Millisecond }); err != nil {
		t.Fatal(err)
	}
	s, l := openTestAppWith(t, t.TempDir(), withPartials)
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	partials, finals := map[models.Key][]models.Partial{}, map[models.Key]string{}
	var begun, stable atomic.Int64 // lines with partials, and partials with a stable word
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for e := range watcher.Events() {
			switch {
			case e.Partial != nil:
				if _, over := finals[e.Partial.Key]; over {
					t.Errorf("%v: a partial behind its line", e.Partial.Key)
				}
				if partials[e.Partial.Key] = append(partials[e.Partial.Key], *e.Partial); len(partials[e.Partial.Key]) == 1 {
					begun.Add(1)
				}
				if e.Partial.Stable != "" {
					stable.Add(1)
				}
			case e.Utterance != nil:
				finals[e.Utterance.Key] = e.Utterance.Text
			}
		}
	}()
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		// A busy machine has no time for partial text: she says it again until there was some.
		for began := time.Now(); ; {
			_, err := s.Play(ctx, l.Addr().String(), []playback.Speech{ana})
			if err != nil || begun.Load() > 1 && stable.Load() > 0 || time.Since(began) > waittest.Patience {
				return err
			}
		}
	})
	watcher.Close()
	<-watched
	if err != nil || len(finals) < 2 || len(partials) < 2 {
		t.Fatalf("%d lines, %d with partials, %v", len(finals), len(partials), err)
	}
	for k, ps := range partials {
		final, ok := finals[k]
		if !ok {
			t.Errorf("%v never became a line", k)
		}
		last := ps[len(ps)-1]
		if !last.Retracted && !strings.HasPrefix(letters(final), letters(last.Stable)) {
			t.Errorf("%v: %q was stable, the line is %q, and nothing was taken back", k, last.Stable, final)
		}
	}
	if n, mean := firstPartials(t, s); n == 0 || mean > 60 {
		t.Errorf("%d first partials, after %.1f s on average", n, mean)
	} else {
		t.Logf("first text of %d stretches after %.2f s on average", n, mean)
	}
	if stable.Load() == 0 {
		t.Error("no partial had a stable word")
	}
}

// firstPartials returns how many segments had a first partial, and the mean latency in seconds.
func firstPartials(t *testing.T, s *App) (n uint64, mean float64) {
	t.Helper()
	page := httptest.NewRecorder()
	s.figures.count.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	const name = "earshot_first_partial_latency_seconds"
	n = uint64(figure(t, page.Body.String(), name+"_count"))
	return n, figure(t, page.Body.String(), name+"_sum") / float64(max(1, n))
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(",.?!", r) {
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(s)))
}

// TestFallbackModelIsReady runs an app with two models: both can decode, and the second one is the service's fallback.
func TestFallbackModelIsReady(t *testing.T) {
	cfg := testConfig(t, t.TempDir())
	path, err := speech.ModelPath(cfg)
	if err != nil {
		t.Fatal(err)
	}
	cfg.FallbackModel = path
	s, err := New(t.Context(), Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Models: speech.Options{Waits: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l, err := web.Listen(t.Context(), cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.decoders.textOf(s.Config, s.profiles, s.Sessions.Profile, s.Store, s.Log)
	if err != nil || c.FallbackModel != filepath.Base(path) || len(c.Fallback) != 1 || c.Fetch == nil {
		t.Fatalf("%d fallback slots of %q, %v", len(c.Fallback), c.FallbackModel, err)
	}
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		for _, e := range []transcribe.Decoder{s.decoders.main.Engines[0], c.Fallback[0]} {
			if err := e.(transcribe.Readier).Ready(ctx); err != nil {
				return err
			}
			if _, err := e.Decode(ctx, transcribe.Sound{PCM: make([]float32, 16000)}, transcribe.Options{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	cfg.FallbackModel = filepath.Join(t.TempDir(), "none.bin")
	if _, err := New(t.Context(), Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Models: speech.Options{Waits: true}}); err == nil ||
		models.Hint(err) == "" {
		t.Errorf("a fallback that is not there: %v", err)
	}
}
