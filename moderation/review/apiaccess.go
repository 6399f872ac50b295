package review

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

// accessRoutes are the operations by which owners give and take access.
func (s *Server) accessRoutes() []apiRoute {
	if s.members == nil {
		return nil
	}
	user, key := []apiParam{{"id", "id of a user"}}, []apiParam{{"id", "id of a key"}}
	return []apiRoute{
		{
			"GET", "/api/users", "Who may open the pages. This and what follows of users and keys is for owners", nil, nil,
			usersJSON{},
			"",
			s.owners(s.apiUsers),
		},
		{
			"POST", "/api/users", "Give somebody access, in all rooms or in some, with a link that logs them in once", nil,
			auth.NewUser{},
			userJSON{},
			"", s.owners(s.apiAddUser),
		},
		{"POST", "/api/users/{id}/link", "Make another link that logs a user in once", user, nil, loginJSON{}, "", s.owners(s.apiUserLink)},
		{
			"DELETE", "/api/users/{id}", "Take all access away from a user; their open pages and streams end at once", user, nil,
			nothingJSON{},
			"",
			s.owners(s.apiRemoveUser),
		},
		{"GET", "/api/keys", "The keys of programs, without their secrets", nil, nil, keysJSON{}, "", s.owners(s.apiKeys)},
		{
			"POST", "/api/keys", "Make a key for a program, for all rooms or for some, of the caller's own access or less", nil,
			auth.NewKey{},
			keyJSON{},
			"", s.owners(s.apiAddKey),
		},
		{
			"DELETE", "/api/keys/{id}", "Make a key worthless; the streams that it opened end at once", key, nil,
			nothingJSON{},
			"",
			s.owners(s.apiRevoke),
		},
	}
}

// owners is api for operations that only owners may do.
func (s *Server) owners(answer func(*http.Request) (any, error)) http.Handler {
	return s.api(func(r *http.Request) (any, error) {
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

func (s *Server) apiUsers(r *http.Request) (any, error) {
	users, err := s.members.Users(r.Context())
	return usersJSON{some(users)}, err
}

func (s *Server) apiAddUser(r *http.Request) (any, error) {
	n, err := readJSON[auth.NewUser](r, `{"name": "…", "access": "viewer"}, with rooms where not all are meant`)
	if err != nil {
		return nil, err
	}
	u, err := s.members.Add(r.Context(), n, auth.VisitorOf(r.Context()).Name)
	if err != nil {
		return nil, err
	}
	l, err := s.newLogin(r, u.ID)
	return userJSON{u, l}, err
}

func (s *Server) newLogin(r *http.Request, user string) (loginJSON, error) {
	token, expires, err := s.members.Link(r.Context(), user)
	return loginJSON{loginAddress(r, token), expires}, err
}

func (s *Server) apiUserLink(r *http.Request) (any, error) { return s.newLogin(r, r.PathValue("id")) }

func (s *Server) apiRemoveUser(r *http.Request) (any, error) {
	return nothingJSON{}, s.members.Remove(r.Context(), r.PathValue("id"), auth.VisitorOf(r.Context()).Name)
}

func (s *Server) apiKeys(r *http.Request) (any, error) {
	keys, err := s.members.Keys(r.Context())
	return keysJSON{some(keys)}, err
}

func (s *Server) apiAddKey(r *http.Request) (any, error) {
	n, err := readJSON[auth.NewKey](r, `{"label": "…"}, with access and rooms where they are wanted`)
	if err != nil {
		return nil, err
	}
	secret, k, err := s.members.Key(r.Context(), n, auth.VisitorOf(r.Context()).Name)
	return keyJSON{k, secret}, err
}

func (s *Server) apiRevoke(r *http.Request) (any, error) {
	return nothingJSON{}, s.members.Revoke(r.Context(), r.PathValue("id"))
}
