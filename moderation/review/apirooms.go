package review

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// Listener is the bot's ear in rooms: it can be paused, and somebody can be left out.
type Listener interface {
	// Pause stops or resumes listening in a room, named by its id or by its live session.
	Pause(ctx context.Context, name string, on bool, by string) error
	Paused(name string) bool
	// Object enters that somebody objects to being written down, or takes it back, and carries it out.
	Object(ctx context.Context, c models.Consent) (models.Consent, error)
}

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

// roomRoutes are the operations on the rooms that the bot is in.
func (s *Server) roomRoutes() []apiRoute {
	session, room, person := apiParam{"id", "id of a session"}, apiParam{
		"id", "a room's id: its whole address",
	}, apiParam{"speaker", "the platform's id of a person"}
	routes := []apiRoute{
		{
			"GET", "/api/sessions/{id}/consent", "Who was told of the bot in a session and when, and who objected", []apiParam{session},
			nil, consentsJSON{}, "", s.api(s.apiConsent),
		},
	}
	if s.listener != nil {
		routes = append(routes,
			apiRoute{
				"POST", "/api/sessions/{id}/people/{speaker}/objection", "Have somebody not written down from now on, or again",
				[]apiParam{session, person}, objectsJSON{}, models.Consent{}, "", s.api(s.apiObject),
			},
			apiRoute{"POST", "/api/rooms/{id}/pause", "Pause listening in a room; the people there are told", []apiParam{
				room,
			}, nil, pausedJSON{}, "", s.api(func(r *http.Request) (any, error) { return s.apiPause(r, true) })},
			apiRoute{
				"POST", "/api/rooms/{id}/resume", "Listen again after a pause", []apiParam{room}, nil, pausedJSON{}, "",
				s.api(func(r *http.Request) (any, error) { return s.apiPause(r, false) }),
			},
		)
	}
	if s.inviter != nil {
		routes = append(routes,
			apiRoute{"GET", "/api/rooms", "Rooms that the bot is in or on its way to", nil, nil, roomsJSON{}, "", s.api(s.apiRooms)},
			apiRoute{"POST", "/api/rooms", "Invite the bot into a room", nil, invitationJSON{}, models.RoomState{}, "", s.api(s.apiInvite)},
			apiRoute{"DELETE", "/api/rooms/{id}", "Send the bot out of a room", []apiParam{room}, nil, nothingJSON{}, "", s.api(s.apiLeave)},
			apiRoute{
				"POST", "/api/invitations", "Make a link by which somebody can invite the bot once, without a login", nil, invitationJSON{},
				linkJSON{}, "", s.api(s.apiLink),
			},
		)
	}
	return routes
}

func (s *Server) apiRooms(r *http.Request) (any, error) {
	out := roomsJSON{[]models.RoomState{}}
	for _, x := range s.states() {
		if auth.VisitorOf(r.Context()).May(x.Room, models.AccessViewer) {
			out.Rooms = append(out.Rooms, x)
		}
	}
	return out, nil
}

// invitation reads an invitation that the visitor may make.
func (s *Server) invitation(r *http.Request) (models.Invitation, error) {
	in, err := readJSON[invitationJSON](r, `{"url": "…"}, with a profile and a name where they are wanted`)
	i := models.Invitation{
		URL: in.URL, Name: in.Name, Profile: in.Profile, By: auth.VisitorOf(r.Context()).Name,
		AllowServer: in.AllowServer, PrivateServer: in.PrivateServer,
	}
	if err == nil && len(i.URL) > maxAddress {
		err = web.Refuse(http.StatusBadRequest, "url: the address is too long")
	}
	if err == nil {
		err = s.mayInvite(r, i)
	}
	return i, err
}

func (s *Server) apiInvite(r *http.Request) (any, error) {
	i, err := s.invitation(r)
	if err != nil {
		return nil, err
	}
	state, err := s.inviter.Invite(r.Context(), i)
	return state, web.Explained(err)
}

func (s *Server) apiLink(r *http.Request) (any, error) {
	i, err := s.invitation(r)
	if err != nil {
		return nil, err
	}
	i.Expires = s.now().Add(inviteFor).UTC().Truncate(time.Second)
	link, err := s.links.Link(r.Context(), i)
	return linkJSON{link, i.Expires}, web.Explained(err)
}

func (s *Server) apiLeave(r *http.Request) (any, error) {
	room := r.PathValue("id")
	if err := auth.VisitorOf(r.Context()).Require(room, models.AccessHost); err != nil {
		return nil, err
	}
	if err := s.inviter.Leave(r.Context(), room, auth.VisitorOf(r.Context()).Name); err != nil {
		return nil, fmt.Errorf("leave: %w", err)
	}
	return nothingJSON{}, nil
}

func (s *Server) apiPause(r *http.Request, on bool) (any, error) {
	room := r.PathValue("id")
	if err := auth.VisitorOf(r.Context()).Require(room, models.AccessHost); err != nil {
		return nil, err
	}
	if err := s.listener.Pause(r.Context(), room, on, auth.VisitorOf(r.Context()).Name); err != nil {
		return nil, notThere(err)
	}
	return pausedJSON{on}, nil
}

// notThere lets callers read that the bot is not in the room.
func notThere(err error) error {
	if models.Hint(err) != "" {
		return web.Refuse(http.StatusConflict, web.Text(err))
	}
	return fmt.Errorf("listening: %w", err)
}

func (s *Server) apiObject(r *http.Request) (any, error) {
	in, err := readJSON[objectsJSON](r, `{"objects": true} or false`)
	if err != nil {
		return nil, err
	}
	return s.objected(r, r.PathValue("id"), r.PathValue("speaker"), in.Objects, "api")
}

// objected enters somebody's wish, said to the visitor, for a session that the visitor is a host of.
func (s *Server) objected(r *http.Request, session, speaker string, objects bool, how string) (models.Consent, error) {
	info, err := s.visible(r.Context(), session)
	if err == nil {
		err = auth.VisitorOf(r.Context()).Require(info.Room, models.AccessHost)
	}
	if err != nil {
		return models.Consent{}, err
	}
	c := models.Consent{Session: session, SpeakerID: speaker, What: models.ConsentWithdrew, How: how, By: auth.VisitorOf(r.Context()).Name}
	if objects {
		c.What = models.ConsentObjected
	}
	known := false
	for _, p := range info.Speakers {
		if p.ID == speaker {
			c.SpeakerName, known = p.Name, true
		}
	}
	if !known {
		return c, fmt.Errorf("speaker: %w", models.ErrNotFound)
	}
	return s.listener.Object(r.Context(), c)
}

func (s *Server) apiConsent(r *http.Request) (any, error) {
	found, err := s.ledger(r)
	return consentsJSON{some(found)}, err
}

// maxLedger bounds what is shown of a session's ledger.
const maxLedger = 10_000

// ledger is the consent ledger of a session, the first entry first.
func (s *Server) ledger(r *http.Request) ([]models.Consent, error) {
	if err := s.seen(r.Context(), r.PathValue("id")); err != nil {
		return nil, err
	}
	found, err := s.store.Consents(r.Context(), r.PathValue("id"), "", "", maxLedger)
	if err != nil {
		return nil, fmt.Errorf("consent: %w", err)
	}
	for a, b := 0, len(found)-1; a < b; a, b = a+1, b-1 {
		found[a], found[b] = found[b], found[a]
	}
	return found, nil
}
