package janus

import (
	"context"
	"errors"

	"earshot/bot"
)

const textRoom = "janus.plugin.textroom"

// Caption implements bot.Captioner: finished lines go to the TextRoom that has the room's number and secret, as announcements, which
// need no data channel. A TextRoom replaces nothing, so that
// guesses and revised lines are not sent.
func (c *Connector) Caption(ctx context.Context, x bot.Caption) error {
	st := c.now.Load()
	switch {
	case st == nil:
		return bot.ErrNotJoined
	case c.cfg.Secret == "":
		return bot.Refuse("they go to the server's TextRoom of the same number, which needs the room's secret", nil)
	case !x.Final || x.Revised || x.Text == "":
		return nil
	}
	return st.announce(ctx, x.SpeakerName+": "+x.Text)
}

// announce sends a line to everybody in the TextRoom. The handle is attached for the first one.
func (st *stay) announce(ctx context.Context, text string) error {
	if st.captions == 0 {
		handle, err := st.s.attach(ctx, textRoom)
		if err != nil {
			return noTextRoom(err)
		}
		st.captions = handle
	}
	body := request{"request": "announcement", "room": st.c.at.room, "secret": st.c.cfg.Secret, "text": text}
	_, err := st.s.now().ask(ctx, st.s.plugin(st.captions, body, nil))
	return noTextRoom(err)
}

// noTextRoom tells a refusal, of the core (no such plugin) or of the plugin, from a failure that may be temporary.
func noTextRoom(err error) error {
	var s *serverError
	if !errors.As(err, &s) {
		return err
	}
	return bot.Refuse("the server takes none in a TextRoom of the same number with the same secret", err)
}
