package review

import (
	"bufio"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
	"earshot/moderation/review/auth"
)

// enter adds a user, with a session of their own.
func (d *accessMemory) enter(u models.User) (cookie string) {
	token, hash := newToken()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users = append(d.users, u)
	d.creds = append(d.creds, models.Credential{Hash: hash, Kind: models.CredentialSession, User: u.ID})
	return token
}

func TestNamesThatPassForOthersAreRefused(t *testing.T) {
	users := []models.User{{ID: "u1", Name: "Kim"}, {ID: "u2", Name: "Copa"}, {ID: "u3", Name: "Ayşe Gül"}}
	m := auth.NewMembers(&accessMemory{users: users}, nil)
	for _, bad := range []string{
		"", " ", "kim", "KIM", "Kím", "K1m", "Kіm", "\u200bKim", "Ki\u200dm", "Kim\u202e", "Kim\u2060", "Ki\u00adm", "Kim\u3164", "Kim\ufe0f",
		"K\u034fim", "Ｋim", "Kim\u00a0B", "Kim\tB", "Kim  B", "Kim\x00", "Кim", "Сора", "соpа", "Lеe", "Kim🙂", "Zoë\u0301\u200c", "123", "\xff",
		strings.Repeat("x", 65), "<b>", "Kim/B", "ℌost",
	} {
		if u, err := m.Add(t.Context(), auth.NewUser{Name: bad, Access: models.AccessViewer}, "Kim"); !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%+q became a user: %q, %v", bad, u.Name, err)
		}
	}
	for _, good := range []string{
		"Lee", "Анна", "Zoë", "O'Brien", "Jean-Luc P.", "りんご", "김민준", "王小明", "मोहन", "kim@example.org", "user_7",
	} {
		if u, err := m.Add(t.Context(), auth.NewUser{Name: good, Access: models.AccessViewer}, "Kim"); err != nil || u.Name != good {
			t.Errorf("%q: %q, %v", good, u.Name, err)
		}
	}
}

func TestAnOwnerIsNamedLikeAnybody(t *testing.T) {
	s, d := guarded(t, auth.ModeLocal, nil)
	b := &browser{t: t, s: s, from: "127.0.0.1"}
	if got := b.code("POST", "/setup", url.Values{"name": {"K\u200bim"}, "password": {secret}}); got != 400 || len(d.users) > 0 {
		t.Errorf("%d", got)
	}
}

func TestKeysForSomeRoomsOpenNoOthers(t *testing.T) {
	s, d := guarded(t, auth.ModeRequired, nil)
	owner := &browser{t: t, s: s, from: "192.0.2.7", cookie: d.enter(models.User{ID: "u1", Name: "Kim", Access: models.AccessOwner})}
	key := func(form url.Values) *browser {
		t.Helper()
		body := owner.do("POST", "/access/key", form).Body.String()
		_, after, ok := strings.Cut(body, "<code>")
		if !ok {
			t.Fatalf("no key: %.300s", body)
		}
		k, _, _ := strings.Cut(after, "</code>")
		return &browser{t: t, s: s, from: "192.0.2.9", header: http.Header{"Authorization": {"Bearer " + k}}}
	}
	there := key(url.Values{"label": {"captions"}, "access": {"reviewer"}, "room": {"open-mic"}})
	elsewhere := key(url.Values{"label": {"other"}, "access": {"host"}, "room": {"book-club"}})
	confirm := url.Values{"status": {"confirmed"}}
	for _, tt := range []struct {
		b            *browser
		method, path string
		want         int
	}{
		{there, "GET", "/api/sessions/s1", 200},
		{there, "POST", "/flags/f1", 303},
		{there, "POST", "/people/open-mic/Ben/erase", 403},
		{there, "GET", "/access", 403},
		{elsewhere, "GET", "/api/sessions/s1", 404},
		{elsewhere, "POST", "/flags/f1", 404},
	} {
		if got := tt.b.code(tt.method, tt.path, confirm); got != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.path, got, tt.want)
		}
	}
	inOrder(t, owner.do("GET", "/access", nil).Body.String(), "captions", "reviewer in open-mic")
	for _, bad := range []url.Values{
		{"label": {""}, "access": {"viewer"}},
		{"label": {"x"}, "access": {"king"}},
		{"label": {"x"}, "access": {"owner"}, "room": {"open-mic"}},
	} {
		if got := owner.code("POST", "/access/key", bad); got != 400 {
			t.Errorf("%v: %d", bad, got)
		}
	}
}

func TestWhoIsNotThereGetsNoLink(t *testing.T) {
	s, d := guarded(t, auth.ModeRequired, nil)
	owner := &browser{t: t, s: s, from: "192.0.2.7", cookie: d.enter(models.User{ID: "u1", Name: "Kim", Access: models.AccessOwner})}
	for _, path := range []string{"/access/link", "/access/remove", "/access/revoke", "/access/nothing"} {
		if got := owner.code("POST", path, url.Values{"user": {"nobody"}, "key": {""}}); got != 404 {
			t.Errorf("%s: %d", path, got)
		}
	}
}

// TestTakenAccessEndsOpenStreamsAtOnce reads streams over a real server, and removes the access that opened them.
func TestTakenAccessEndsOpenStreamsAtOnce(t *testing.T) {
	s, d := guarded(t, auth.ModeRequired, nil)
	s.streams.Heartbeat = time.Hour
	web := httptest.NewServer(s)
	defer web.Close()
	owner := d.enter(models.User{ID: "u1", Name: "Kim", Access: models.AccessOwner})
	here := &browser{t: t, s: s, from: "192.0.2.7", cookie: owner}
	lee := d.enter(models.User{ID: "u2", Name: "Lee", Rooms: map[string]models.Access{"open-mic": models.AccessViewer}})
	secret, key, err := s.members.Key(t.Context(), auth.NewKey{Label: "captions", Rooms: []string{"open-mic"}}, "Kim")
	if err != nil {
		t.Fatal(err)
	}
	open := func(path string, h http.Header) chan string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = h
		res, err := web.Client().Do(r)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v %v", path, res, err)
		}
		t.Cleanup(func() { _ = res.Body.Close() })
		in, begun, ended := bufio.NewReader(res.Body), make(chan string, 1), make(chan string, 1)
		go func() {
			var all strings.Builder
			for {
				line, err := in.ReadString('\n')
				if all.WriteString(line); err != nil {
					ended <- all.String()
					return
				}
				if line == "\n" && len(begun) == 0 {
					begun <- line
				}
			}
		}()
		<-begun
		return ended
	}
	cookie := func(token string) http.Header { return http.Header{"Cookie": {cookieName + "=" + token}} }
	paths := []string{"/events", "/events/flags", "/events/s1", "/api/sessions/s1/events"}
	for name, take := range map[string]struct {
		who  http.Header
		take func()
	}{
		"a user who is removed": {cookie(lee), func() { here.do("POST", "/access/remove", url.Values{"user": {"u2"}}) }},
		"a key that is revoked": {http.Header{"Authorization": {"Bearer " + secret}}, func() {
			here.do("POST", "/access/revoke", url.Values{"key": {key.ID}})
		}},
	} {
		var ended []chan string
		for _, p := range paths {
			ended = append(ended, open(p, take.who))
		}
		stays := open("/events/s1", cookie(owner))
		take.take()
		for i, e := range ended {
			select {
			case said := <-e:
				if !strings.HasSuffix(said, "event: reset\ndata: access\n\n") {
					t.Errorf("%s: %s ended with %q", name, paths[i], said)
				}
			case <-time.After(waittest.Patience):
				t.Fatalf("%s: %s goes on", name, paths[i])
			}
		}
		select {
		case said := <-stays:
			t.Errorf("%s ends the owner's stream too: %q", name, said)
		default:
		}
	}
	left := open("/events", cookie(owner))
	here.do("POST", "/logout", nil)
	select {
	case <-left:
	case <-time.After(waittest.Patience):
		t.Fatal("a stream outlasts the logout")
	}
}

// TestTheAuditLogSaysWhoseAccess: an entry about access names the user while there is one.
func TestTheAuditLogSaysWhoseAccess(t *testing.T) {
	m, d := heardRoom(), &accessMemory{users: []models.User{{ID: "u2", Name: "Lee", Access: models.AccessViewer}}}
	m.trail = []models.AuditEntry{
		{At: start, By: "Kim", What: "access taken", Target: "u9"}, {At: start, By: "Kim", What: "access given", Target: "u2"},
	}
	s := serve(t, m, func(c *Config) { c.Mode, c.Members = auth.ModeRequired, auth.NewMembers(d, c.Now) })
	cookie := d.enter(models.User{ID: "u1", Name: "Kim", Access: models.AccessOwner})
	body := ask(t, s, "GET", "/health", "Cookie", "earshot="+cookie).Body.String()
	inOrder(t, body, "access taken", "</li>", "access given for <bdi>Lee</bdi>")
}
