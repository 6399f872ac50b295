package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"earshot/bot/fleet"
	"earshot/bot/peer/guard"
	"earshot/cmd/earshot/metrics"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
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
	fleet    *fleet.Fleet
	others   processes
}

// beside answers /metrics, which needs a key where others reach the page, /healthz and /readyz, and leaves the rest to others.
func (f *figures) beside(page *review.Server, next http.Handler) http.Handler {
	mux := f.answering(page.ViewersOnly(f.count))
	mux.Handle("/", next)
	return mux
}

// answering answers /metrics as given, /healthz and /readyz.
func (f *figures) answering(count http.Handler) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", count)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", f.readiness)
	return mux
}

// listenMetrics opens the listener of metrics.listen; nil: there is none.
func listenMetrics(ctx context.Context, c configs.Config) (net.Listener, error) {
	if c.Metrics.Listen == "" {
		return nil, nil
	}
	l, err := web.Listen(ctx, c.Metrics.Listen)
	if err != nil {
		return nil, models.WithHint(
			fmt.Errorf("metrics: %w", err), "choose another address with the setting metrics.listen, or free this one",
		)
	}
	return l, nil
}

// serve answers what asks for no key on a listener of its own until the context ends, and closes it. nil: there is none.
func (f *figures) serve(ctx context.Context, l net.Listener, log *slog.Logger) error {
	if l == nil {
		return nil
	}
	log.Info("serving metrics without a key", "address", l.Addr().String())
	return web.ServeWeb(ctx, l, nil, f.answering(f.count), func() {}, log)
}

// readiness is 503 until a model is loaded, and while a server that decodes is away: nothing would be transcribed.
func (f *figures) readiness(w http.ResponseWriter, _ *http.Request) {
	if f.decoders.main.Ready() {
		_, _ = w.Write([]byte("ready\n"))
		return
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
	if server := f.decoders.main.Elsewhere(); server != nil {
		stats := server.Stats()
		out.ServerFailures = float64(stats.Failures)
		if !stats.Up {
			out.ServerAway = 1
		}
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
	out.Shared = f.shared(ctx)
	return out
}

// shared is what the process has of what it shares with others, and how those are.
func (f *figures) shared(ctx context.Context) metrics.Shared {
	text := f.text.Stats()
	out := metrics.Shared{Leases: f.fleet.LeaseStats(), Answered: text.Answered, Unheard: -1, Waiting: -1, Oldest: -1}
	if !f.others.node.Shared() {
		out.Nodes = map[string]int{models.NodeAlive: 1}
		out.Unheard, out.Waiting, out.Oldest = 0, text.Queued, text.Oldest
		return out
	}
	out.Clock = (time.Duration(f.others.node.Own().Info.ClockMS) * time.Millisecond).Abs()
	if s := f.others.sharer; s != nil {
		out.Claimed = s.Claimed()
	}
	if p, err := f.others.all(ctx); err == nil {
		out.Nodes, out.Unheard = map[string]int{}, len(p.Unheard)
		for _, n := range p.Nodes {
			out.Nodes[n.State]++
		}
	}
	if b, err := f.store.Backlog(ctx); err == nil {
		out.Waiting, out.Oldest = b.Clips, b.Waited
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
