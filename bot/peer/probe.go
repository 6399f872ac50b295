package peer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNoAnswer says that a STUN or TURN server did not answer, or refused the user's name and password: pion tells them not
// apart.
var ErrNoAnswer = errors.New("no answer, or access refused")

// Probe asks one STUN or TURN server for an address, with the settings of c and at most for the given time. A TURN server
// must give a relayed one; a STUN server, the one that it sees (RFC 8445, section 5.1.1).
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
	// The offer is complete when the server has answered or was given up.
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
