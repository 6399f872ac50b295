package control

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"time"

	"earshot/models"
)

// Link is a link to open in a browser.
type Link struct {
	Link    string    `json:"link"`
	Expires time.Time `json:"expires,omitzero"`
}

// Rooms lists the rooms that the bot is in or joining.
func (c Client) Rooms(ctx context.Context) ([]models.RoomState, error) {
	var found struct{ Rooms []models.RoomState }
	err := c.get(ctx, "/api/rooms", &found)
	return found.Rooms, err
}

// Processes are those that share the service's database; nil: it has its database to itself.
func (c Client) Processes(ctx context.Context) (*models.Processes, error) {
	var found struct{ Processes *models.Processes }
	err := c.get(ctx, "/api/health", &found)
	return found.Processes, err
}

// DrainOrder is the body of a request to drain a process.
type DrainOrder struct {
	// Process is its id or name; "" is the service that is asked.
	Process string `json:"process"`
	On      bool   `json:"on"`
}

// Drain asks a process that shares the service's database to hand its rooms over and take no more, or to take rooms again, and returns it
// as it was. process is an id or a name; "": the service itself.
func (c Client) Drain(ctx context.Context, process string, on bool) (n models.NodeState, err error) {
	return n, c.post(ctx, DrainPath, DrainOrder{process, on}, &n)
}

// invitation is the body of an invitation. The inviter is whoever may open the socket.
type invitation struct {
	URL           string `json:"url"`
	Name          string `json:"name,omitempty"`
	Profile       string `json:"profile,omitempty"`
	AllowServer   bool   `json:"allow_server,omitempty"`
	PrivateServer bool   `json:"private_server,omitempty"`
	Hours         int    `json:"hours,omitempty"`
}

func newInvitation(i models.Invitation) invitation {
	return invitation{URL: i.URL, Name: i.Name, Profile: i.Profile, AllowServer: i.AllowServer, PrivateServer: i.PrivateServer}
}

// Invite invites the bot to listen in a room.
func (c Client) Invite(ctx context.Context, i models.Invitation) (state models.RoomState, err error) {
	return state, c.post(ctx, "/api/rooms", newInvitation(i), &state)
}

// InvitationLink makes a link with which somebody can invite the bot once; it expires after the given number of hours.
func (c Client) InvitationLink(ctx context.Context, i models.Invitation, hours int) (l Link, err error) {
	order := newInvitation(i)
	order.Hours = hours
	return l, c.post(ctx, "/api/invitations", order, &l)
}

// Leave sends the bot out of a room and says when it will come back by itself; zero if it will not. models.ErrNotFound: the bot is not
// in it.
func (c Client) Leave(ctx context.Context, word string) (returns time.Time, err error) {
	room, err := c.room(ctx, word)
	if err != nil {
		return returns, err
	}
	var left struct{ Returns time.Time }
	err = c.remove(ctx, "/api/rooms/"+url.PathEscape(room), &left)
	return left.Returns, err
}

// Pause pauses or resumes listening in a room. word may also name a live session. models.ErrNotFound: the bot is not in it.
func (c Client) Pause(ctx context.Context, word string, on bool) error {
	room, unknown := c.room(ctx, word)
	switch {
	case errors.Is(unknown, models.ErrNotFound):
		room = word
	case unknown != nil:
		return unknown
	}
	verb := "/resume"
	if on {
		verb = "/pause"
	}
	if err := c.post(ctx, "/api/rooms/"+url.PathEscape(room)+verb, nil, nil); err != nil {
		return cmp.Or(unknown, err)
	}
	return nil
}

// room finds the id of a room that the bot is in. models.ErrNotFound: no room matches; models.ErrConflict: several do.
func (c Client) room(ctx context.Context, word string) (string, error) {
	states, err := c.Rooms(ctx)
	if err != nil {
		return "", err
	}
	rooms := make([]models.Room, len(states))
	for i, s := range states {
		rooms[i] = models.Room{ID: s.Room, Name: s.Name, URL: s.URL}
	}
	found, err := models.FindRoom(rooms, word)
	return found.ID, err
}

// Object records a person's choice about being transcribed, in a session where they were seen.
func (c Client) Object(ctx context.Context, w models.Consent) error {
	path := "/api/sessions/" + url.PathEscape(w.Session) + "/people/" + url.PathEscape(w.SpeakerID) + "/objection"
	return c.post(ctx, path, map[string]bool{"objects": w.What == models.ConsentObjected}, nil)
}

// Servers lists the room servers that owners have allowed.
func (c Client) Servers(ctx context.Context) ([]models.AllowedServer, error) {
	found := struct{ Servers []models.AllowedServer }{[]models.AllowedServer{}}
	err := c.get(ctx, "/api/servers", &found)
	return found.Servers, err
}

// AllowServer lets the bot be invited to the room server at an address.
func (c Client) AllowServer(ctx context.Context, server string, private bool) error {
	order := struct {
		Server  string `json:"server"`
		Private bool   `json:"private,omitempty"`
	}{server, private}
	return c.post(ctx, "/api/servers", order, nil)
}

// ForbidServer withdraws that permission.
func (c Client) ForbidServer(ctx context.Context, server string) error {
	return c.remove(ctx, "/api/servers/"+url.PathEscape(server), nil)
}

// Schedule lists the rooms with scheduled times.
func (c Client) Schedule(ctx context.Context) ([]models.RoomTimes, error) {
	found := struct{ Rooms []models.RoomTimes }{[]models.RoomTimes{}}
	err := c.get(ctx, "/api/schedule", &found)
	return found.Rooms, err
}

// AddTime schedules the bot in a room.
func (c Client) AddTime(ctx context.Context, o models.TimeRequest) (t models.TimeAdded, err error) {
	return t, c.post(ctx, "/api/schedule", o, &t)
}

// RemoveTime removes an added time, and returns it. models.ErrNotFound: there is none.
func (c Client) RemoveTime(ctx context.Context, id string) (t models.ScheduledTime, err error) {
	return t, c.remove(ctx, "/api/schedule/"+url.PathEscape(id), &t)
}
