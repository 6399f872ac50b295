package app

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models"
	"earshot/moderation/review/auth"
)

// asking is a request made with a key.
func asking(t *testing.T, address, key string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	res, err := (&http.Client{Timeout: time.Minute}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// status sends the request and returns the status of the answer.
func status(t *testing.T, address, key string) int {
	t.Helper()
	return asking(t, address, key).StatusCode //nolint:bodyclose // closed at the test's end
}

// TestAccessFromTheCommandLine gives and removes access while a service runs, which learns of it at once, and without one.
func TestAccessFromTheCommandLine(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	env := append(os.Environ(), "EARSHOT_DATA_DIR="+t.TempDir(), "EARSHOT_DECODERS=1")
	first := func(args ...string) string {
		t.Helper()
		out, code := programtest.Client(env, args...)
		if code != 0 {
			t.Fatalf("%q: %d, %s", args, code, out)
		}
		line, _, _ := strings.Cut(out, "\n")
		return line
	}
	if got := first("access", "list"); !strings.HasPrefix(got, "nobody yet") {
		t.Errorf("before there is an owner: %s", got)
	}
	early, code := programtest.Client(env, "access", "key", "too soon")
	if code != 1 || !strings.Contains(early, "create the owner account first") || !strings.Contains(early, "status --first-login") {
		t.Errorf("a key before there is an owner: %d, %s", code, early)
	}
	serve := programtest.Serve(t, env, "--listen", "0.0.0.0:0")
	setup, err := url.Parse(first("status", "--first-login"))
	if err != nil {
		t.Fatal(err)
	}
	page := setup.Scheme + "://" + setup.Host
	form := url.Values{"name": {"Kim"}, "password": {"correct horse battery"}, "token": {setup.Query().Get("token")}}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := (&http.Client{CheckRedirect: stay}).PostForm(page+"/setup", form)
	if err != nil {
		t.Fatal(err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("becoming the owner: %d", res.StatusCode)
	}

	figures := first("access", "key", "prometheus")
	if _, code := programtest.Get(t, page+"/metrics"); code != http.StatusUnauthorized {
		t.Errorf("/metrics on a public address without a key: %d", code)
	}
	if got := status(t, page+"/metrics", figures); got != http.StatusOK {
		t.Errorf("/metrics with a key: %d", got)
	}
	captions := first("access", "key", "captions", "--room", "lounge://a/lounge", "--room", "lounge://a/stage")
	if got := status(t, page+"/metrics", captions); got != http.StatusForbidden {
		t.Errorf("/metrics with a key for some rooms: %d", got)
	}
	login := first("access", "add", "Lee", "--access", "reviewer", "--room", "lounge://a/lounge")
	if !strings.HasPrefix(login, page+"/login?link=") {
		t.Errorf("the link is %q", login)
	}
	out, code := programtest.Client(env, "access", "list")
	for _, want := range []string{
		"Kim", "owner", "Lee", "reviewer", "captions of Kim", "lounge://a/lounge lounge://a/stage", "prometheus of Kim",
	} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("access list lacks %q: %d\n%s", want, code, out)
		}
	}
	for _, bad := range [][]string{
		{"add", "lee"},
		{"add", "L\u200bee"},
		{"add", "Mo", "--access", "king"},
		{"link", "nobody"},
		{"remove", "nobody"},
		{"remove", "Kim"},
		{"revoke", "abc"},
	} {
		want := 1
		if bad[1] == "nobody" || bad[0] == "revoke" {
			want = 2 // an unknown name or key
		}
		if out, code := programtest.Client(env, append([]string{"access"}, bad...)...); code != want || !strings.Contains(out, "error: ") {
			t.Errorf("access %q: %d, %s", bad, code, out)
		}
	}

	stream := asking(t, page+"/events", figures) //nolint:bodyclose // closed at the test's end
	in := bufio.NewReader(stream.Body)
	if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "retry:") {
		t.Fatalf("the stream begins with %q, %v", line, err)
	}
	id := keyNamed(t, out, "prometheus")
	first("access", "revoke", id)
	revoked := time.Now()
	for {
		if _, err := in.ReadString('\n'); err != nil {
			break
		}
	}
	if took := time.Since(revoked); took > 12*time.Second { // without being told it notices at the next beat, every 15 s
		t.Errorf("the stream of a revoked key went on for %s", took)
	}
	if got := status(t, page+"/api/sessions", figures); got != http.StatusUnauthorized {
		t.Errorf("a revoked key: %d", got)
	}
	serve.Stop(t)
	first("access", "remove", "LEE")
	if out, _ := programtest.Client(env, "access", "list"); strings.Contains(out, "Lee") || !strings.Contains(out, "captions of Kim") {
		t.Errorf("after the removal, without a service:\n%s", out)
	}
}

// keyNamed returns the id of a key from the output of access list.
func keyNamed(t *testing.T, list, label string) string {
	t.Helper()
	for line := range strings.Lines(list) {
		if f := strings.Fields(line); strings.HasPrefix(line, label+" of ") && len(f) > 3 {
			return f[3]
		}
	}
	t.Fatalf("no key %q in\n%s", label, list)
	return ""
}

// TestAccessOffersRoomsNobodyJoined: access can be given to a configured room that the bot has never joined.
func TestAccessOffersRoomsNobodyJoined(t *testing.T) {
	t.Parallel()
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_ROOMS=livekit://rooms.example/book-club,mumble://talk.example/lobby")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Store.PutUser(t.Context(), models.User{ID: "kim", Name: "Kim", Access: models.AccessOwner}, "Kim", time.Now()); err != nil {
		t.Fatal(err)
	}
	secret, _, err := s.access.members.Key(t.Context(), auth.NewKey{Label: "test", Access: models.AccessOwner}, "Kim")
	if err != nil {
		t.Fatal(err)
	}
	page := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "http://localhost/access", http.NoBody)
	r.RemoteAddr = "127.0.0.1:4711"
	r.Header.Set("Authorization", "Bearer "+secret)
	s.handler(l).ServeHTTP(page, r)
	for _, room := range []string{"livekit://rooms.example/book-club", "mumble://talk.example/lobby"} {
		at, err := models.ParseAddress(room)
		if err != nil {
			t.Fatal(err)
		}
		if want := `<option value="` + at.RoomAt(room, "").ID + `"`; page.Code != http.StatusOK || !strings.Contains(page.Body.String(), want) {
			t.Errorf("%d, no %s in\n%s", page.Code, want, page.Body)
		}
	}
}
