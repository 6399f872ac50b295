package review

import (
	"cmp"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// postChunked sends a body without its length, as a browser or a program may.
func postChunked(t *testing.T, url, kind, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, io.MultiReader(strings.NewReader(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = -1
	r.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// unread are the forms and requests without contents, whose bodies are not read.
var unread = map[string]bool{
	"/s/{id}/summary": true, "/logout": true, "/invite/{secret}": true,
	"/api/sessions/{id}/summary": true, "/api/rooms/{id}/pause": true, "/api/rooms/{id}/resume": true,
	"/api/users/{id}/link": true,
}

// TestChunkedBodiesAreHeldToTheirLength: every form and every request of the program that is too long without announcing it is
// answered with 413 and advice, over a real connection, and changes nothing.
func TestChunkedBodiesAreHeldToTheirLength(t *testing.T) {
	m := heardRoom()
	desk := &fakeDesk{}
	s := serve(t, m, func(c *Config) {
		c.Inviter, c.Links, c.Servers, c.Listener, c.States = desk, desk, desk, desk, desk.rooms
		c.Members, c.Mode, c.Local = auth.NewMembers(&accessMemory{}, nil), auth.ModeOpen, true
		c.Rules, c.Tuner = &primer{}, &primer{}
	})
	server := httptest.NewServer(s)
	defer server.Close()
	var paths []string
	for _, pattern := range s.Routes() {
		if path, ok := strings.CutPrefix(pattern, "POST "); ok {
			paths = append(paths, path)
		}
	}
	if len(paths) < 20 {
		t.Fatalf("only %d ways to change something were found: %q", len(paths), paths)
	}
	k := m.lines[0].Key
	fill := strings.NewReplacer("/s/{id}", "/s/s1", "/sessions/{id}", "/sessions/s1", "/flags/{id}", "/flags/f1", "{epoch}", "0", "{seq}", "0",
		"{track}", k.Track, "/access/{what}", "/access/add", "{room}/{speaker}/{what}", "open-mic/Ben/name", "{speaker}", "Ben")
	for _, path := range paths {
		if unread[path] {
			continue
		}
		kind, start, want := "application/x-www-form-urlencoded", "status=confirmed&name=x&text=", "<h1>Too much data</h1>"
		if strings.HasPrefix(path, "/api/") {
			kind, start, want = "application/json", `{"status":"`, `{"error":{"message":"That is too much at once.`
		}
		if path == "/login" {
			want = "That is too much at once."
		}
		for _, size := range []int{web.MaxBody, 5 * web.MaxBody} {
			code, text := postChunked(t, server.URL+fill.Replace(path), kind, start+strings.Repeat("y", size))
			if code != http.StatusRequestEntityTooLarge || !strings.Contains(text, want) || strings.Contains(text, "yyyy") {
				t.Errorf("%s: %d %.300s", path, code, text)
			}
		}
	}
	if m.flags[0].Status != models.FlagOpen || len(desk.did) > 0 {
		t.Errorf("the flag is %s, the desk did %v", m.flags[0].Status, desk.did)
	}
	// A body within the limit is not refused for being chunked.
	if code, text := postChunked(t, server.URL+"/api/flags/f1", "application/json", `{"status":"dismissed"}`); code != http.StatusOK {
		t.Errorf("%d %s", code, text)
	}
}

// TestTooMuchIsRefused: a body is read only up to its limit, whether it announces its length or not, and however it is nested.
func TestTooMuchIsRefused(t *testing.T) {
	m := heardRoom()
	s := serve(t, m, nil)
	deep := strings.Repeat(`{"status":`, web.MaxBody/12)
	for name, tt := range map[string]struct {
		path, kind, body string
		length           int64
		want             int
	}{
		"a form that says so": {
			"/flags/f1", "application/x-www-form-urlencoded", "status=confirmed&x=" + strings.Repeat("y", web.MaxBody), 0, 413,
		},
		"a form that does not": {
			"/flags/f1", "application/x-www-form-urlencoded", "status=confirmed&x=" + strings.Repeat("y", web.MaxBody), -1, 413,
		},
		"a form that says 10 GB": {"/flags/f1", "application/x-www-form-urlencoded", "status=confirmed", 10 << 30, 413},
		"deep JSON":              {"/api/flags/f1", "application/json", deep, 0, 400},
		"JSON without an end":    {"/api/flags/f1", "application/json", `{"status":"` + strings.Repeat("y", 2*web.MaxBody), -1, 413},
		"a file where a form goes": {"/people/open-mic/Ben/name", "multipart/form-data; boundary=x", "--x\r\n" + strings.Repeat(
			"y", 1000,
		), 0, 303},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, tt.path, strings.NewReader(tt.body))
		r.Host, r.ContentLength = "127.0.0.1", cmp.Or(tt.length, int64(len(tt.body)))
		r.Header.Set("Content-Type", tt.kind)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tt.want)
		}
	}
	if m.flags[0].Status != models.FlagOpen {
		t.Errorf("the flag is %s", m.flags[0].Status)
	}
}
