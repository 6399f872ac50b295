package auth

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"earshot/models"
	"earshot/moderation/review/web"
)

// Members manages access to the pages, for the page, the API and the command line alike. Errors wrap models.ErrInvalid or
// models.ErrNotFound, with a text for people. Its methods may be called by many goroutines at once.
type Members struct {
	// Known lists the configured and stored rooms, so that names can be used instead of addresses; nil: rooms are taken literally.
	// Set it before use.
	Known func(context.Context) ([]models.Room, error)
	store Store
	now   func() time.Time
	taken signal // fires when somebody's access was revoked or given up
	// guessed limits login attempts.
	guessed throttle
	tell    func(models.AccessChange) // tells other processes; nil: there are none

	mu sync.Mutex // serialises changes that are valid only one after the other
}

// NewMembers makes Members; now is the clock, nil is time.Now.
func NewMembers(store Store, now func() time.Time) *Members {
	if now == nil {
		now = time.Now
	}
	return &Members{store: store, now: now}
}

// Share has other processes with the same store learn of what happens here through tell, which must not block. Hear is for what they
// tell. It is called once, before use.
func (m *Members) Share(tell func(models.AccessChange)) {
	m.tell = tell
	m.guessed.tell = func(key string, b budget) { tell(models.AccessChange{Guessed: key, EveryMS: b.every.Milliseconds()}) }
}

// Hear takes note of what another process tells. Any goroutine may call it.
func (m *Members) Hear(c models.AccessChange) {
	if c.Taken {
		m.taken.fire()
	}
	if c.Guessed != "" {
		m.guessed.charge(c.Guessed, time.Duration(c.EveryMS)*time.Millisecond, m.now())
	}
}

// took says everywhere that somebody's access was revoked or given up.
func (m *Members) took() {
	m.taken.fire()
	if m.tell != nil {
		m.tell(models.AccessChange{Taken: true})
	}
}

// NewUser is a person to be given access, to all rooms or, if any are named, only to those.
type NewUser struct {
	Name   string        `json:"name"`
	Access models.Access `json:"access"`
	Rooms  []string      `json:"rooms,omitempty"`
}

// NewKey is an API key to be created, with at most its user's access.
type NewKey struct {
	Label string `json:"label"`
	// Access is the most that the key allows; empty: viewer.
	Access models.Access `json:"access,omitempty"`
	// Rooms are the rooms it is limited to; empty: all that its user may see.
	Rooms []string `json:"rooms,omitempty"`
}

// AccessKey is a key without its secret.
type AccessKey struct {
	ID string `json:"id"`
	models.Credential
	// By is the name of the key's user.
	By string `json:"by"`
}

// errNoOwner says that access can't be given before there is an owner: otherwise everybody would have to log in, and nobody could.
var errNoOwner = models.WithHint(fmt.Errorf("%w: create the owner account first", models.ErrInvalid),
	`"earshot status --first-login" prints the link for it`)

// Users lists the users, by name.
func (m *Members) Users(ctx context.Context) ([]models.User, error) {
	users, err := m.store.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	return users, nil
}

// Keys lists the keys, newest first.
func (m *Members) Keys(ctx context.Context) ([]AccessKey, error) {
	users, err := m.Users(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := m.store.Credentials(ctx, models.CredentialKey)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	out := make([]AccessKey, len(keys))
	for i, k := range keys {
		out[i] = newKeyOf(k, users)
	}
	return out, nil
}

func newKeyOf(c models.Credential, users []models.User) AccessKey {
	k := AccessKey{ID: c.Hash[:min(len(c.Hash), 16)], Credential: c}
	for _, u := range users {
		if u.ID == c.User {
			k.By = u.Name
		}
	}
	return k
}

// Add creates a user, who logs in with a link.
func (m *Members) Add(ctx context.Context, n NewUser, by string) (models.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := models.User{ID: strings.ToLower(rand.Text()), Name: strings.TrimSpace(n.Name), Access: n.Access, Created: m.now()}
	rooms, err := m.rooms(ctx, n.Rooms)
	if err != nil {
		return u, err
	}
	if len(rooms) > 0 {
		u.Access, u.Rooms = models.AccessNone, map[string]models.Access{}
		for _, room := range rooms {
			u.Rooms[room] = n.Access
		}
	}
	switch {
	case n.Access.Rank() == 0:
		return u, fmt.Errorf("%w: choose an access level: viewer, reviewer, host or owner", models.ErrInvalid)
	case len(rooms) > 0 && n.Access == models.AccessOwner:
		return u, fmt.Errorf("%w: owners have access to all rooms", models.ErrInvalid)
	}
	users, err := m.Users(ctx)
	if err != nil {
		return u, err
	}
	if len(users) == 0 {
		return u, errNoOwner
	}
	if err := newName(u.Name, users); err != nil {
		return u, err
	}
	if err := m.store.PutUser(ctx, u, by, m.now()); err != nil {
		return u, fmt.Errorf("user: %w", err)
	}
	return u, nil
}

// rooms converts addresses or names to room ids, without blanks and duplicates.
func (m *Members) rooms(ctx context.Context, given []string) (out []string, err error) {
	var known []models.Room
	if m.Known != nil && len(given) > 0 {
		if known, err = m.Known(ctx); err != nil {
			return nil, fmt.Errorf("rooms: %w", err)
		}
	}
	for _, word := range given {
		word = strings.TrimSpace(word)
		if word != "" && m.Known != nil {
			r, err := models.FindRoom(known, word)
			if err != nil {
				return nil, models.WithHint(fmt.Errorf("%w: %w", models.ErrInvalid, err), models.Hint(err))
			}
			word = r.ID
		}
		if word != "" && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out, nil
}

// Link creates a token with which a user, named by id, can log in once, until it expires.
func (m *Members) Link(ctx context.Context, user, by string) (token string, expires time.Time, err error) {
	token, hash := newToken()
	now := m.now()
	expires = now.Add(linkFor).UTC().Truncate(time.Second)
	err = m.store.PutCredential(ctx, models.Credential{
		Hash: hash, Kind: models.CredentialLink, User: user, Label: "link", Created: now, Expires: expires,
	}, by)
	if err != nil {
		return "", expires, fmt.Errorf("link: %w", err)
	}
	return token, expires, nil
}

// Key creates a key for a user, named by name. Only the caller learns the secret.
func (m *Members) Key(ctx context.Context, n NewKey, user string) (secret string, k AccessKey, err error) {
	u, err := m.store.UserNamed(ctx, user)
	if errors.Is(err, models.ErrNotFound) {
		return "", k, errNoOwner
	}
	if err != nil {
		return "", k, fmt.Errorf("user: %w", err)
	}
	rooms, err := m.rooms(ctx, n.Rooms)
	if err != nil {
		return "", k, err
	}
	secret, hash := newToken()
	c := models.Credential{
		Hash: hash, Kind: models.CredentialKey, User: u.ID, Label: web.CleanName(n.Label), Access: cmp.Or(n.Access, models.AccessViewer),
		Rooms: rooms, Created: m.now().UTC().Truncate(time.Second),
	}
	switch {
	case c.Label == "":
		return "", k, fmt.Errorf("%w: enter what the key is for", models.ErrInvalid)
	case c.Access.Rank() == 0:
		return "", k, fmt.Errorf("%w: choose an access level for the key: viewer, reviewer, host or owner", models.ErrInvalid)
	case len(c.Rooms) > 0 && c.Access == models.AccessOwner:
		return "", k, fmt.Errorf("%w: owners have access to all rooms: a key limited to some rooms can be a host's at most", models.ErrInvalid)
	}
	if err := m.store.PutCredential(ctx, c, u.Name); err != nil {
		return "", k, fmt.Errorf("key: %w", err)
	}
	return secret, newKeyOf(c, []models.User{u}), nil
}

// Remove removes a user, named by id; their open pages and streams end at once.
func (m *Members) Remove(ctx context.Context, id, by string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	users, err := m.Users(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.ID == id && Sole(u, users) {
			return fmt.Errorf("%w: the last owner cannot be removed", models.ErrInvalid)
		}
	}
	if err := m.store.DeleteUser(ctx, id, by, m.now()); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	m.took()
	return nil
}

// Sole reports whether a user is the only owner.
func Sole(u models.User, users []models.User) bool {
	return u.Access == models.AccessOwner && !slices.ContainsFunc(users, func(x models.User) bool {
		return x.Access == models.AccessOwner && x.ID != u.ID
	})
}

// Revoke revokes a key, named by its id; its open streams end at once.
func (m *Members) Revoke(ctx context.Context, id, by string) error {
	keys, err := m.Keys(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if id == "" || k.ID != id {
			continue
		}
		if err := m.store.DropCredential(ctx, k.Hash, by); err != nil {
			return fmt.Errorf("key: %w", err)
		}
		m.took()
		return nil
	}
	return fmt.Errorf("no key has this id: %w", models.ErrNotFound)
}

// Rooms lists the configured and stored rooms, each once, under the name in the configuration if it has one there.
func (m *Members) Rooms(ctx context.Context) ([]models.Room, error) {
	if m.Known == nil {
		return nil, nil
	}
	rooms, err := m.Known(ctx)
	slices.SortStableFunc(rooms, func(a, b models.Room) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(rooms, func(a, b models.Room) bool { return a.ID == b.ID }), err
}
