package server

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"

	"earshot/bot/lounge"
)

// refuse answers with a problem.
func refuse(w http.ResponseWriter, status int, title string) { deny(w, lounge.Refusal(status, title)) }

func deny(w http.ResponseWriter, p *lounge.Problem) {
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
	if !lounge.ValidRoom(name) {
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
		refuse(w, http.StatusRequestEntityTooLarge, "the body is too large or was cut off")
		return nil, false
	}
	return b, true
}
