package review

import (
	"net/http"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
	"earshot/moderation/review/auth"
)

// TestOpenPagesOfSomebodyRemovedLoadAnewInABrowser: their contents disappear, and the login is shown.
func TestOpenPagesOfSomebodyRemovedLoadAnewInABrowser(t *testing.T) {
	t.Parallel()
	s, d := guarded(t, auth.ModeRequired, nil)
	d.users = []models.User{
		{ID: "u1", Name: "Kim", Access: models.AccessOwner},
		{ID: "u2", Name: "Lee", Rooms: map[string]models.Access{"open-mic": models.AccessHost}},
	}
	d.creds = []models.Credential{{Hash: tokenHash("lee"), Kind: models.CredentialSession, User: "u2"}}
	s.streams.Heartbeat = time.Hour // nothing but the removal itself tells the pages
	mux := http.NewServeMux()
	mux.Handle("/", s)
	mux.HandleFunc("POST /test/watched", func(_ http.ResponseWriter, r *http.Request) {
		waittest.Holds(r.Context(), func() bool { return s.hub.Watchers() >= 3 }) // the browser's streams stand
	})
	mux.HandleFunc("POST /test/remove", func(_ http.ResponseWriter, r *http.Request) {
		if err := s.members.Remove(r.Context(), "u2", "Kim"); err != nil {
			t.Error(err)
		}
	})
	inBrowser(t, "removed.mjs", mux, 3)
}
