package sqlite_test

import (
	"errors"
	"testing"
	"time"

	"earshot/models"
)

func TestUsersAndTheirCredentials(t *testing.T) {
	s := open(t)
	kim := models.User{ID: "u1", Name: "Kim", Access: models.AccessOwner, Password: "$argon2id$", Created: start}
	lee := models.User{ID: "u2", Name: "Lee", Rooms: map[string]models.Access{"open-mic": models.AccessReviewer}, Created: start}
	for _, u := range []models.User{kim, lee} {
		must(t, s.PutUser(t.Context(), u, "Kim", start))
	}
	all, err := s.Users(t.Context())
	must(t, err)
	equal(t, "users", all, []models.User{kim, lee})
	got, err := s.UserNamed(t.Context(), "kIM")
	must(t, err)
	equal(t, "kim", got, kim)
	for _, bad := range []models.User{{ID: "u3", Name: "LEE"}, {ID: "u3"}, {Name: "x"}} {
		if err := s.PutUser(t.Context(), bad, "x", start); !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	key := models.Credential{
		Hash: "h1", Kind: models.CredentialKey, User: "u2", Label: "bot", Access: models.AccessViewer, Rooms: []string{"open-mic"},
		Created: start,
	}
	link := models.Credential{
		Hash: "h2", Kind: models.CredentialLink, User: "u2", Label: "link", Created: start, Expires: start.Add(time.Hour),
	}
	must(t, s.PutCredential(t.Context(), key))
	must(t, s.PutCredential(t.Context(), link))
	if err := s.PutCredential(t.Context(), models.Credential{
		Hash: "h9", Kind: models.CredentialLink, User: "nobody",
	}); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a link for nobody: %v", err)
	}
	c, u, err := s.Credential(t.Context(), models.CredentialLink, "h2", start)
	must(t, err)
	equal(t, "credential", c, link)
	equal(t, "its user", u, lee)
	for _, tt := range []struct {
		kind models.CredentialKind
		hash string
		now  time.Time
	}{{models.CredentialKey, "h2", start}, {models.CredentialLink, "h3", start}, {models.CredentialLink, "h2", start.Add(time.Hour)}} {
		if _, _, err := s.Credential(t.Context(), tt.kind, tt.hash, tt.now); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	must(t, s.DropCredential(t.Context(), "h2"))
	if err := s.DropCredential(t.Context(), "h2"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	held, err := s.Credentials(t.Context(), models.CredentialKey)
	must(t, err)
	equal(t, "keys", held, []models.Credential{key})
	must(t, s.DeleteUser(t.Context(), "u2", "Kim", start))
	keys, err := s.Credentials(t.Context(), models.CredentialKey)
	must(t, err)
	equal(t, "keys of a deleted user", len(keys), 0)
}
