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

// Members gives and takes access to the pages, for the page, the API and the command line alike. Errors wrap
// models.ErrInvalid or models.ErrNotFound, with what is wrong in their text. Its methods may be called by many goroutines
// at once.
type Members struct {
	// Known lists the rooms of the configuration and of the record, for names that people write instead of addresses; nil:
	// rooms are taken as they are written. It is set before anything else.
	Known func(context.Context) ([]models.Room, error)
	store Store
	now   func() time.Time
	taken signal // fires when somebody's access was taken or given up

	mu sync.Mutex // of two changes that only hold one by one, one is made first
}

// NewMembers makes Members; now is the clock, nil is time.Now.
func NewMembers(store Store, now func() time.Time) *Members {
	if now == nil {
		now = time.Now
	}
	return &Members{store: store, now: now}
}

// NewUser is somebody who is to get access, in all rooms or, when some are named, in these alone.
type NewUser struct {
	Name   string        `json:"name"`
	Access models.Access `json:"access"`
	Rooms  []string      `json:"rooms,omitempty"`
}

// NewKey is a key that is to be made for a program: of a user's own access or less.
type NewKey struct {
	Label string `json:"label"`
	// Access is the most that the key allows; empty: viewer.
	Access models.Access `json:"access,omitempty"`
	// Rooms are the rooms that it opens; empty: all that its user may see.
	Rooms []string `json:"rooms,omitempty"`
}

// AccessKey is a key without its secret.
type AccessKey struct {
	ID string `json:"id"`
	models.Credential
	// By is the name of the user whose key it is.
	By string `json:"by"`
}

// errNoOwner says that access can't be given before there is an owner: then everybody would have to log in, and nobody could.
var errNoOwner = fmt.Errorf("%w: set an owner first", models.ErrInvalid)

// Users lists who may open the pages, by name.
func (m *Members) Users(ctx context.Context) ([]models.User, error) {
	users, err := m.store.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	return users, nil
}

// Keys lists the keys, the newest first.
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

// Add gives somebody new access; they log in by a link.
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
		return u, fmt.Errorf("%w: say what they may do: viewer, reviewer, host or owner", models.ErrInvalid)
	case len(rooms) > 0 && n.Access == models.AccessOwner:
		return u, fmt.Errorf("%w: an owner is so in all rooms", models.ErrInvalid)
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

// rooms is a list of rooms, by their addresses or names, as identities and without blanks and doubles.
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

// Link makes a token by which a user, named by id, logs in once, until it expires.
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

// Key makes a key of a user, named by name. The secret is known to the caller alone.
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
		return "", k, fmt.Errorf("%w: say what the key is for", models.ErrInvalid)
	case c.Access.Rank() == 0:
		return "", k, fmt.Errorf("%w: say what the key may do: viewer, reviewer, host or owner", models.ErrInvalid)
	case len(c.Rooms) > 0 && c.Access == models.AccessOwner:
		return "", k, fmt.Errorf("%w: an owner is so in all rooms: a key for some is at most a host's", models.ErrInvalid)
	}
	if err := m.store.PutCredential(ctx, c, u.Name); err != nil {
		return "", k, fmt.Errorf("key: %w", err)
	}
	return secret, newKeyOf(c, []models.User{u}), nil
}

// Remove takes all access away from a user, named by id; their open pages and streams end at once.
func (m *Members) Remove(ctx context.Context, id, by string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	users, err := m.Users(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.ID == id && Sole(u, users) {
			return fmt.Errorf("%w: the last owner stays", models.ErrInvalid)
		}
	}
	if err := m.store.DeleteUser(ctx, id, by, m.now()); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	m.taken.fire()
	return nil
}

// Sole says that a user is the only owner.
func Sole(u models.User, users []models.User) bool {
	return u.Access == models.AccessOwner && !slices.ContainsFunc(users, func(x models.User) bool {
		return x.Access == models.AccessOwner && x.ID != u.ID
	})
}

// Revoke makes a key, named by its id, worthless; the streams that it opened end at once.
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
		m.taken.fire()
		return nil
	}
	return fmt.Errorf("key: %w", models.ErrNotFound)
}
