package pages

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// accessPage lists the users; owners can change their access.
type accessPage struct {
	Users []userRow
	Keys  []keyRow
	// Secret is shown only once; SecretFor says what it is for.
	Secret, SecretFor string
	Problem           string
	Open              bool // no login is required
	Grades            []models.Access
	Rooms             []record.Choice
}

type userRow struct {
	ID, Name, Access string
	Rooms            []string
	Sole             bool // the last owner
}

type keyRow struct {
	ID, Label, User, Access, Made string
	Rooms                         []string
}

func grades() []models.Access {
	return []models.Access{models.AccessViewer, models.AccessReviewer, models.AccessHost, models.AccessOwner}
}

func (s accessPages) accessView(r *http.Request) (view, error) { return s.accessWith(r, accessPage{}) }

func (s accessPages) accessWith(r *http.Request, data accessPage) (view, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return view{}, err
	}
	users, err := s.Members.Users(r.Context())
	if err != nil {
		return view{}, err
	}
	keys, err := s.Members.Keys(r.Context())
	if err != nil {
		return view{}, err
	}
	rooms, err := s.Members.Rooms(r.Context())
	if err != nil {
		return view{}, err
	}
	data.Rooms = roomChoices(rooms, "")
	called := namesOf(data.Rooms)
	for _, u := range users {
		row := userRow{ID: u.ID, Name: u.Name, Access: string(u.Access), Sole: auth.Sole(u, users)}
		for _, room := range slices.Sorted(maps.Keys(u.Rooms)) {
			row.Rooms = append(row.Rooms, string(u.Rooms[room])+" in "+called(room))
		}
		data.Users = append(data.Users, row)
	}
	for _, k := range keys {
		var where []string
		for _, room := range k.Rooms {
			where = append(where, called(room))
		}
		data.Keys = append(data.Keys, keyRow{
			k.ID, k.Label, k.By, string(cmp.Or(k.Access, models.AccessOwner)), day(k.Created.In(s.Location), s.Now().In(s.Location)), where,
		})
	}
	data.Open, data.Grades = len(users) == 0, grades()
	v := view{page: "access", title: "Access", nav: "health", data: data}
	if data.Problem != "" {
		v.status = http.StatusBadRequest
	}
	return v, nil
}

// changeAccess gives or revokes access. Secrets are shown once in the response, and never appear in an address.
func (s accessPages) changeAccess(w http.ResponseWriter, r *http.Request) {
	var v view
	data, err := s.accessChanged(r)
	if errors.Is(err, models.ErrInvalid) {
		data, err = accessPage{Problem: web.Sentence(web.Text(err))}, nil
	}
	if err == nil {
		v, err = s.accessWith(r, data)
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s accessPages) accessChanged(r *http.Request) (data accessPage, err error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return data, err
	}
	if err := web.ReadForm(r); err != nil {
		return data, err
	}
	who, ctx, form := auth.VisitorOf(r.Context()), r.Context(), r.PostForm
	access := models.Access(form.Get("access"))
	switch r.PathValue("what") {
	case "add":
		u, err := s.Members.Add(ctx, auth.NewUser{Name: form.Get("name"), Access: access, Rooms: form["room"]}, who.Name)
		if err != nil {
			return data, err
		}
		return s.linkShown(r, u.ID)
	case "link":
		return s.linkShown(r, form.Get("user"))
	case "remove":
		return data, s.Members.Remove(ctx, form.Get("user"), who.Name)
	case "key":
		secret, _, err := s.Members.Key(ctx, auth.NewKey{Label: form.Get("label"), Access: access, Rooms: form["room"]}, who.Name)
		return accessPage{Secret: secret, SecretFor: "Copy the key now: it is not shown again. Send it as Authorization: Bearer:"}, err
	case "revoke":
		return data, s.Members.Revoke(ctx, form.Get("key"), who.Name)
	}
	return data, models.ErrNotFound
}

func (s accessPages) linkShown(r *http.Request, user string) (accessPage, error) {
	token, _, err := s.Members.Link(r.Context(), user, auth.VisitorOf(r.Context()).Name)
	return accessPage{
		Secret: auth.LoginLink(auth.PageAddress(r), token), SecretFor: "Send them this link. It works once, within a day:",
	}, err
}
