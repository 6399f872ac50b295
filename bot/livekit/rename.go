package livekit

import (
	"context"
	"errors"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
)

// Rename implements bot.Renamer: as a moderator, or by the right to change one's own metadata (canUpdateOwnMetadata), which
// a ready-made token may grant. An update about ourselves shows that it is done.
func (c *Connector) Rename(ctx context.Context, name string) error {
	s := c.current()
	if s == nil {
		return bot.ErrNotJoined
	}
	given, renames := s.local.naming()
	if name == "" {
		name = given
	}
	_, moderates := s.local.rights()
	switch {
	case moderates:
		err := c.call(ctx, func(ctx context.Context) error {
			_, err := c.admin.UpdateParticipant(ctx, &lk.UpdateParticipantRequest{Room: c.at.room, Identity: s.identity, Name: name})
			return err //nolint:wrapcheck // call does
		})
		if err != nil {
			return err
		}
	case renames:
		update := &lk.SignalRequest{Message: &lk.SignalRequest_UpdateMetadata{UpdateMetadata: &lk.UpdateParticipantMetadata{Name: name}}}
		if err := s.signal().send(update); err != nil {
			return err
		}
	default:
		return bot.Refuse("the bot's token has neither the grant canUpdateOwnMetadata nor roomAdmin", nil)
	}
	return s.shows(ctx, name)
}

// errNameNotShown says that the server accepted a new name but does not show it.
var errNameNotShown = errors.New("livekit: the server does not show the bot's new name")

// shows waits until the server shows our new name.
func (s *stay) shows(ctx context.Context, name string) error {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		if s.local.goesBy(name) {
			return nil
		}
		select {
		case <-t.C:
		case <-s.done:
			return bot.ErrNotJoined
		case <-ctx.Done():
			return errNameNotShown
		}
	}
}
