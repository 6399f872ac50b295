package review

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// Servers are the room servers that owners allowed the bot to be invited to. Errors wrap models.ErrInvalid or
// models.ErrNotFound.
type Servers interface {
	Servers(ctx context.Context) ([]models.AllowedServer, error)
	AllowServer(ctx context.Context, a models.AllowedServer) error
	ForbidServer(ctx context.Context, server, by string) error
}

type (
	serversJSON struct {
		Servers []models.AllowedServer `json:"servers"`
	}
	serverJSON struct {
		Server  string `json:"server"`
		Private bool   `json:"private,omitempty"`
	}
)

// serverRoutes are the operations on room servers.
func (s *Server) serverRoutes() []apiRoute {
	if s.servers == nil {
		return nil
	}
	server := apiParam{"server", "address of a room server, like livekit://rooms.example"}
	return []apiRoute{
		{"GET", "/api/servers", "Room servers that an owner allowed the bot to be invited to", nil, nil, serversJSON{}, "", s.api(s.apiServers)},
		{
			"POST", "/api/servers", "Allow the bot to be invited to a room server that the configuration does not name; it is given no secrets", nil,
			serverJSON{},
			nothingJSON{},
			"", s.api(s.apiAllow),
		},
		{
			"DELETE", "/api/servers/{server}", "Take that back; the bot leaves its rooms",
			[]apiParam{server},
			nil,
			nothingJSON{},
			"",
			s.api(s.apiForbid),
		},
	}
}

func (s *Server) apiServers(r *http.Request) (any, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return nil, err
	}
	found, err := s.servers.Servers(r.Context())
	return serversJSON{some(found)}, err
}

func (s *Server) apiAllow(r *http.Request) (any, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return nil, err
	}
	in, err := readJSON[serverJSON](r, `{"server": "livekit://rooms.example"}`)
	if err == nil {
		err = web.Explained(
			s.servers.AllowServer(r.Context(), models.AllowedServer{Server: in.Server, Private: in.Private, By: auth.VisitorOf(r.Context()).Name}),
		)
	}
	return nothingJSON{}, err
}

func (s *Server) apiForbid(r *http.Request) (any, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return nil, err
	}
	return nothingJSON{}, web.Explained(s.servers.ForbidServer(r.Context(), r.PathValue("server"), auth.VisitorOf(r.Context()).Name))
}

// serversPage lists the room servers that owners allowed.
type serversPage struct {
	Servers []serverRow
	Problem string
}

type serverRow struct {
	Server, By, Day string
	Private         bool
}

func (s *Server) serversView(r *http.Request) (view, error) { return s.serversWith(r, "") }

func (s *Server) serversWith(r *http.Request, problem string) (view, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return view{}, err
	}
	found, err := s.servers.Servers(r.Context())
	if err != nil {
		return view{}, fmt.Errorf("servers: %w", err)
	}
	data := serversPage{Problem: problem}
	for _, a := range found {
		data.Servers = append(data.Servers, serverRow{a.Server, web.CleanName(a.By), day(a.At.In(s.loc), s.now().In(s.loc)), a.Private})
	}
	return view{page: "servers", title: "Room servers", nav: "health", data: data}, nil
}

// changeServers is POST /servers: it allows a server, or takes that back.
func (s *Server) changeServers(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	if err == nil {
		err = auth.VisitorOf(r.Context()).RequireOwner()
	}
	if err == nil {
		by, server := auth.VisitorOf(r.Context()).Name, strings.TrimSpace(r.PostForm.Get("server"))
		if r.PostForm.Get("do") == "forbid" {
			err = s.servers.ForbidServer(r.Context(), server, by)
		} else {
			err = s.servers.AllowServer(r.Context(), models.AllowedServer{Server: server, Private: r.PostForm.Get("private") != "", By: by})
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
