package server

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"

	"earshot/bot/lounge/names"
)

//go:embed static
var staticFiles embed.FS

// pages adds the page and its files.
func (s *Server) pages(m *http.ServeMux) {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil { // "static" is a valid path
		files = staticFiles
	}
	m.Handle("GET /lounge/{file}", headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		if info, err := fs.Stat(files, name); err != nil || !info.Mode().IsRegular() { // no lists of files
			http.NotFound(w, r)
			return
		}
		http.ServeFileFS(w, r, files, name)
	})))
	m.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		target := "room/" + s.cfg.Room
		if r.URL.RawQuery != "" {
			target += "?" + r.URL.RawQuery
		}
		http.Redirect(w, r, target, http.StatusFound)
	})
	m.HandleFunc("GET /room/{room}", func(w http.ResponseWriter, r *http.Request) {
		name, ok := roomName(w, r)
		if !ok {
			return
		}
		w.Header().Set("Content-Security-Policy", s.policy(name))
		headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, files, "room.html")
		})).ServeHTTP(w, r)
	})
}

func headers(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-cache")
		h.ServeHTTP(w, r)
	})
}

// policy allows the page its own files and, where the transcript is served elsewhere, that origin.
func (s *Server) policy(room string) string {
	connect := "'self'"
	if u, err := url.Parse(s.transcript(room)); err == nil && u.IsAbs() {
		connect += " " + u.Scheme + "://" + u.Host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob: mediastream:; " +
		"connect-src " + connect + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// transcript is the address of the room's lines, relative to the page, or "".
func (s *Server) transcript(room string) string {
	if s.cfg.TranscriptURL != nil {
		return s.cfg.TranscriptURL(room)
	}
	if s.cfg.Transcript != nil {
		return "../rooms/" + room + "/transcript"
	}
	return ""
}

// info tells the page what it needs to know.
func (s *Server) info(w http.ResponseWriter, r *http.Request) {
	name, ok := roomName(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"room": name, "bot": s.cfg.BotName, "transcript": s.transcript(name), "max_name": names.MaxLength,
	})
}
