package jitsi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

const (
	findWithin = 10 * time.Second
	// mostRooms limits how many of the rooms that a server lists are searched for a meeting.
	mostRooms = 200
	// fieldMeeting is the field in which Jitsi's rooms report the id of their meeting.
	fieldMeeting = "muc#roominfo_meetingId"
)

// find returns the name of a meeting's room, from the bridge or by asking the rooms that the XMPP server lists for the id of their meeting.
// A hidden bot uses the id itself.
func (e *Endpoint) find(ctx context.Context, m *meeting) (string, error) {
	switch c := e.cfg.Server; {
	case m.hint != "":
		return m.hint, nil
	case c.Hidden:
		return m.id, nil
	default:
		ctx, cancel := context.WithTimeout(ctx, findWithin)
		defer cancel()
		return c.find(ctx, m.id)
	}
}

// find searches the rooms that the server lists.
func (c Config) find(ctx context.Context, meeting string) (string, error) {
	s, leave, err := c.visit(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	list, err := s.Ask(ctx, c.MUC, "get", xmpp.AskItems{})
	if err != nil {
		return "", fmt.Errorf("jitsi: the list of rooms: %w", err)
	}
	if list.Items != nil {
		for i, room := range list.Items.List {
			if i >= mostRooms {
				break
			}
			id, err := meetingIn(ctx, s, room.JID)
			if err != nil {
				return "", err
			}
			if name, domain, ok := strings.Cut(room.JID, "@"); ok && domain == c.MUC && id == meeting && roomName.MatchString(name) {
				return name, nil
			}
		}
	}
	return "", models.WithHint(errors.New("jitsi: no room is known for the meeting's id"),
		"have the bridge say it: put room=NAME into the room's metadata, transcription.urlParams; Jitsi's servers list no rooms by default")
}

// meetingIn returns the id of a room's meeting, or "" if the room does not report it.
func meetingIn(ctx context.Context, s *xmpp.Session, room string) (string, error) {
	x, err := s.Ask(ctx, room, "get", xmpp.AskInfo{})
	if err != nil {
		return "", fmt.Errorf("jitsi: asking a room for its meeting: %w", err)
	}
	if x.Info == nil {
		return "", nil
	}
	return x.Info.Field(fieldMeeting), nil
}
