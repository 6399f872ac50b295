package pages

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// serversPage lists the room servers that owners allowed.
type serversPage struct {
	Servers []serverRow
	Problem string
}

type serverRow struct {
	Server, By, Day string
	Private         bool
}

func (s roomPages) serversView(r *http.Request) (view, error) { return s.serversWith(r, "") }

func (s roomPages) serversWith(r *http.Request, problem string) (view, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return view{}, err
	}
	found, err := s.Rooms.Servers.Servers(r.Context())
	if err != nil {
		return view{}, fmt.Errorf("servers: %w", err)
	}
	data := serversPage{Problem: problem}
	for _, a := range found {
		data.Servers = append(data.Servers, serverRow{a.Server, web.CleanName(a.By), day(a.At.In(s.Location), s.Now().In(s.Location)), a.Private})
	}
	return view{page: "servers", title: "Room servers", nav: "health", data: data}, nil
}

// changeServers is POST /servers: it allows a server, or takes that back.
func (s roomPages) changeServers(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	if err == nil {
		err = auth.VisitorOf(r.Context()).RequireOwner()
	}
	if err == nil {
		by, server := auth.VisitorOf(r.Context()).Name, strings.TrimSpace(r.PostForm.Get("server"))
		if r.PostForm.Get("do") == "forbid" {
			err = s.Rooms.Servers.ForbidServer(r.Context(), server, by)
		} else {
			err = s.Rooms.Servers.AllowServer(r.Context(), models.AllowedServer{Server: server, Private: r.PostForm.Get("private") != "", By: by})
		}
	}
	if err == nil {
		http.Redirect(w, r, "/servers", http.StatusSeeOther)
		return
	}
	v := view{}
	if errors.Is(err, models.ErrInvalid) {
		v, err = s.serversWith(r, web.Text(err))
		v.status = http.StatusBadRequest
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}
