package app

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/models"
	"earshot/models/waittest"
	"earshot/moderation/review/events"
)

// browserWithin is the time limit of a test with a browser, which starts slowly on a busy machine.
const browserWithin = 5 * time.Minute

// pageReport serves a page and records what it reports.
type pageReport struct {
	mu   sync.Mutex
	told []string
}

// serve serves a page, and the script that it loads, until the test ends.
func (g *pageReport) serve(t *testing.T, page string, script []byte) (address string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page)
	})
	mux.HandleFunc("GET /client.js", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(script) })
	mux.HandleFunc("POST /tell", func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.told = append(g.told, string(b))
	})
	web := httptest.NewServer(mux)
	t.Cleanup(func() {
		web.Close()
		if t.Failed() {
			t.Logf("the browser told %q", g.told)
		}
	})
	return web.URL
}

// saw reports whether the page has reported something with this prefix that contains this text.
func (g *pageReport) saw(beginning, part string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.told {
		if strings.HasPrefix(s, beginning) && strings.Contains(s, part) {
			return true
		}
	}
	return false
}

// browser is a real browser whose microphone plays a recording.
type browser struct{ path string }

// newBrowser finds the browser, or skips the test where there is none.
func newBrowser(t *testing.T) browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on the PATH: scripts/deps.sh --tests installs it")
	}
	return browser{path}
}

// visit opens a page while the bot listens, until a line of the browser's words is stored; then it calls heard, and ends both.
// others adds more people, in the group.
func (b browser) visit(
	t *testing.T, s *App, l net.Listener, page string, st fleet.SessionRequest,
	others func(context.Context, *errgroup.Group), heard func(context.Context, models.Utterance),
) {
	t.Helper()
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	seen := false
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeoutCause(ctx, browserWithin, bot.End(models.EndMaxTime, nil))
		defer cancel()
		defer startChromium(ctx, t, b.path, page)()
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { _, err := s.Listen(ctx, st); return err })
		if others != nil {
			others(ctx, group)
		}
		for !seen && ctx.Err() == nil {
			select {
			case e := <-watcher.Events():
				if seen = e.Utterance != nil && matches(*e.Utterance); seen {
					heard(ctx, *e.Utterance)
				}
			case <-ctx.Done():
			}
		}
		cancel()
		if err := group.Wait(); !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !seen {
		t.Error("the browser's words were not transcribed")
	}
}

// carryOut executes an action and waits until both sides show its effect.
func carryOut(ctx context.Context, t *testing.T, hands bot.Moderator, o bot.Command, shown func() bool) {
	t.Helper()
	if err := hands.Execute(ctx, o); err != nil {
		t.Errorf("%s: %v", o.Verb, err)
		return
	}
	comes(ctx, t, "the effect of "+string(o.Verb), func() bool { ok, _ := hands.Effect(o); return ok && shown() })
}

// comes is waittest.Until for a test that has to shut down what runs: it does not stop the test.
func comes(ctx context.Context, t *testing.T, what string, holds func() bool) {
	t.Helper()
	if !waittest.Holds(ctx, holds) {
		t.Errorf("not seen: %s", what)
	}
}
