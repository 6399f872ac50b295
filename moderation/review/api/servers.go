package api

import (
	"net/http"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

type (
	serversJSON struct {
		Servers []models.AllowedServer `json:"servers"`
	}
	serverJSON struct {
		Server  string `json:"server"`
		Private bool   `json:"private,omitempty"`
	}
)

// serverAPI manages the room servers allowed by owners.
type serverAPI struct{ *API }

// operations are the operations on room servers.
func (s serverAPI) operations() []operation {
	if s.Rooms.Servers == nil {
		return nil
	}
	server := param{"server", "address of a room server, like livekit://rooms.example"}
	return []operation{
		{"GET", "/api/servers", "Room servers that an owner allowed the bot to be invited to", nil, nil, serversJSON{}, "", s.handle(s.servers)},
		{
			"POST", "/api/servers", "Allow the bot to be invited to a room server not named in the configuration; no secrets are sent to it", nil,
			serverJSON{},
			nothingJSON{},
			"", s.handle(s.allow),
		},
		{
			"DELETE", "/api/servers/{server}", "Disallow a room server; the bot leaves its rooms",
			[]param{server},
			nil,
			nothingJSON{},
			"",
			s.handle(s.forbid),
		},
	}
}

func (s serverAPI) servers(r *http.Request) (any, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return nil, err
	}
	found, err := s.Rooms.Servers.Servers(r.Context())
	return serversJSON{some(found)}, err
}

func (s serverAPI) allow(r *http.Request) (any, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return nil, err
	}
	in, err := readJSON[serverJSON](r, `{"server": "livekit://rooms.example"}`)
	if err == nil {
		err = web.ExplainedToOwner(
			s.Rooms.Servers.AllowServer(
				r.Context(), models.AllowedServer{Server: in.Server, Private: in.Private, By: auth.VisitorOf(r.Context()).Name},
			),
		)
	}
	return nothingJSON{}, err
}

func (s serverAPI) forbid(r *http.Request) (any, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return nil, err
	}
	return nothingJSON{}, web.ExplainedToOwner(
		s.Rooms.Servers.ForbidServer(r.Context(), r.PathValue("server"), auth.VisitorOf(r.Context()).Name),
	)
}
