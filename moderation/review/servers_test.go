package review

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/review/auth"
)

func (f *fakeDesk) Servers(context.Context) ([]models.AllowedServer, error) {
	return []models.AllowedServer{{Server: "livekit://<b>.example", Private: true, By: "Kim"}}, f.err
}

func (f *fakeDesk) AllowServer(_ context.Context, a models.AllowedServer) error {
	if !strings.Contains(a.Server, "://") {
		return fmt.Errorf("%w: no server", models.ErrInvalid)
	}
	f.note(fmt.Sprintf("allow %s %t by %s", a.Server, a.Private, a.By))
	return f.err
}

func (f *fakeDesk) ForbidServer(_ context.Context, server, by string) error {
	f.note("forbid " + server + " by " + by)
	return f.err
}

// Only owners see and change the list of servers to which the bot may be invited, and only they may allow one with an invitation.
func TestOnlyOwnersAllowServers(t *testing.T) {
	for _, who := range []models.Access{models.AccessViewer, models.AccessReviewer, models.AccessHost, models.AccessOwner} {
		f, d := &fakeDesk{}, owned()
		key := keyFor(d, "Pat", who)
		s := serve(t, heardRoom(), func(c *Config) { withDesk(f)(c); c.Members, c.Mode = auth.NewMembers(d, nil), auth.ModeRequired })
		do := func(method, path, body string) int {
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.Host = "127.0.0.1"
			r.Header.Set("Authorization", "Bearer "+key)
			r.Header.Set("Content-Type", "application/json")
			if !strings.HasPrefix(path, "/api") {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			return w.Code
		}
		for _, tt := range []struct {
			method, path, body, did string
			status                  int
		}{
			{"GET", "/api/servers", "", "", 200},
			{"GET", "/servers", "", "", 200},
			{"POST", "/api/servers", `{"server": "livekit://a"}`, "allow livekit://a false by Pat", 200},
			{"POST", "/api/servers", `{"server": "a"}`, "", 400},
			{"DELETE", "/api/servers/" + url.PathEscape("livekit://a:7880"), "", "forbid livekit://a:7880 by Pat", 200},
			{"POST", "/servers", "server=livekit://a&private=1", "allow livekit://a true by Pat", 303},
			{"POST", "/servers", "server=a", "", 400},
			{"POST", "/servers", "server=livekit://a&do=forbid", "forbid livekit://a by Pat", 303},
			{"POST", "/api/rooms", `{"url": "lounge://a/x", "allow_server": true}`, "invite lounge://a/x by Pat", 200},
			{"POST", "/api/rooms", `{"url": "lounge://a/x", "private_server": true}`, "invite lounge://a/x by Pat", 200},
			{"POST", "/invite", "url=lounge://a/x&allow_server=1", "invite lounge://a/x by Pat", 303},
		} {
			status, did := tt.status, tt.did
			if who != models.AccessOwner {
				status, did = http.StatusForbidden, ""
			}
			if got := do(tt.method, tt.path, tt.body); got != status {
				t.Errorf("%s: %s %s %s: %d, want %d", who, tt.method, tt.path, tt.body, got, status)
			}
			if got := f.took(); got != did {
				t.Errorf("%s: %s %s %s: it did %q, want %q", who, tt.method, tt.path, tt.body, got, did)
			}
		}
	}
}

// Users who may not allow a server read on the page that an owner has to; an owner gets the choice.
func TestStrangeServersAreToldOnThePage(t *testing.T) {
	for who, want := range map[models.Access]string{models.AccessHost: "An owner must allow it", models.AccessOwner: `name="allow_server"`} {
		f, d := &fakeDesk{strange: true}, owned()
		key := keyFor(d, "Pat", who)
		s := serve(t, heardRoom(), func(c *Config) { withDesk(f)(c); c.Members, c.Mode = auth.NewMembers(d, nil), auth.ModeRequired })
		r := httptest.NewRequest(http.MethodGet, "/invite?url=lounge://a/x", http.NoBody)
		r.Host = "127.0.0.1"
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if body := collapsed(w.Body.String()); w.Code != 200 || !strings.Contains(body, want) ||
			!strings.Contains(body, "has not been allowed yet") {
			t.Errorf("%s: %d\n%s", who, w.Code, body)
		}
	}
}
