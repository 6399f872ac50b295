package server

import (
	"log/slog"
	"net/http"
	"path"
	"strings"

	"earshot/bot/lounge/server/budget"
	"earshot/bot/lounge/server/rooms"
)

// ServeHTTP serves the signalling, the events and the page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

func (s *Server) handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST /whip/{room}", s.whip)
	m.HandleFunc("POST /whep/{room}/{person}", s.whep)
	m.HandleFunc("OPTIONS /whip/{room}", acceptPost)
	m.HandleFunc("OPTIONS /whep/{room}/{person}", acceptPost)
	m.HandleFunc("PATCH /res/{id}", s.patch)
	m.HandleFunc("PUT /res/{id}", s.put)
	m.HandleFunc("DELETE /res/{id}", s.delete)
	m.HandleFunc("POST /rooms/{room}/chat", s.chat)
	m.HandleFunc("POST /rooms/{room}/captions", s.caption)
	m.HandleFunc("POST /rooms/{room}/name", s.rename)
	m.HandleFunc("POST /rooms/{room}/people/{person}/{verb}", s.moderate)
	m.HandleFunc("GET /rooms/{room}", s.info)
	m.HandleFunc("GET /rooms/{room}/events", s.events)
	if s.cfg.Transcript != nil {
		m.Handle("GET /rooms/{room}/transcript", s.cfg.Transcript)
	}
	s.pages(m)
	// Another site's page must not publish into a lounge on somebody's own machine.
	return plainPaths(http.NewCrossOriginProtection().Handler(m))
}

// plainPaths serves /../res/ID as /res/ID. To OBS a relative Location is a path of the host, and it follows no redirect of its DELETE.
func plainPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/../") && r.Method != http.MethodGet {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = path.Clean(r.URL.Path), ""
		}
		next.ServeHTTP(w, r)
	})
}

// acceptPost answers OPTIONS as RFC 9725 section 4.2 asks.
func acceptPost(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Accept-Post", "application/sdp")
	w.WriteHeader(http.StatusNoContent)
}

// New makes a lounge; nothing runs yet.
func New(c Config) *Server {
	c.Limits = c.Limits.WithDefaults()
	if c.Room == "" {
		c.Room = "lounge"
	}
	if c.BotName == "" {
		c.BotName = "Earshot"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	b := budget.New(c.Limits)
	s := &Server{
		cfg: c, log: c.Log, budget: b, rooms: rooms.New(c.Limits, b, c.BotName, c.Log), sessions: newSessions(), ready: make(chan struct{}),
	}
	s.routes = s.handler()
	return s
}
