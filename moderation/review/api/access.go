package api

import (
	"errors"
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
		// Link logs the user in, once.
		Link    string    `json:"link"`
		Expires time.Time `json:"expires"`
	}
	keysJSON struct {
		Keys []auth.AccessKey `json:"keys"`
	}
	keyJSON struct {
		Key auth.AccessKey `json:"key"`
		// Secret is what the program sends. It is shown this once.
		Secret string `json:"secret"`
	}
)

// accessAPI gives and takes access.
type accessAPI struct{ *API }

// operations are the operations by which owners give and take access.
func (s accessAPI) operations() []operation {
	if s.Members == nil {
		return nil
	}
	user, key := []param{{"id", "id of a user"}}, []param{{"id", "id of a key"}}
	return []operation{
		{
			"GET", "/api/users", "Who may open the pages. This and what follows of users and keys is for owners", nil, nil,
			usersJSON{},
			"",
			s.owners(s.users),
		},
		{
			"POST", "/api/users", "Give somebody access, in all rooms or in some, with a link that logs them in once", nil,
			auth.NewUser{},
			userJSON{},
			"", s.owners(s.addUser),
		},
		{"POST", "/api/users/{id}/link", "Make another link that logs a user in once", user, nil, loginJSON{}, "", s.owners(s.userLink)},
		{
			"DELETE", "/api/users/{id}", "Take all access away from a user; their open pages and streams end at once", user, nil,
			nothingJSON{},
			"",
			s.owners(s.removeUser),
		},
		{"GET", "/api/keys", "The keys of programs, without their secrets", nil, nil, keysJSON{}, "", s.owners(s.keys)},
		{
			"POST", "/api/keys", "Make a key for a program, for all rooms or for some, of the caller's own access or less", nil,
			auth.NewKey{},
			keyJSON{},
			"", s.owners(s.addKey),
		},
		{
			"DELETE", "/api/keys/{id}", "Make a key worthless; the streams that it opened end at once", key, nil,
			nothingJSON{},
			"",
			s.owners(s.revoke),
		},
	}
}

// owners is api for operations that only owners may do.
func (s accessAPI) owners(answer func(*http.Request) (any, error)) http.Handler {
	return s.handle(func(r *http.Request) (any, error) {
		if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
			return nil, err
		}
		out, err := answer(r)
		if errors.Is(err, models.ErrInvalid) {
			err = web.Refuse(http.StatusBadRequest, web.Sentence(web.Text(err)))
		}
		return out, err
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
	return loginJSON{auth.LoginAddress(r, token), expires}, err
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
	n, err := readJSON[auth.NewKey](r, `{"label": "…"}, with access and rooms where they are wanted`)
	if err != nil {
		return nil, err
	}
	secret, k, err := s.Members.Key(r.Context(), n, auth.VisitorOf(r.Context()).Name)
	return keyJSON{k, secret}, err
}

func (s accessAPI) revoke(r *http.Request) (any, error) {
	return nothingJSON{}, s.Members.Revoke(r.Context(), r.PathValue("id"), auth.VisitorOf(r.Context()).Name)
}
