package review

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
)

// TestAPressInABrowser: the result of a button press stays visible until the page shows it, even while the page's own requests fail;
// nothing is decided by a key that is held down or by a second tap that was meant for another card; somebody is removed once, and
// words after a second press; the flags of a rule are dismissed and reopened together; listening is paused in place.
func TestAPressInABrowser(t *testing.T) {
	t.Parallel()
	m, actor, desk := evening(true), &hand{can: []models.Verb{models.VerbMute, models.VerbWarn, models.VerbRemove}}, &fakeDesk{}
	hub := events.NewHub(events.HubConfig{})
	defer hub.Close()
	s := New(Config{
		Store: m, Hub: hub, Actor: actor, Listener: desk, Inviter: desk, Location: time.UTC,
		Now: func() time.Time { return start.Add(3 * time.Minute) },
	})
	inBrowser(t, "press.mjs", puppeteer(s, hub), 8)
	removed := 0
	for _, a := range actor.done {
		if a.Verb == models.VerbRemove {
			removed++
		}
	}
	if removed != 1 {
		t.Errorf("somebody was removed %d times", removed)
	}
}

// TestALoginThatEndsInABrowser: every live page says that the user was logged out and links to the login, and continues once they
// have logged in again.
func TestALoginThatEndsInABrowser(t *testing.T) {
	t.Parallel()
	s, d := guarded(t, auth.ModeRequired, nil)
	d.users = []models.User{{ID: "u1", Name: "Kim", Access: models.AccessOwner}}
	login := []models.Credential{{Hash: tokenHash("kim"), Kind: models.CredentialSession, User: "u1"}}
	d.creds = login
	var mu sync.Mutex
	streams := map[*http.Request]context.CancelFunc{}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		ctx, cut := context.WithCancel(r.Context())
		defer cut()
		mu.Lock()
		streams[r] = cut
		mu.Unlock()
		s.ServeHTTP(w, r.WithContext(ctx))
		mu.Lock()
		delete(streams, r)
		mu.Unlock()
	})
	set := func(creds []models.Credential) {
		d.mu.Lock()
		d.creds = creds
		d.mu.Unlock()
		mu.Lock()
		defer mu.Unlock()
		for _, cut := range streams { // as a network does that comes back
			cut()
		}
	}
	mux.HandleFunc("POST /test/expire", func(http.ResponseWriter, *http.Request) { set(nil) })
	mux.HandleFunc("POST /test/login", func(http.ResponseWriter, *http.Request) { set(login) })
	inBrowser(t, "loggedout.mjs", mux, 8)
}
