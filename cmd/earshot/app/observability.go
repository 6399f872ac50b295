package app

import (
	"context"
	"net/http"
	"net/http/pprof"
	"time"

	"earshot/bot/peer/guard"
	"earshot/cmd/earshot/metrics"
	"earshot/moderation/review"
)

// observability answers /metrics, which needs a key where others reach the page, /healthz and /readyz, and leaves the rest
// to others.
func (s *Station) observability(page *review.Server, next http.Handler) http.Handler {
	figures := page.ViewersOnly(s.count)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", figures)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.readiness)
	mux.Handle("/", next)
	return mux
}

// readiness is 503 until a model is loaded: before that nothing would be written down.
func (s *Station) readiness(w http.ResponseWriter, _ *http.Request) {
	for _, p := range s.Speech.Stats().Processes {
		if p.Ready {
			_, _ = w.Write([]byte("ready\n"))
			return
		}
	}
	http.Error(w, "no model is loaded yet", http.StatusServiceUnavailable)
}

// figures reads what the parts tell when Prometheus asks for it.
func (s *Station) figures() metrics.Figures {
	f := metrics.Figures{
		Text: s.text.Stats(), Rooms: s.stays.Sum(), Decoders: s.Speech.Stats(),
		Sessions: s.Sessions.InRooms(), Watchers: s.Hub.Watchers(), Broken: len(s.profiles.mistakes()), Spool: -1, Failed: -1,
		Dropped: map[guard.Reason]uint64{}, Unjudged: s.Sessions.Unjudged(),
	}
	for _, r := range guard.Reasons() {
		f.Dropped[r] = s.guard.Dropped(r)
	}
	if s.small != nil {
		small := s.small.Stats()
		f.Decoders.Restarts += small.Restarts
		f.Decoders.CPU += small.CPU
		f.Decoders.Processes = append(f.Decoders.Processes, small.Processes...)
	}
	if s.Store.Trouble() != nil {
		f.Failing = 1
	}
	f.Free = -1
	if free, err := s.record.free(); err == nil {
		f.Free = float64(free)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if u, err := s.Store.SpoolUsage(ctx); err == nil {
		f.Spool, f.Failed = u.WaitingBytes, int64(u.Failed)
	}
	return f
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
