package livekit

import (
	"context"
	"errors"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
)

const (
	// rightsWithin is how long the join waits to know whether the bot is a moderator.
	rightsWithin = 3 * time.Second
	// rightsPause is the pause before asking again within that time.
	rightsPause = 250 * time.Millisecond
	// rightsAgain and rightsSeldom are the first and the longest pause after that time.
	rightsAgain  = 5 * time.Second
	rightsSeldom = 5 * time.Minute
)

// learnRights tells follow whether the bot may moderate: after rightsWithin at the latest, and again if that was not known by then
// and the bot turns out to be a moderator. It returns once that is known, or when the stay is over.
func (s *stay) learnRights(ctx context.Context) {
	yes, known := s.c.rights(ctx)
	s.can <- yes // the channel has room for one
	if known {
		return
	}
	for pause := rightsAgain; !known; pause = min(2*pause, rightsSeldom) {
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-s.done:
			t.Stop()
			return
		case <-ctx.Done():
			t.Stop()
			return
		}
		yes, known = s.c.rights(ctx)
	}
	if yes {
		select {
		case s.can <- yes:
		case <-s.done:
		case <-ctx.Done():
		}
	}
}

// rights asks the server whether the bot is a moderator: whoever may list the room's participants is one. A server that fails is
// asked again for a while; known is false if it never answered.
func (c *Connector) rights(ctx context.Context) (moderator, known bool) {
	ctx, cancel := context.WithTimeout(ctx, rightsWithin)
	defer cancel()
	for {
		err := c.call(ctx, func(ctx context.Context) error {
			_, err := c.admin.ListParticipants(ctx, &lk.ListParticipantsRequest{Room: c.at.room})
			return err //nolint:wrapcheck // call does
		})
		var refusal *bot.RefusalError
		switch {
		case err == nil:
			return true, true
		case errors.As(err, &refusal):
			c.log.Info("no rights of a moderator in this room", "err", err)
			return false, true
		}
		t := time.NewTimer(rightsPause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			c.log.Warn("whether the bot may moderate is not known yet", "err", err)
			return false, false
		}
	}
}
