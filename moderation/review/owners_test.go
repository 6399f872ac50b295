package review

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// TestFiguresAreForWhoMaySeeAllRooms: programs on this machine need no key for metrics only if nobody else can reach the pages.
func TestFiguresAreForWhoMaySeeAllRooms(t *testing.T) {
	const here, far = "127.0.0.1:4711", "192.0.2.7:4711"
	proxied := http.Header{"X-Forwarded-For": {"192.0.2.7"}}
	inOne := map[string]models.Access{"a": models.AccessHost}
	for _, tt := range []struct {
		name   string
		mode   auth.Mode
		from   string
		user   models.User
		key    string
		header http.Header
		want   int
	}{
		{"private to this machine", auth.ModeLocal, here, models.User{}, "", nil, http.StatusOK},
		{"private, with an owner", auth.ModeLocal, here, models.User{Access: models.AccessOwner}, "", nil, http.StatusOK},
		{"private, through a proxy", auth.ModeLocal, here, models.User{Access: models.AccessOwner}, "", proxied, http.StatusUnauthorized},
		{"public, from this machine", auth.ModeRequired, here, models.User{Access: models.AccessOwner}, "", nil, http.StatusUnauthorized},
		{"public, from elsewhere", auth.ModeRequired, far, models.User{Access: models.AccessOwner}, "", nil, http.StatusUnauthorized},
		{"a wrong key", auth.ModeRequired, far, models.User{Access: models.AccessOwner}, "wrong", nil, http.StatusUnauthorized},
		{"a viewer's key", auth.ModeRequired, far, models.User{Access: models.AccessViewer}, "key", nil, http.StatusOK},
		{"a key for a room", auth.ModeRequired, far, models.User{Rooms: inOne}, "key", nil, http.StatusForbidden},
		{"open", auth.ModeOpen, far, models.User{}, "", nil, http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, d := guarded(t, tt.mode, nil)
			tt.user.ID, tt.user.Name = "u1", "Kim"
			d.users = []models.User{tt.user}
			d.creds = []models.Credential{{Hash: tokenHash("key"), Kind: models.CredentialKey, User: "u1"}}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody)
			r.Host, r.RemoteAddr = "127.0.0.1:8484", tt.from
			if tt.header != nil {
				r.Header = tt.header
			}
			if tt.key != "" {
				r.Header.Set("Authorization", "Bearer "+tt.key)
			}
			w := httptest.NewRecorder()
			s.ViewersOnly(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("in")) })).ServeHTTP(w, r)
			if w.Code != tt.want || (w.Body.String() == "in") != (tt.want == http.StatusOK) {
				t.Errorf("%d %q, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}

// TestOwnersOnly: what is behind it is for owners alone, whatever else a visitor may do.
func TestOwnersOnly(t *testing.T) {
	for _, tt := range []struct {
		name   string
		mode   auth.Mode
		access models.Access // of the key that is shown; "" shows none
		want   int
	}{
		{"an owner", auth.ModeRequired, models.AccessOwner, http.StatusOK},
		{"a reviewer", auth.ModeRequired, models.AccessReviewer, http.StatusForbidden},
		{"a viewer", auth.ModeRequired, models.AccessViewer, http.StatusForbidden},
		{"nobody", auth.ModeRequired, "", http.StatusUnauthorized},
		{"this machine, before there is an owner", auth.ModeLocal, "", http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, d := guarded(t, tt.mode, nil)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/debug/pprof/heap", http.NoBody)
			r.Host, r.RemoteAddr = "127.0.0.1:8484", "127.0.0.1:4711"
			if tt.access != "" {
				d.users = []models.User{{ID: "u1", Name: "Kim", Access: tt.access}}
				d.creds = []models.Credential{{Hash: tokenHash("key"), Kind: models.CredentialKey, User: "u1"}}
				r.Header.Set("Authorization", "Bearer key")
			}
			w := httptest.NewRecorder()
			s.OwnersOnly(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("in")) })).ServeHTTP(w, r)
			if w.Code != tt.want || (w.Body.String() == "in") != (tt.want == http.StatusOK) {
				t.Errorf("%d %q, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}
