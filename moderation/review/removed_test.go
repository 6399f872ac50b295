package review

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
	"earshot/moderation/engine/draft"
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

// TestWhatIsMissingIsNamed: an address at which nothing is says what is missing there.
func TestWhatIsMissingIsNamed(t *testing.T) {
	s := serve(t, room(), func(c *Config) {
		c.Rules, c.RuleFiles = &primer{}, draft.New(func() []draft.Source { return nil }, &notes{})
	})
	for path, want := range map[string]string{
		"/s/s1/line/1/99/t-Ben": "Line not found", "/s/s1/speakers/nobody": "Person not found", "/people/nowhere/nobody": "Person not found",
		"/rules/no.such.rule": "Rule not found", "/rulefiles/nope": "Rule file not found", "/rulefiles/nope/change": "Rule file not found",
		"/flags/nope": "Flag not found", "/flags/nope/card": "Flag not found",
		"/s/nope/timeline": "Session not found", "/s/nope/consent": "Session not found",
		"/s/nope": "Session not found", "/s/..%2f..%2fetc": "Session not found", "/nope": "Page not found",
		"/events/nope": `"error"`, "/api/sessions/nope": `"error"`, "/api/nope": `"error"`,
		"/api/sessions/nope/events": `"error"`, "/static/nope.js": "not found",
	} {
		w := ask(t, s, "GET", path)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, %d bytes; want 404 with %q", path, w.Code, w.Body.Len(), want)
		}
	}
}
