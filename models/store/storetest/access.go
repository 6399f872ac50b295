package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/models"
)

func testUsersAndTheirCredentials(t *testing.T, s suite) {
	kim := models.User{ID: "u1", Name: "Kim", Access: models.AccessOwner, Password: "$argon2id$", Created: Start}
	lee := models.User{ID: "u2", Name: "Lee", Rooms: map[string]models.Access{"open-mic": models.AccessReviewer}, Created: Start}
	for _, u := range []models.User{kim, lee} {
		Must(t, s.PutUser(t.Context(), u, "Kim", Start))
	}
	all, err := s.Users(t.Context())
	Must(t, err)
	Equal(t, "users", all, []models.User{kim, lee})
	got, err := s.UserNamed(t.Context(), "kIM")
	Must(t, err)
	Equal(t, "kim", got, kim)
	for _, bad := range []models.User{{ID: "u3", Name: "LEE"}, {ID: "u3"}, {Name: "x"}} {
		if err := s.PutUser(t.Context(), bad, "x", Start); !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	key := models.Credential{
		Hash: "h1", Kind: models.CredentialKey, User: "u2", Label: "bot", Access: models.AccessViewer, Rooms: []string{"open-mic"},
		Created: Start,
	}
	link := models.Credential{
		Hash: "h2", Kind: models.CredentialLink, User: "u2", Label: "link", Created: Start, Expires: Start.Add(time.Hour),
	}
	Must(t, s.PutCredential(t.Context(), key, "Kim"))
	Must(t, s.PutCredential(t.Context(), link, ""))
	if err := s.PutCredential(t.Context(), models.Credential{
		Hash: "h9", Kind: models.CredentialLink, User: "nobody",
	}, "Kim"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a link for nobody: %v", err)
	}
	c, u, err := s.Credential(t.Context(), models.CredentialLink, "h2", Start)
	Must(t, err)
	Equal(t, "credential", c, link)
	Equal(t, "its user", u, lee)
	for _, tt := range []struct {
		kind models.CredentialKind
		hash string
		now  time.Time
	}{{models.CredentialKey, "h2", Start}, {models.CredentialLink, "h3", Start}, {models.CredentialLink, "h2", Start.Add(time.Hour)}} {
		if _, _, err := s.Credential(t.Context(), tt.kind, tt.hash, tt.now); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	Must(t, s.DropCredential(t.Context(), "h2", ""))
	if err := s.DropCredential(t.Context(), "h2", ""); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	held, err := s.Credentials(t.Context(), models.CredentialKey)
	Must(t, err)
	Equal(t, "keys", held, []models.Credential{key})
	Must(t, s.DropCredential(t.Context(), "h1", "Lee"))
	trail, err := s.Audit(t.Context(), 10)
	Must(t, err)
	var told []string // the latest first; who logs in or out is not noted
	for _, e := range trail {
		told = append(told, e.By+": "+e.What+" of "+e.Target)
	}
	Equal(t, "the trail", told, []string{
		"Lee: key revoked of u2", "Kim: key made of u2", "Kim: access given of u2", "Kim: access given of u1",
	})
	Must(t, s.PutCredential(t.Context(), key, "Kim"))
	Must(t, s.DeleteUser(t.Context(), "u2", "Kim", Start))
	keys, err := s.Credentials(t.Context(), models.CredentialKey)
	Must(t, err)
	Equal(t, "keys of a deleted user", len(keys), 0)
}

// testInvitationWorksOnce: an invitation can be used once, even if many try at the same time.
func testInvitationWorksOnce(t *testing.T, s suite) {
	want := models.Invitation{URL: "lounge://a/b", Profile: "open-mic", By: "kim", Expires: Start.Add(time.Hour)}
	Must(t, s.PutInvitation(t.Context(), "hash", want))
	if got, err := s.Invitation(t.Context(), "hash", Start); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Invitation(t.Context(), "hash", Start.Add(time.Hour)); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("expired: %v", err)
	}
	var all sync.WaitGroup
	var taken, refused atomic.Int32
	for range 8 {
		all.Go(func() {
			switch _, err := s.TakeInvitation(t.Context(), "hash", Start); {
			case err == nil:
				taken.Add(1)
			case errors.Is(err, models.ErrNotFound):
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 || refused.Load() != 7 {
		t.Errorf("%d took it, %d were refused", taken.Load(), refused.Load())
	}
}

// testExpiredInvitationsAreSwept: expired invitations are removed by the sweep, not only when the next one is created.
func testExpiredInvitationsAreSwept(t *testing.T, s suite) {
	now := s.now()
	Must(t, s.PutInvitation(t.Context(), "short", models.Invitation{URL: "lounge://a/b", Expires: now.Add(time.Hour)}))
	Must(t, s.PutInvitation(t.Context(), "long", models.Invitation{URL: "lounge://a/c", Expires: now.Add(72 * time.Hour)}))
	left := func() (n int) { // as they were before their time was over
		for _, hash := range []string{"short", "long"} {
			if _, err := s.Invitation(t.Context(), hash, now); err == nil {
				n++
			}
		}
		return n
	}
	if _, err := s.Sweep(t.Context(), now, models.RetentionPolicy{}); err != nil || left() != 2 {
		t.Errorf("%d links, %v", left(), err)
	}
	swept, err := s.Sweep(t.Context(), now.Add(2*time.Hour), models.RetentionPolicy{})
	if err != nil || left() != 1 || swept != (models.Swept{Invitations: 1}) {
		t.Errorf("%d links left, %+v, %v", left(), swept, err)
	}
	if _, err := s.Invitation(t.Context(), "long", now.Add(2*time.Hour)); err != nil {
		t.Errorf("a link that is good: %v", err)
	}
}

func testServers(t *testing.T, s suite) {
	ctx := t.Context()
	a := models.AllowedServer{Server: "livekit://a.example", By: "kim", At: Start}
	b := models.AllowedServer{Server: "livekit://b.example", Private: true, By: "kim", At: Start}
	for _, x := range []models.AllowedServer{b, a} {
		Must(t, s.AllowServer(ctx, x))
	}
	b.Private, b.By = false, "lee"
	Must(t, s.AllowServer(ctx, b))
	all, err := s.AllowedServers(ctx)
	Must(t, err)
	Equal(t, "allowed", all, []models.AllowedServer{a, b})
	Must(t, s.ForbidServer(ctx, a.Server, "kim", Start))
	WantErr(t, "twice", s.ForbidServer(ctx, a.Server, "kim", Start), models.ErrNotFound)
	all, err = s.AllowedServers(ctx)
	Must(t, err)
	Equal(t, "left", all, []models.AllowedServer{b})
}

func testScheduledTimes(t *testing.T, s suite) {
	ctx, now := t.Context(), s.clock.now()
	weekly := models.ScheduledTime{
		ID: "2", Room: "a", URL: "lounge://x/a", Name: "A", Days: []time.Weekday{time.Thursday}, From: 1200, Minutes: 90, Zone: "Asia/Jakarta",
		By: "kim",
	}
	once := weekly
	once.ID, once.Days, once.Date, once.Until = "1", nil, "2026-12-03", now.Add(time.Hour).UTC()
	other := weekly
	other.ID, other.Room = "0", "b"
	for _, x := range []models.ScheduledTime{weekly, other, once} {
		Must(t, s.AddScheduledTime(ctx, x))
	}
	WantErr(t, "the same again", s.AddScheduledTime(ctx, once), models.ErrConflict)
	list := func(at time.Time, want ...models.ScheduledTime) {
		t.Helper()
		all, err := s.ScheduledTimes(ctx, at)
		Must(t, err)
		Equal(t, "times", all, want)
	}
	list(now, once, weekly, other)
	list(now.Add(2*time.Hour), weekly, other)
	Must(t, s.RemoveScheduledTime(ctx, weekly.ID, "lee"))
	WantErr(t, "twice", s.RemoveScheduledTime(ctx, weekly.ID, "lee"), models.ErrNotFound)
	list(now, once, other)
	trail, err := s.Audit(ctx, 1)
	Must(t, err)
	if len(trail) != 1 || trail[0].By != "lee" || trail[0].Target != "a" || trail[0].What != "removed a scheduled time" {
		t.Errorf("%+v", trail)
	}
}
