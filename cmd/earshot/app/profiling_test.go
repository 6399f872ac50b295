package app

import (
	"context"
	"net/http"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
)

// TestProfilerIsForOwners: on this machine, before there is an owner, everybody is treated as one; where everybody logs in, nobody
// gets a profile without doing so.
func TestProfilerIsForOwners(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	for access, want := range map[string]map[string]int{
		"here": {
			"/debug/pprof/": http.StatusOK, "/debug/pprof/goroutine?debug=1": http.StatusOK, "/debug/pprof/cmdline": http.StatusNotFound,
		},
		"required": {"/debug/pprof/": http.StatusUnauthorized, "/debug/pprof/heap": http.StatusUnauthorized},
	} {
		s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_ACCESS="+access)
		err := s.Run(t.Context(), l, func(context.Context) error {
			for path, code := range want {
				if body, got := programtest.Get(t, "http://"+l.Addr().String()+path); got != code {
					t.Errorf("access %s, %s: %d, want %d: %.200s", access, path, got, code, body)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
