package review

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"earshot/models"
)

// TestOwnersOnly: what is behind it is for owners alone, whatever the door says to others.
func TestOwnersOnly(t *testing.T) {
	for _, tt := range []struct {
		name   string
		door   Door
		access models.Access // of the key that is shown; "" shows none
		want   int
	}{
		{"an owner", DoorShut, models.AccessOwner, http.StatusOK},
		{"a reviewer", DoorShut, models.AccessReviewer, http.StatusForbidden},
		{"a viewer", DoorShut, models.AccessViewer, http.StatusForbidden},
		{"nobody", DoorShut, "", http.StatusUnauthorized},
		{"this machine, before there is an owner", DoorHere, "", http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, d := guarded(t, tt.door, nil)
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
