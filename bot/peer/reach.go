package peer

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/pion/stun"

	"earshot/models"
)

// Reach restricts the addresses that may be contacted on behalf of a room server: its own, and those that it names.
type Reach int

// The values of Reach. A server from an invitation that is not configured gets Public at most.
const (
	// Anywhere is for configured servers.
	Anywhere Reach = iota
	// Private covers the public internet and private networks, but not link-local addresses, at which clouds serve secrets.
	Private
	// Public covers only the public internet.
	Public
)

// ErrOutOfReach means that a connection was refused because of its address.
var ErrOutOfReach = errors.New("the address is not on the public internet")

func (r Reach) allows(ip netip.Addr) bool { return r == Anywhere || models.MayReach(ip, r == Private) }

// allowsText is allows for an address in text form. Anything else is not allowed.
func (r Reach) allowsText(host string) bool {
	ip, err := netip.ParseAddr(host)
	return r == Anywhere || err == nil && r.allows(ip)
}

// control checks the resolved address of a connection.
func (r Reach) control(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if r != Anywhere && (err != nil || network != "tcp4" && network != "tcp6" || !r.allows(ap.Addr())) {
		return ErrOutOfReach
	}
	return nil
}

// Within returns a factory with the same settings and this reach.
func (f *Factory) Within(r Reach) *Factory {
	g := *f
	g.reach = r
	return &g
}

// Dialer returns a dialer for signalling servers, restricted to the factory's reach. A nil factory reaches anywhere.
func (f *Factory) Dialer(within time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: within, Control: f.within().control}
}

// Proxy returns the proxy function of the environment, but nil if addresses are restricted, because a proxy would connect in our place.
func (f *Factory) Proxy() func(*http.Request) (*url.URL, error) {
	if f.within() == Anywhere {
		return http.ProxyFromEnvironment
	}
	return nil
}

// Anywhere reports whether addresses are unrestricted.
func (f *Factory) Anywhere() bool { return f.within() == Anywhere }

func (f *Factory) within() Reach {
	if f == nil {
		return Anywhere
	}
	return f.reach
}

var candidateLine = regexp.MustCompile(`(?m)^a=(candidate:[^\r\n]*)\r?\n`)

// judged removes the candidates that are out of reach from a session description.
func (r Reach) judged(sdp string) string {
	if r == Anywhere {
		return sdp
	}
	return candidateLine.ReplaceAllStringFunc(sdp, func(line string) string {
		if r.candidate(strings.TrimPrefix(line, "a=")) {
			return line
		}
		return ""
	})
}

// candidate reports whether a remote candidate (RFC 8839 section 5.1) is within reach; an empty one marks the end of candidates.
func (r Reach) candidate(text string) bool {
	fields := strings.Fields(text)
	return r == Anywhere || len(fields) == 0 || len(fields) > 5 && r.allowsText(fields[4])
}

// lookupWithin limits the lookup of ICE servers that a server names.
const lookupWithin = 3 * time.Second

// servers returns the ICE servers that are within reach, with resolved addresses, because names could resolve differently later. It omits
// servers with TLS, which need their names.
func (r Reach) servers(named []ICEServer) []ICEServer {
	if r == Anywhere {
		return named
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupWithin)
	defer cancel()
	var out []ICEServer
	for _, s := range named {
		var urls []string
		for _, raw := range s.URLs {
			if u, ok := r.pinned(ctx, raw); ok {
				urls = append(urls, u)
			}
		}
		if s.URLs = urls; len(urls) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func (r Reach) pinned(ctx context.Context, raw string) (string, bool) {
	u, err := stun.ParseURI(raw)
	if err != nil {
		return "", false
	}
	if ip, err := netip.ParseAddr(u.Host); err == nil {
		return raw, r.allows(ip)
	}
	if u.IsSecure() {
		return "", false
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", u.Host)
	if err != nil || len(found) == 0 || !r.allows(found[0]) {
		return "", false
	}
	u.Host = found[0].Unmap().String()
	return u.String(), true
}
