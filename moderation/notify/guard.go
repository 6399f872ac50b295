package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"earshot/models"
)

// errForbidden says that notices must not be sent to an address.
var errForbidden = models.WithHint(errors.New("the address is not on the public internet"),
	"if this server is yours, on this machine or in your network, write private: yes for the target")

// control refuses a connection by its resolved address.
func control(private bool) func(network, address string, _ syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil || network != "tcp4" && network != "tcp6" || !models.MayReach(ap.Addr(), private) {
			return errForbidden
		}
		return nil
	}
}

// dialFunc makes connections.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// guardedDial connects to allowed addresses only. resolver is nil for the system's.
func guardedDial(private bool, resolver *net.Resolver) dialFunc {
	d := &net.Dialer{Timeout: tryTime, Control: control(private), Resolver: resolver, KeepAlive: -1}
	return d.DialContext
}

// newClient returns a client that connects with dial: without proxies, redirects, cookies or kept connections.
func newClient(dial dialFunc) *http.Client {
	return &http.Client{
		Timeout: tryTime,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy from the environment would bypass the address check
			DialContext:            dial,
			TLSHandshakeTimeout:    tryTime,
			ResponseHeaderTimeout:  tryTime,
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      true,
			DisableCompression:     true, // prevents decompression bombs
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Limits of one attempt.
const (
	tryTime = 10 * time.Second
	maxRead = 64 << 10
)

// cause returns why a request failed, without the address that net/http adds.
func cause(err error) error {
	var timeout interface{ Timeout() bool }
	var dns *net.DNSError
	switch {
	case errors.Is(err, errForbidden):
		return errForbidden
	case errors.As(err, &dns) && dns.IsNotFound:
		return errors.New("its name is not known")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("it refused the connection")
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("no answer within %v", tryTime)
	case errors.Is(err, context.Canceled):
		return context.Canceled
	}
	return errors.New("the connection failed")
}
