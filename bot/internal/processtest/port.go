package processtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// The ports to choose from. Systems hand out higher ones by themselves (RFC 6056, section 3.2; Linux from 32768 on): those
// might be taken before the server has begun, or while it is away.
const (
	lowest  = 10000
	highest = 29999
	most    = 100 // tries
)

// Port finds a port of 127.0.0.1 that is free for TCP and for UDP.
func Port() (int, error) {
	var err error
	for range most {
		port := lowest + rand.IntN(highest-lowest+1) //nolint:gosec // no secret
		if err = free(port); err == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("processtest: no free port: %w", err)
}

// Accepts returns what Start waits with for a server that accepts TCP connections at an address (host:port).
func Accepts(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("processtest: %w", err)
		}
		return c.Close() //nolint:wrapcheck // Start does
	}
}

func free(port int) error {
	t, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return err //nolint:wrapcheck // Port does
	}
	u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return errors.Join(err, t.Close())
	}
	return errors.Join(t.Close(), u.Close())
}
