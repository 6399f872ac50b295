package processtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"syscall"
)

// The ports to choose from. Systems hand out higher ones by themselves (RFC 6056, section 3.2; Linux from 32768 on): those
// might be taken before the server has begun, or while it is away.
const (
	lowest  = 10000
	highest = 29999
	most    = 100 // tries
)

// Port finds a port of 127.0.0.1 that is free for TCP and for UDP. It gives none twice while this program runs, and none that another
// program was given by it: a server takes a while to begin, and may be away for some time.
func Port() (int, error) {
	var err error
	for range most {
		port := lowest + rand.IntN(highest-lowest+1) //nolint:gosec // no secret
		if err = free(port); err == nil {
			err = reserve(port)
		}
		if err == nil {
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

// reserve takes a port's name among the abstract sockets of Linux, which is free again when this program has ended.
func reserve(port int) error {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err //nolint:wrapcheck // Port does
	}
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: fmt.Sprintf("@earshot-test-port-%d", port)}); err != nil {
		return errors.Join(err, syscall.Close(fd))
	}
	return nil
}
