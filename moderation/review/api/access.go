package api

import (
	"cmp"
	"net/http"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

type (
	usersJSON struct {
		Users []models.User `json:"users"`
	}
	userJSON struct {
		User models.User `json:"user"`
		loginJSON
	}
	loginJSON struct {
		// Link logs the user in once.
		Link    string    `json:"link"`
		Expires time.Time `json:"expires"`
	}
	newKeyJSON struct {
		auth.NewKey
		// User is the name of the key's user; the caller by default.
		User string `json:"user,omitempty"`
	}
	keysJSON struct {
		Keys []auth.AccessKey `json:"keys"`
	}
	keyJSON struct {
		Key auth.AccessKey `json:"key"`
		// Secret is what the program sends. It is shown only once.
		Secret string `json:"secret"`
	}
)

// accessAPI manages access.
type accessAPI struct{ *API }

// operations are the owners' operations on access.
func (s accessAPI) operations() []operation {
	if s.Members == nil {
		return nil
	}
	user, key := []param{{"id", "id of a user"}}, []param{{"id", "id of a key"}}
	return []operation{
		{
			"GET", "/api/users", "Users who may log in. All operations on users and keys are for owners", nil, nil,
			usersJSON{},
			"",
			s.owners(s.users),
		},
		{
			"POST", "/api/users", "Give a person access to all rooms or to some, with a one-time login link", nil,
			auth.NewUser{},
			userJSON{},
			"", s.owners(s.addUser),
		},
		{"POST", "/api/users/{id}/link", "Make another one-time login link for a user", user, nil, loginJSON{}, "", s.owners(s.userLink)},
		{
			"DELETE", "/api/users/{id}", "Remove a user; their open pages and streams end at once", user, nil,
			nothingJSON{},
			"",
			s.owners(s.removeUser),
		},
		{"GET", "/api/keys", "API keys, without their secrets", nil, nil, keysJSON{}, "", s.owners(s.keys)},
		{
			"POST", "/api/keys", "Create an API key for all rooms or for some, with at most its user's own access", nil,
			newKeyJSON{},
			keyJSON{},
			"", s.owners(s.addKey),
		},
		{
			"DELETE", "/api/keys/{id}", "Revoke an API key; the streams it opened end at once", key, nil,
			nothingJSON{},
			"",
			s.owners(s.revoke),
		},
	}
}

// owners wraps operations that only owners may perform.
func (s accessAPI) owners(answer func(*http.Request) (any, error)) http.Handler {
	return s.handle(func(r *http.Request) (any, error) {
		if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
			return nil, err
		}
		out, err := answer(r)
		return out, web.ExplainedToOwner(err)
	})
}

func (s accessAPI) users(r *http.Request) (any, error) {
	users, err := s.Members.Users(r.Context())
	return usersJSON{some(users)}, err
}

func (s accessAPI) addUser(r *http.Request) (any, error) {
	n, err := readJSON[auth.NewUser](r, `{"name": "…", "access": "viewer"}, with rooms where not all are meant`)
	if err != nil {
		return nil, err
	}
	u, err := s.Members.Add(r.Context(), n, auth.VisitorOf(r.Context()).Name)
	if err != nil {
		return nil, err
	}
	l, err := s.newLogin(r, u.ID)
	return userJSON{u, l}, err
}

func (s accessAPI) newLogin(r *http.Request, user string) (loginJSON, error) {
	token, expires, err := s.Members.Link(r.Context(), user, auth.VisitorOf(r.Context()).Name)
	base := cmp.Or(s.Base, auth.PageAddress(r))
	return loginJSON{auth.LoginLink(base, token), expires}, err
}

func (s accessAPI) userLink(r *http.Request) (any, error) { return s.newLogin(r, r.PathValue("id")) }

func (s accessAPI) removeUser(r *http.Request) (any, error) {
	return nothingJSON{}, s.Members.Remove(r.Context(), r.PathValue("id"), auth.VisitorOf(r.Context()).Name)
}

func (s accessAPI) keys(r *http.Request) (any, error) {
	keys, err := s.Members.Keys(r.Context())
	return keysJSON{some(keys)}, err
}

func (s accessAPI) addKey(r *http.Request) (any, error) {
	n, err := readJSON[newKeyJSON](r, `{"label": "…"}, with access, rooms and a user where they are wanted`)
	if err != nil {
		return nil, err
	}
	secret, k, err := s.Members.Key(r.Context(), n.NewKey, cmp.Or(n.User, auth.VisitorOf(r.Context()).Name))
	return keyJSON{k, secret}, err
}

func (s accessAPI) revoke(r *http.Request) (any, error) {
	return nothingJSON{}, s.Members.Revoke(r.Context(), r.PathValue("id"), auth.VisitorOf(r.Context()).Name)
}
