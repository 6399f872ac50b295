package peer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNoAnswer means that a STUN or TURN server did not respond or rejected the credentials, which pion does not distinguish.
var ErrNoAnswer = errors.New("no answer, or access refused")

// Probe requests an address from a STUN or TURN server, with the settings of c and within the given time: a relayed address from a TURN
// server, a server-reflexive one from a STUN server (RFC 8445, section 5.1.1).
func Probe(ctx context.Context, c Config, server ICEServer, within time.Duration) error {
	c.ICEServers, c.RelayOnly = []ICEServer{server}, false
	f, err := New(c)
	if err != nil {
		return err
	}
	conn, err := f.Receiver(Handler{})
	if err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	defer conn.Close()
	// The offer is complete when the server has responded or timed out.
	offer, err := conn.OfferWithin(ctx, within)
	if err != nil {
		return fmt.Errorf("peer: gather candidates: %w", err)
	}
	wanted := " typ srflx"
	if len(server.URLs) > 0 && strings.HasPrefix(server.URLs[0], "turn") {
		wanted = " typ relay"
	}
	if !strings.Contains(offer, wanted) {
		return ErrNoAnswer
	}
	return nil
}
