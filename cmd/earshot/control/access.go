package control

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/review/auth"
)

// AccessList is everybody who has access.
type AccessList struct {
	Users []models.User    `json:"users"`
	Keys  []auth.AccessKey `json:"keys"`
}

// MadeKey is a new key with its secret.
type MadeKey struct {
	Key    auth.AccessKey `json:"key"`
	Secret string         `json:"secret"`
}

// KeyOrder asks for a key for a user; "" means the first owner.
type KeyOrder struct {
	auth.NewKey
	User string `json:"user,omitempty"`
}

// UserNamed finds a user by name, ignoring case.
func UserNamed(users []models.User, name string) (models.User, error) {
	for _, u := range users {
		if strings.EqualFold(u.Name, name) {
			return u, nil
		}
	}
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = u.Name
	}
	return models.User{}, models.WithHint(fmt.Errorf("no user is named %q%s: %w", name, strict.DidYouMean(name, names), models.ErrNotFound),
		`"earshot access list" lists them`)
}

// FirstOwner is the name of an owner, or "" when there is none.
func FirstOwner(users []models.User) string {
	for _, u := range users {
		if u.Access == models.AccessOwner {
			return u.Name
		}
	}
	return ""
}

// Members are the users who have access to a running service.
type Members struct{ Client }

// List lists everybody who has access.
func (m Members) List(ctx context.Context) (out AccessList, err error) {
	if err = m.get(ctx, "/api/users", &out); err == nil {
		err = m.get(ctx, "/api/keys", &out)
	}
	return out, err
}

func (m Members) users(ctx context.Context) ([]models.User, error) {
	var out AccessList
	err := m.get(ctx, "/api/users", &out)
	return out.Users, err
}

// userPath is the API path of a named user.
func (m Members) userPath(ctx context.Context, name string) (string, error) {
	users, err := m.users(ctx)
	if err != nil {
		return "", err
	}
	u, err := UserNamed(users, name)
	return "/api/users/" + url.PathEscape(u.ID), err
}

// Add gives somebody access and returns a link that logs them in once.
func (m Members) Add(ctx context.Context, n auth.NewUser) (l Link, err error) {
	return l, m.post(ctx, "/api/users", n, &l)
}

// Link makes another link that logs somebody in once.
func (m Members) Link(ctx context.Context, user string) (l Link, err error) {
	path, err := m.userPath(ctx, user)
	if err != nil {
		return l, err
	}
	return l, m.post(ctx, path+"/link", nil, &l)
}

// Remove takes all access away from somebody.
func (m Members) Remove(ctx context.Context, user string) error {
	path, err := m.userPath(ctx, user)
	if err != nil {
		return err
	}
	return m.remove(ctx, path, nil)
}

// Key makes an API key.
func (m Members) Key(ctx context.Context, o KeyOrder) (k MadeKey, err error) {
	if o.User == "" {
		users, err := m.users(ctx)
		if err != nil {
			return k, err
		}
		o.User = FirstOwner(users)
	}
	return k, m.post(ctx, "/api/keys", o, &k)
}

// Revoke revokes an API key.
func (m Members) Revoke(ctx context.Context, id string) error {
	return m.remove(ctx, "/api/keys/"+url.PathEscape(id), nil)
}
