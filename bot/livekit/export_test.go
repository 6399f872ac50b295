package livekit

import (
	"errors"

	lk "github.com/livekit/protocol/livekit"
)

// Simulate asks the server to play one of its faults on the bot.
func (c *Connector) Simulate(x *lk.SimulateScenario) error {
	s := c.current()
	if s == nil {
		return errors.New("not in the room")
	}
	return s.signal().send(&lk.SignalRequest{Message: &lk.SignalRequest_Simulate{Simulate: x}})
}

// ShownWithin is how long the first line waits until others know of the bot.
const ShownWithin = shownWithin

// Shown reports whether the server has told others of the bot.
func (c *Connector) Shown() bool {
	s := c.current()
	if s == nil {
		return false
	}
	select {
	case <-s.local.shown:
		return true
	default:
		return false
	}
}

// Token is the ready token that the next join uses.
func (c *Connector) Token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Expires reads when a token runs out.
func Expires(token string) int64 {
	c, _ := readClaims(token)
	return c.Expires
}
