package app

import (
	"context"
	"net/http"
	"net/http/pprof"
	"time"

	"earshot/bot/fleet"
	"earshot/bot/peer/guard"
	"earshot/cmd/earshot/metrics"
	"earshot/moderation/live"
	"earshot/moderation/review"
	"earshot/moderation/review/events"
	"earshot/transcribe"
)

// figures are what the parts tell of themselves to Prometheus and to whoever waits for the program to be ready.
type figures struct {
	count    *metrics.Metrics
	store    Record
	record   *recordWatch
	rooms    *fleet.Attendance
	sessions *live.Sessions
	text     *transcribe.Service
	decoders *decoders
	hub      *events.Hub
	profiles Profiles
	guard    *guard.Guard
}

// beside answers /metrics, which needs a key where others reach the page, /healthz and /readyz, and leaves the rest to others.
func (f *figures) beside(page *review.Server, next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", page.ViewersOnly(f.count))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", f.readiness)
	mux.Handle("/", next)
	return mux
}

// readiness is 503 until a model is loaded: before that nothing would be written down.
func (f *figures) readiness(w http.ResponseWriter, _ *http.Request) {
	for _, p := range f.decoders.main.Stats().Processes {
		if p.Ready {
			_, _ = w.Write([]byte("ready\n"))
			return
		}
	}
	http.Error(w, "no model is loaded yet", http.StatusServiceUnavailable)
}

// read reads what the parts tell when Prometheus asks for it.
func (f *figures) read() metrics.Figures {
	out := metrics.Figures{
		Text: f.text.Stats(), Rooms: f.rooms.Sum(), Decoders: f.decoders.stats(),
		Sessions: f.sessions.InRooms(), Watchers: f.hub.Watchers(), Broken: len(f.profiles.mistakes()), Spool: -1, Failed: -1,
		Dropped: map[guard.Reason]uint64{}, Unjudged: f.sessions.Unjudged(),
	}
	for _, r := range guard.Reasons() {
		out.Dropped[r] = f.guard.Dropped(r)
	}
	if f.store.Trouble() != nil {
		out.Failing = 1
	}
	out.Free = -1
	if free, err := f.record.free(); err == nil {
		out.Free = float64(free)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if u, err := f.store.SpoolUsage(ctx); err == nil {
		out.Spool, out.Failed = u.WaitingBytes, int64(u.Failed)
	}
	return out
}

// hooked puts webhooks before the pages: their sender's signature stands for a login. hook may be nil.
func hooked(path string, hook, pages http.Handler) http.Handler {
	if hook == nil {
		return pages
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path {
			hook.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// profiled lets owners ask Go's profiler ("go tool pprof") beside the pages: where time and memory go, never what was said.
// The command line, which the profiler would tell too, is left out.
func profiled(page *review.Server) http.Handler {
	tools := http.NewServeMux()
	tools.HandleFunc("GET /debug/pprof/", pprof.Index)
	tools.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	tools.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	tools.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	tools.Handle("GET /debug/pprof/cmdline", http.NotFoundHandler())
	mux := http.NewServeMux()
	mux.Handle("/debug/pprof/", page.OwnersOnly(tools))
	mux.Handle("/", page)
	return mux
}
