package app

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestFault35BodiesOfNoLength: a chunked request body without a length is read only up to the limit by the running program, and
// answered with 413: in HTML for people, in JSON for programs.
func TestFault35BodiesOfNoLength(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	s, l := openTestApp(t, t.TempDir())
	base := "http://" + l.Addr().String()
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		for path, want := range map[string]string{
			"/setup":       "<h1>Too much data</h1>",
			"/login":       "That is too much at once.",
			"/flags/f1":    "<h1>Too much data</h1>",
			"/rules/try":   "<h1>Too much data</h1>",
			"/access/add":  "<h1>Too much data</h1>",
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
