package janus

import (
	"context"

	"earshot/bot"
)

// Rename implements bot.Renamer; the server tells everybody in the room. In a room without chat the display name is all that
// people see of the bot.
func (c *Connector) Rename(ctx context.Context, name string) error {
	st := c.now.Load()
	if st == nil {
		return bot.ErrNotJoined
	}
	if name == "" {
		name = c.cfg.Name
	}
	body := request{"request": "configure", "display": name}
	if c.at.bridge {
		body["muted"] = true
	}
	_, err := st.s.now().ask(ctx, st.s.plugin(st.events, body, nil))
	return hard(err)
}
