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

// Cut breaks the signalling, which cannot be taken up again before mend is called.
func (c *Connector) Cut() (mend func()) {
	s, right := c.current(), c.at.ws
	c.at.ws = "ws://127.0.0.1:1"
	s.signal().close()
	return func() { c.at.ws = right }
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
