package lounge

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
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
	m.HandleFunc("POST /rooms/{room}/name", s.rename)
	m.HandleFunc("POST /rooms/{room}/people/{person}/{verb}", s.moderate)
	m.HandleFunc("GET /rooms/{room}", s.info)
	m.HandleFunc("GET /rooms/{room}/events", s.events)
	if s.cfg.Transcript != nil {
		m.Handle("GET /rooms/{room}/transcript", s.cfg.Transcript)
	}
	s.pages(m)
	// Another site's page must not publish into a lounge on somebody's own machine.
	return http.NewCrossOriginProtection().Handler(m)
}

// acceptPost answers OPTIONS as RFC 9725 section 4.2 asks.
func acceptPost(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Accept-Post", "application/sdp")
	w.WriteHeader(http.StatusNoContent)
}

// refuse answers with a problem.
func refuse(w http.ResponseWriter, status int, title string) { deny(w, &Problem{status, title}) }

func deny(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// roomName reads the room of a request; it reports false after writing a refusal.
func roomName(w http.ResponseWriter, r *http.Request) (string, bool) {
	name := r.PathValue("room")
	if !ValidRoom(name) {
		refuse(w, http.StatusNotFound, "no such room: a name is 1 to 64 lower-case letters, digits, dots, dashes or underscores")
		return "", false
	}
	return name, true
}

// body reads a request's body of one media type; it reports false after writing a refusal.
func (s *Server) body(w http.ResponseWriter, r *http.Request, mediaType string) ([]byte, bool) {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != mediaType {
		refuse(w, http.StatusUnsupportedMediaType, "the body must be "+mediaType)
		return nil, false
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(s.cfg.Limits.Body)))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "the body is too large or broke off")
		return nil, false
	}
	return b, true
}
