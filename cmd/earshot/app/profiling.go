package app

import (
	"net/http"
	"net/http/pprof"

	"earshot/moderation/review"
)

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
