package review

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"earshot/models"
)

// accessPage lists who may open the pages; owners change it.
type accessPage struct {
	Users []userRow
	Keys  []keyRow
	// Secret is shown once, and says what it is for.
	Secret, SecretFor string
	Problem           string
	Open              bool // nobody is asked to log in
	Grades            []models.Access
}

type userRow struct {
	ID, Name, Access string
	Rooms            []string
	Sole             bool // the last owner
}

type keyRow struct{ Hash, Label, User, Access, Made string }

func grades() []models.Access {
	return []models.Access{models.AccessViewer, models.AccessReviewer, models.AccessHost, models.AccessOwner}
}

func (s *Server) accessView(r *http.Request) (view, error) { return s.accessWith(r, accessPage{}) }

func (s *Server) accessWith(r *http.Request, data accessPage) (view, error) {
	if !visitorOf(r.Context()).All.Allows(models.AccessOwner) {
		return view{}, errForbidden
	}
	users, err := s.access.Users(r.Context())
	if err != nil {
		return view{}, fmt.Errorf("users: %w", err)
	}
	keys, err := s.access.Credentials(r.Context(), models.CredentialKey)
	if err != nil {
		return view{}, fmt.Errorf("keys: %w", err)
	}
	names := map[string]string{}
	for _, u := range users {
		names[u.ID] = u.Name
		row := userRow{ID: u.ID, Name: u.Name, Access: string(u.Access), Sole: u.Access == models.AccessOwner && owners(users) == 1}
		for room, a := range u.Rooms {
			row.Rooms = append(row.Rooms, string(a)+" in "+room)
		}
		data.Users = append(data.Users, row)
	}
	for _, k := range keys {
		data.Keys = append(data.Keys, keyRow{k.Hash, k.Label, names[k.User], string(k.Access), day(k.Created.In(s.loc), s.now().In(s.loc))})
	}
	data.Open, data.Grades = len(users) == 0, grades()
	return view{page: "access", title: "Access", nav: "health", data: data}, nil
}

func owners(users []models.User) (n int) {
	for _, u := range users {
		if u.Access == models.AccessOwner {
			n++
		}
	}
	return n
}

// changeAccess gives or takes access. What is secret is shown in the answer, once, and stands in no address.
func (s *Server) changeAccess(w http.ResponseWriter, r *http.Request) {
	r, cancel := withDeadline(r)
	defer cancel()
	var v view
	data, err := s.accessChanged(r)
	if err == nil {
		v, err = s.accessWith(r, data)
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s *Server) accessChanged(r *http.Request) (data accessPage, err error) {
	who, ctx := visitorOf(r.Context()), r.Context()
	if !who.All.Allows(models.AccessOwner) {
		return data, errForbidden
	}
	if err := readForm(r); err != nil {
		return data, err
	}
	users, err := s.access.Users(ctx)
	if err != nil {
		return data, fmt.Errorf("users: %w", err)
	}
	switch r.PathValue("what") {
	case "add":
		return s.addUser(r, who)
	case "link":
		return s.addLink(r, r.PostFormValue("user"))
	case "remove":
		for _, u := range users {
			if u.ID == r.PostFormValue("user") && u.Access == models.AccessOwner && owners(users) == 1 {
				return accessPage{Problem: "The last owner stays."}, nil
			}
		}
		err = s.access.DeleteUser(ctx, r.PostFormValue("user"), who.Name, s.now())
	case "key":
		return s.addKey(r, who)
	case "revoke":
		err = s.access.DropCredential(ctx, r.PostFormValue("key"))
	default:
		err = models.ErrNotFound
	}
	if err != nil {
		err = fmt.Errorf("access: %w", err)
	}
	return data, err
}

// addUser makes a user who logs in by a link and has access in one room, or in all.
func (s *Server) addUser(r *http.Request, who visitor) (accessPage, error) {
	access := models.Access(r.PostFormValue("access"))
	u := models.User{ID: strings.ToLower(rand.Text()), Name: cleanName(r.PostFormValue("name")), Access: access}
	room := strings.TrimSpace(r.PostFormValue("room"))
	if room != "" {
		u.Access, u.Rooms = models.AccessNone, map[string]models.Access{room: access}
	}
	if u.Name == "" || access.Rank() == 0 || room != "" && access == models.AccessOwner {
		return accessPage{Problem: "Give a name and what they may do; an owner is so in all rooms."}, nil
	}
	if none, err := s.nobody(r.Context()); err != nil || none {
		return accessPage{Problem: "Set an owner first."}, err
	}
	if err := s.access.PutUser(r.Context(), u, who.Name, s.now()); err != nil {
		return accessPage{Problem: "That name is taken, or too long."}, nil //nolint:nilerr // it is told
	}
	return s.addLink(r, u.ID)
}

func (s *Server) addLink(r *http.Request, user string) (accessPage, error) {
	token, hash := newToken()
	now := s.now()
	err := s.access.PutCredential(r.Context(), models.Credential{
		Hash: hash, Kind: models.CredentialLink, User: user, Label: "link", Created: now, Expires: now.Add(linkFor),
	})
	if err != nil {
		return accessPage{}, fmt.Errorf("link: %w", err)
	}
	scheme := "http://"
	if s.cookie(r, "", 0).Secure {
		scheme = "https://"
	}
	return accessPage{
		Secret:    scheme + r.Host + "/login?" + url.Values{"link": {token}}.Encode(),
		SecretFor: "Send this link to them. It works once, within a day:",
	}, nil
}

// addKey makes a key for a program, of the visitor's own access or less.
func (s *Server) addKey(r *http.Request, who visitor) (accessPage, error) {
	u, err := s.access.UserNamed(r.Context(), who.Name)
	if err != nil {
		return accessPage{Problem: "Set an owner first: a key is somebody's."}, nil //nolint:nilerr // it is told
	}
	token, hash := newToken()
	access := models.Access(r.PostFormValue("access"))
	if access.Rank() == 0 {
		access = models.AccessViewer
	}
	err = s.access.PutCredential(r.Context(), models.Credential{
		Hash: hash, Kind: models.CredentialKey, User: u.ID, Label: cleanName(r.PostFormValue("label")), Access: access, Created: s.now(),
	})
	if err != nil {
		return accessPage{}, fmt.Errorf("key: %w", err)
	}
	return accessPage{Secret: token, SecretFor: "The key, shown this once. Send it as Authorization: Bearer:"}, nil
}
