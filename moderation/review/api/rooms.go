package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

type (
	roomsJSON struct {
		Rooms []models.RoomState `json:"rooms"`
	}
	invitationJSON struct {
		URL     string `json:"url"`
		Name    string `json:"name,omitempty"`
		Profile string `json:"profile,omitempty"`
		// AllowServer and PrivateServer are for owners: see POST /api/servers.
		AllowServer   bool `json:"allow_server,omitempty"`
		PrivateServer bool `json:"private_server,omitempty"`
	}
	linkJSON struct {
		Link    string    `json:"link"`
		Expires time.Time `json:"expires"`
	}
	linkOrderJSON struct {
		invitationJSON
		// Hours is how long the link is valid: a week by default, and at most 90 days.
		Hours int `json:"hours,omitempty"`
	}
	leftJSON struct {
		// Returns is when the bot will return: to a configured room, at its next scheduled time.
		Returns time.Time `json:"returns,omitzero"`
	}
	nothingJSON struct{}
	objectsJSON struct {
		Objects bool `json:"objects"`
	}
	consentsJSON struct {
		Consent []models.Consent `json:"consent"`
	}
	pausedJSON struct {
		Paused bool `json:"paused"`
	}
)

// roomAPI manages the bot's rooms.
type roomAPI struct{ *API }

// operations are the operations on the bot's rooms.
func (s roomAPI) operations() []operation {
	session, room, person := param{"id", "id of a session"}, param{
		"id", "a room's id: its whole address",
	}, param{"speaker", "the platform's id of a person"}
	routes := []operation{
		{
			"GET", "/api/sessions/{id}/consent", "Who was notified of the bot in a session and when, and who objected",
			[]param{session},
			nil,
			consentsJSON{},
			"", s.handle(s.consent),
		},
	}
	if s.Rooms.Listener != nil {
		routes = append(routes,
			operation{
				"POST", "/api/sessions/{id}/people/{speaker}/objection", "Stop transcribing a person, or transcribe them again",
				[]param{session, person},
				objectsJSON{},
				models.Consent{},
				"", s.handle(s.object),
			},
			operation{"POST", "/api/rooms/{id}/pause", "Pause listening in a room; the people there are notified", []param{
				room,
			}, nil, pausedJSON{}, "", s.handle(func(r *http.Request) (any, error) { return s.pause(r, true) })},
			operation{
				"POST", "/api/rooms/{id}/resume", "Resume listening after a pause",
				[]param{room},
				nil,
				pausedJSON{},
				"",
				s.handle(func(r *http.Request) (any, error) { return s.pause(r, false) }),
			},
		)
	}
	if s.Rooms.Inviter != nil {
		routes = append(routes,
			operation{"GET", "/api/rooms", "Rooms that the bot is in or on its way to", nil, nil, roomsJSON{}, "", s.handle(s.rooms)},
			operation{"POST", "/api/rooms", "Invite the bot into a room", nil, invitationJSON{}, models.RoomState{}, "", s.handle(s.invite)},
			operation{"DELETE", "/api/rooms/{id}", "Make the bot leave a room", []param{room}, nil, leftJSON{}, "", s.handle(s.leave)},
			operation{
				"POST", "/api/invitations", "Make a link that lets somebody invite the bot once, without logging in", nil,
				linkOrderJSON{},
				linkJSON{},
				"", s.handle(s.link),
			},
		)
	}
	return routes
}

func (s roomAPI) rooms(r *http.Request) (any, error) {
	return roomsJSON{s.Rooms.Seen(r.Context())}, nil
}

// invitation returns the invitation of a request, if the visitor may make it.
func (s roomAPI) invitation(ctx context.Context, in invitationJSON) (models.Invitation, error) {
	i := models.Invitation{
		URL: in.URL, Name: in.Name, Profile: in.Profile, By: auth.VisitorOf(ctx).Name,
		AllowServer: in.AllowServer, PrivateServer: in.PrivateServer,
	}
	if len(i.URL) > record.MaxAddress {
		return i, web.Refuse(http.StatusBadRequest, "url: the address is too long")
	}
	return i, s.Rooms.MayInvite(ctx, i)
}

func (s roomAPI) invite(r *http.Request) (any, error) {
	in, err := readJSON[invitationJSON](r, `{"url": "…"}, with a profile and a name where they are wanted`)
	if err != nil {
		return nil, err
	}
	i, err := s.invitation(r.Context(), in)
	if err != nil {
		return nil, err
	}
	state, err := s.Rooms.Inviter.Invite(r.Context(), i)
	return state, web.Explained(err)
}

func (s roomAPI) link(r *http.Request) (any, error) {
	in, err := readJSON[linkOrderJSON](r, `{"url": "…"}, with a profile, a name and hours where they are wanted`)
	if err != nil {
		return nil, err
	}
	if in.Hours < 0 {
		return nil, web.Refuse(http.StatusBadRequest, "hours: want a whole number from 1")
	}
	i, err := s.invitation(r.Context(), in.invitationJSON)
	if err != nil {
		return nil, err
	}
	link, expires, err := s.Rooms.Link(r.Context(), i, time.Duration(in.Hours)*time.Hour)
	return linkJSON{link, expires}, web.Explained(err)
}

func (s roomAPI) leave(r *http.Request) (any, error) {
	returns, err := s.Rooms.Leave(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, fmt.Errorf("leave: %w", err)
	}
	return leftJSON{returns}, nil
}

func (s roomAPI) pause(r *http.Request, on bool) (any, error) {
	room := r.PathValue("id")
	if err := s.Rooms.Pause(r.Context(), room, room, on); err != nil {
		return nil, notThere(err)
	}
	return pausedJSON{on}, nil
}

// notThere tells callers that the bot is not in the room.
func notThere(err error) error {
	if models.Hint(err) != "" {
		return &web.Refusal{Status: http.StatusConflict, Message: err.Error(), Hint: models.Hint(err)}
	}
	return fmt.Errorf("listening: %w", err)
}

func (s roomAPI) object(r *http.Request) (any, error) {
	in, err := readJSON[objectsJSON](r, `{"objects": true} or false`)
	if err != nil {
		return nil, err
	}
	return s.Rooms.Object(r.Context(), r.PathValue("id"), r.PathValue("speaker"), in.Objects, s.How)
}

func (s roomAPI) consent(r *http.Request) (any, error) {
	found, err := s.Record.Consents(r.Context(), r.PathValue("id"))
	return consentsJSON{some(found)}, err
}
