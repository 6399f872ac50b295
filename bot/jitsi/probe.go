package jitsi

import (
	"context"
	"fmt"

	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

// Found describes what a server offers to a member of its meetings.
type Found struct {
	// Moderation says that people can be asked to unmute.
	Moderation bool
	// Listed says that the server lists its rooms, so that a meeting can be found even if its bridge does not name its room.
	Listed bool
}

// String describes it in words.
func (f Found) String() string {
	out := "lists its rooms to whoever asks"
	if !f.Listed {
		out = "lists no rooms (so that its bridges must say room=)"
	}
	if f.Moderation {
		return out + ", and has moderation"
	}
	return out + ", and no moderation (so that nobody can be asked to unmute)"
}

// Probe logs in to the XMPP server, looks for the meetings' chat rooms, and leaves. Its error says what is wrong and what to do.
func (c Config) Probe(ctx context.Context) (found Found, err error) {
	if c, err = c.withDefaults(); err != nil {
		return found, err
	}
	s, leave, err := c.visit(ctx)
	if err != nil {
		return found, err
	}
	defer leave()
	muc, err := s.Ask(ctx, c.MUC, "get", xmpp.AskInfo{})
	if err == nil && muc.Error != nil {
		err = models.WithHint(fmt.Errorf("there are no chat rooms at %s (%.60s)", c.MUC, muc.Error.Condition()),
			"check jitsi.muc: it is the Component with \"muc\" in Prosody's configuration")
	}
	if err != nil {
		return found, fmt.Errorf("jitsi: %w", err)
	}
	rooms, err := s.Ask(ctx, c.MUC, "get", xmpp.AskItems{})
	if err != nil {
		return found, fmt.Errorf("jitsi: the list of rooms: %w", err)
	}
	found.Listed = rooms.Items != nil && len(rooms.Items.List) > 0
	host, err := s.Ask(ctx, c.Domain, "get", xmpp.AskInfo{})
	if err != nil {
		return found, fmt.Errorf("jitsi: what the server has: %w", err)
	}
	found.Moderation = host.Info != nil && host.Info.Component(xmpp.ComponentModeration) != ""
	return found, nil
}

// visit logs in without entering a room, to query the server. leave closes the connection.
func (c Config) visit(ctx context.Context) (s *xmpp.Session, leave func(), err error) {
	if s, err = xmpp.Dial(ctx, c.dialling("")); err != nil {
		return nil, nil, refusal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			if _, err := s.Next(nil); err != nil {
				return
			}
		}
	}()
	return s, func() { s.Close(); <-read }, nil
}
