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
)

// errForbidden says that an address is none that notices may go to.
var errForbidden = errors.New("the address is not on the public internet")

// reserved are the ranges that are neither public nor known to netip as private: IANA's special-purpose registries
// (RFC 6890 and what came after it).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("fec0::/10"),
}

// Ranges of IPv6 that carry an IPv4 address.
var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // in the last four bytes
	sixToFo = netip.MustParsePrefix("2002::/16")    // after the prefix
)

// embedded is the IPv4 address that an IPv6 address stands for, or the address itself.
func embedded(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	b := ip.As16()
	switch {
	case nat64.Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFo.Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return ip
}

// allowed decides on the address that a connection is about to be made to. private allows the networks of a house or a
// company and this machine, but never link-local addresses, where clouds keep their secrets.
func allowed(ip netip.Addr, private bool) bool {
	ip = embedded(ip)
	switch {
	case !ip.IsValid(), ip.IsUnspecified(), ip.IsMulticast(), ip.IsLinkLocalUnicast():
		return false
	case ip.IsLoopback(), ip.IsPrivate():
		return private
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// control refuses a connection by its address, after names were resolved and whatever they resolved to.
func control(private bool) func(network, address string, _ syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil || network != "tcp4" && network != "tcp6" || !allowed(ap.Addr(), private) {
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

// newClient sends over dial: without proxies, redirects, cookies or kept connections.
func newClient(dial dialFunc) *http.Client {
	return &http.Client{
		Timeout: tryTime,
		Transport: &http.Transport{
			Proxy:                  nil, // the environment's proxy would connect where we must not
			DialContext:            dial,
			TLSHandshakeTimeout:    tryTime,
			ResponseHeaderTimeout:  tryTime,
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      true,
			DisableCompression:     true, // nobody can send us a bomb
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Limits of one try.
const (
	tryTime = 10 * time.Second
	maxRead = 64 << 10
)

// cause is why a request failed, without the address that net/http puts in front.
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
