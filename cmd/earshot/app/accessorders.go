package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// StoredMembers are the members of a record that is at hand.
type StoredMembers struct {
	members *auth.Members
	base    string // of the page's address, without a slash at its end
}

// List implements Membership: it lists everybody with access.
func (m StoredMembers) List(ctx context.Context) (out AccessList, err error) {
	if out.Users, err = m.members.Users(ctx); err == nil {
		out.Keys, err = m.members.Keys(ctx)
	}
	return out, err
}

// named finds a user by name, whatever the capitals.
func (m StoredMembers) named(ctx context.Context, name string) (models.User, error) {
	users, err := m.members.Users(ctx)
	for _, u := range users {
		if strings.EqualFold(u.Name, name) {
			return u, nil
		}
	}
	if err == nil {
		err = models.WithHint(fmt.Errorf("nobody called %q has access: %w", name, models.ErrNotFound), `"earshot access list" lists who has`)
	}
	return models.User{}, err
}

// Add implements Membership: it gives somebody access, and returns the link that logs them in once.
func (m StoredMembers) Add(ctx context.Context, n auth.NewUser) (Link, error) {
	u, err := m.members.Add(ctx, n, Operator())
	if err != nil {
		return Link{}, err
	}
	return m.linkOf(ctx, u)
}

// Link implements Membership: it makes another link that logs somebody in once.
func (m StoredMembers) Link(ctx context.Context, user string) (Link, error) {
	u, err := m.named(ctx, user)
	if err != nil {
		return Link{}, err
	}
	return m.linkOf(ctx, u)
}

func (m StoredMembers) linkOf(ctx context.Context, u models.User) (Link, error) {
	token, expires, err := m.members.Link(ctx, u.ID, Operator())
	return Link{m.base + "/login?" + url.Values{"link": {token}}.Encode(), expires}, err
}

// Remove implements Membership: it takes all access away from somebody.
func (m StoredMembers) Remove(ctx context.Context, user string) error {
	u, err := m.named(ctx, user)
	if err != nil {
		return err
	}
	return m.members.Remove(ctx, u.ID, Operator())
}

// Key implements Membership: it makes a key.
func (m StoredMembers) Key(ctx context.Context, o KeyOrder) (k MadeKey, err error) {
	if o.User == "" {
		users, err := m.members.Users(ctx)
		if err != nil {
			return k, err
		}
		for _, u := range users {
			if u.Access == models.AccessOwner {
				o.User = u.Name
				break
			}
		}
	}
	k.Secret, k.Key, err = m.members.Key(ctx, o.NewKey, o.User)
	return k, err
}

// Revoke implements Membership: it makes a key worthless.
func (m StoredMembers) Revoke(ctx context.Context, id string) error {
	return m.members.Revoke(ctx, id, Operator())
}

// orders answers the commands of "earshot access" on the control socket.
func (m StoredMembers) orders(mux *http.ServeMux) {
	mux.HandleFunc("GET /access", func(w http.ResponseWriter, r *http.Request) {
		found, err := m.List(r.Context())
		answer(w, http.StatusOK, found, err)
	})
	mux.HandleFunc("POST /access/users", func(w http.ResponseWriter, r *http.Request) {
		var n auth.NewUser
		if readOrder(w, r, &n) {
			l, err := m.Add(r.Context(), n)
			answer(w, http.StatusCreated, l, err)
		}
	})
	mux.HandleFunc("POST /access/users/{name}/link", func(w http.ResponseWriter, r *http.Request) {
		l, err := m.Link(r.Context(), r.PathValue("name"))
		answer(w, http.StatusCreated, l, err)
	})
	mux.HandleFunc("DELETE /access/users/{name}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNoContent, nil, m.Remove(r.Context(), r.PathValue("name")))
	})
	mux.HandleFunc("POST /access/keys", func(w http.ResponseWriter, r *http.Request) {
		var o KeyOrder
		if readOrder(w, r, &o) {
			k, err := m.Key(r.Context(), o)
			answer(w, http.StatusCreated, k, err)
		}
	})
	mux.HandleFunc("DELETE /access/keys/{id}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNoContent, nil, m.Revoke(r.Context(), r.PathValue("id")))
	})
}

// AccessList is everybody with access.
type AccessList struct {
	Users []models.User    `json:"users"`
	Keys  []auth.AccessKey `json:"keys"`
}

// MadeKey is a new key with its secret.
type MadeKey struct {
	Key    auth.AccessKey `json:"key"`
	Secret string         `json:"secret"`
}

// KeyOrder asks for a key of a user; "" is the first owner.
type KeyOrder struct {
	auth.NewKey
	User string `json:"user,omitempty"`
}
