package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"earshot/bot/lounge/server"
)

func TestFilesAreServedAndNotListed(t *testing.T) {
	s := server.New(server.Config{})
	for path, want := range map[string]int{
		"/lounge/room.js": 200, "/lounge/icon.svg": 200, "/lounge/": 404, "/lounge": 404, "/lounge/nothing": 404,
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
