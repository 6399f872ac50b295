package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// commanded sends a request as a command does to the running service.
func commanded(t *testing.T, h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return w
}

// TestCommands: the operator of the machine needs no login, may do what an owner may, and is named in what is stored.
func TestCommands(t *testing.T) {
	f := &fakeDesk{returns: time.Date(2026, 3, 4, 20, 0, 0, 0, time.UTC)}
	m := heardRoom()
	speaker, room := m.speakers[0].ID, roomOfSession(t, m, "s1")
	access := owned()
	s := serve(t, m, func(c *Config) { withDesk(f)(c); c.Members, c.Mode = auth.NewMembers(access, nil), auth.ModeRequired })
	h := s.Commands("cli:kim", "https://earshot.example", map[string]func(*http.Request) (any, error){
		"GET /own": func(*http.Request) (any, error) { return map[string]int{"n": 7}, nil },
		"GET /not": func(*http.Request) (any, error) {
			return nil, &web.Refusal{Status: http.StatusConflict, Message: "not now", Hint: "wait"}
		},
	})
	for _, x := range []struct{ method, path, body, did, answer string }{
		{"DELETE", "/api/rooms/" + room, "", "leave " + room + " by cli:kim", `"returns":"2026-03-04T20:00:00Z"`},
		{"POST", "/api/sessions/s1/people/" + speaker + "/objection", `{"objects":true}`, speaker + " objected by cli:kim, command", ""},
		{"POST", "/api/users", `{"name":"Lee","access":"viewer"}`, "", `"link":"https://earshot.example/login?link=`},
		{"POST", "/api/keys", `{"label":"captions","user":"Kim"}`, "", `"secret":"`},
		{"GET", "/own", "", "", `{"n":7}`},
	} {
		w := commanded(t, h, x.method, x.path, x.body)
		if did := f.took(); w.Code != http.StatusOK || did != x.did || !strings.Contains(w.Body.String(), x.answer) {
			t.Errorf("%s %s: %d %s, did %q, want %q", x.method, x.path, w.Code, w.Body, did, x.did)
		}
	}
	for size, want := range map[int]int{10: http.StatusBadRequest, 2 * web.MaxBody: http.StatusRequestEntityTooLarge} {
		if w := commanded(t, h, "POST", "/api/rooms", `{"url":"`+strings.Repeat("y", size)); w.Code != want {
			t.Errorf("%d bytes: %d, want %d", size, w.Code, want)
		}
	}
}

// TestHintsStandApart: a program gets an error and its hint as two texts, a reader of a page as one.
func TestHintsStandApart(t *testing.T) {
	f := &fakeDesk{err: models.WithHint(fmt.Errorf("%w: no such room", models.ErrInvalid), "look at the address")}
	s := serve(t, heardRoom(), withDesk(f))
	w := send(t, s, "POST", "/api/rooms", `{"url":"lounge://a/stage"}`, "")
	var p struct {
		Error struct{ Message, Hint string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Error.Message != "no such room" || p.Error.Hint != "look at the address" {
		t.Errorf("the API says %d %s, %v", w.Code, w.Body, err)
	}
	if status, text := web.Status(web.Explained(f.err)); status != http.StatusBadRequest || text != "no such room. Look at the address" {
		t.Errorf("a page says %d %q", status, text)
	}
	if status, text := web.Status(web.ExplainedToOwner(fmt.Errorf("key abc: %w", models.ErrNotFound))); status != http.StatusNotFound ||
		text != "key abc: not found" {
		t.Errorf("an owner reads %d %q", status, text)
	}
	if errors.As(web.Explained(fmt.Errorf("key abc: %w", models.ErrNotFound)), new(*web.Refusal)) {
		t.Error("others read what was not found")
	}
}

// TestLinksForAWhile: whoever creates a link may say for how many hours it is valid.
func TestLinksForAWhile(t *testing.T) {
	f := &fakeDesk{}
	s := serve(t, heardRoom(), withDesk(f))
	for body, want := range map[string]time.Duration{
		`{"url":"lounge://a/stage"}`:              7 * 24 * time.Hour,
		`{"url":"lounge://a/stage","hours":2}`:    2 * time.Hour,
		`{"url":"lounge://a/stage","hours":9999}`: 90 * 24 * time.Hour,
	} {
		w := send(t, s, "POST", "/api/invitations", body, "")
		if left := f.link.Expires.Sub(start.Add(time.Minute)); w.Code != http.StatusOK || left > want || left < want-time.Minute {
			t.Errorf("%s: %d %s, good for %s", body, w.Code, w.Body, left)
		}
	}
	if w := send(t, s, "POST", "/api/invitations", `{"url":"lounge://a/stage","hours":-1}`, ""); w.Code != http.StatusBadRequest {
		t.Errorf("a link for less than nothing: %d", w.Code)
	}
}
