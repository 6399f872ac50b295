package app

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestFault35BodiesOfNoLength: what is sent in pieces, without its length, is read by the running program no further than
// it may be long, and answered by 413: a page says so to people, JSON to programs.
func TestFault35BodiesOfNoLength(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	s, l := openTestApp(t, t.TempDir())
	base := "http://" + l.Addr().String()
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		for path, want := range map[string]string{
			"/setup":       "<h1>That was too much at once</h1>",
			"/login":       "That is too much at once.",
			"/flags/f1":    "<h1>That was too much at once</h1>",
			"/rules/try":   "<h1>That was too much at once</h1>",
			"/access/add":  "<h1>That was too much at once</h1>",
			"/api/flags/x": `{"error":{"message":"That is too much at once.`,
		} {
			kind, start := "application/x-www-form-urlencoded", "say="
			if strings.HasPrefix(path, "/api/") {
				kind, start = "application/json", `{"status":"`
			}
			r, err := http.NewRequestWithContext(
				ctx, http.MethodPost, base+path, io.MultiReader(strings.NewReader(start), strings.NewReader(strings.Repeat("y", 200<<10))),
			)
			if err != nil {
				return err
			}
			r.Header.Set("Content-Type", kind)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				return err
			}
			text, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(text), want) {
				t.Errorf("%s: %d %v %.300s", path, res.StatusCode, err, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOrdersOfNoLength: the socket by which commands reach a running program refuses what is too long as such.
func TestOrdersOfNoLength(t *testing.T) {
	for size, want := range map[int]int{10: http.StatusBadRequest, 32 << 10: http.StatusRequestEntityTooLarge} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/rooms", strings.NewReader(`{"url":"`+strings.Repeat("y", size)))
		r.ContentLength = -1
		w := httptest.NewRecorder()
		if readOrder(w, r, &struct{ URL string }{}) || w.Code != want {
			t.Errorf("%d bytes: %d, want %d", size, w.Code, want)
		}
	}
}
