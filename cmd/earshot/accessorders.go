package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// storedMembers are the members of a record that is at hand.
type storedMembers struct {
	members *auth.Members
	base    string // of the page's address, without a slash at its end
}

func (m storedMembers) list(ctx context.Context) (out accessList, err error) {
	if out.Users, err = m.members.Users(ctx); err == nil {
		out.Keys, err = m.members.Keys(ctx)
	}
	return out, err
}

// named finds a user by name, whatever the capitals.
func (m storedMembers) named(ctx context.Context, name string) (models.User, error) {
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

func (m storedMembers) add(ctx context.Context, n auth.NewUser) (link, error) {
	u, err := m.members.Add(ctx, n, operator())
	if err != nil {
		return link{}, err
	}
	return m.linkOf(ctx, u)
}

func (m storedMembers) link(ctx context.Context, user string) (link, error) {
	u, err := m.named(ctx, user)
	if err != nil {
		return link{}, err
	}
	return m.linkOf(ctx, u)
}

func (m storedMembers) linkOf(ctx context.Context, u models.User) (link, error) {
	token, expires, err := m.members.Link(ctx, u.ID)
	return link{m.base + "/login?" + url.Values{"link": {token}}.Encode(), expires}, err
}

func (m storedMembers) remove(ctx context.Context, user string) error {
	u, err := m.named(ctx, user)
	if err != nil {
		return err
	}
	return m.members.Remove(ctx, u.ID, operator())
}

func (m storedMembers) key(ctx context.Context, o keyOrder) (k madeKey, err error) {
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

func (m storedMembers) revoke(ctx context.Context, id string) error { return m.members.Revoke(ctx, id) }

// orders answers the commands of "earshot access" on the control socket.
func (m storedMembers) orders(mux *http.ServeMux) {
	mux.HandleFunc("GET /access", func(w http.ResponseWriter, r *http.Request) {
		found, err := m.list(r.Context())
		answer(w, http.StatusOK, found, err)
	})
	mux.HandleFunc("POST /access/users", func(w http.ResponseWriter, r *http.Request) {
		var n auth.NewUser
		if readOrder(w, r, &n) {
			l, err := m.add(r.Context(), n)
			answer(w, http.StatusCreated, l, err)
		}
	})
	mux.HandleFunc("POST /access/users/{name}/link", func(w http.ResponseWriter, r *http.Request) {
		l, err := m.link(r.Context(), r.PathValue("name"))
		answer(w, http.StatusCreated, l, err)
	})
	mux.HandleFunc("DELETE /access/users/{name}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNoContent, nil, m.remove(r.Context(), r.PathValue("name")))
	})
	mux.HandleFunc("POST /access/keys", func(w http.ResponseWriter, r *http.Request) {
		var o keyOrder
		if readOrder(w, r, &o) {
			k, err := m.key(r.Context(), o)
			answer(w, http.StatusCreated, k, err)
		}
	})
	mux.HandleFunc("DELETE /access/keys/{id}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNoContent, nil, m.revoke(r.Context(), r.PathValue("id")))
	})
}
