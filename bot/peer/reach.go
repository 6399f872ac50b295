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

// Reach is where a room server may lead this program: to itself, and to the addresses that it names.
type Reach int

// The reaches. A server that somebody invites the bot to, and that no configuration names, gets no further than Public.
const (
	// Anywhere is for servers that the configuration names.
	Anywhere Reach = iota
	// Private is the public internet and private networks, without the addresses at which clouds keep their secrets.
	Private
	// Public is the public internet alone.
	Public
)

// ErrOutOfReach says that an address was not connected to.
var ErrOutOfReach = errors.New("the address is not on the public internet")

func (r Reach) allows(ip netip.Addr) bool { return r == Anywhere || models.MayReach(ip, r == Private) }

// allowsText is allows for an address as signalling writes it; what is no address is not allowed.
func (r Reach) allowsText(host string) bool {
	ip, err := netip.ParseAddr(host)
	return r == Anywhere || err == nil && r.allows(ip)
}

// control judges the address that a connection is made to, after names were resolved and whatever they resolved to.
func (r Reach) control(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if r != Anywhere && (err != nil || network != "tcp4" && network != "tcp6" || !r.allows(ap.Addr())) {
		return ErrOutOfReach
	}
	return nil
}

// Within is a factory with the same settings whose connections get no further.
func (f *Factory) Within(r Reach) *Factory {
	g := *f
	g.reach = r
	return &g
}

// Dialer connects to the servers that signal for this factory's connections. A nil factory's reaches anywhere.
func (f *Factory) Dialer(within time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: within, Control: f.within().control}
}

// Proxy is how the environment says that servers are reached: never through a proxy where addresses are judged, since it
// would connect in our place.
func (f *Factory) Proxy() func(*http.Request) (*url.URL, error) {
	if f.within() == Anywhere {
		return http.ProxyFromEnvironment
	}
	return nil
}

func (f *Factory) within() Reach {
	if f == nil {
		return Anywhere
	}
	return f.reach
}

var candidateLine = regexp.MustCompile(`(?m)^a=(candidate:[^\r\n]*)\r?\n`)

// judged is a session description without the candidates that are out of reach.
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

// candidate judges a remote candidate (RFC 8839 section 5.1); an empty one ends the candidates.
func (r Reach) candidate(text string) bool {
	fields := strings.Fields(text)
	return r == Anywhere || len(fields) == 0 || len(fields) > 5 && r.allowsText(fields[4])
}

// lookupWithin bounds finding the addresses of the ICE servers that a server names.
const lookupWithin = 3 * time.Second

// servers are those of the ICE servers that a server named which are within reach, by their addresses: names could lead
// elsewhere when they are looked up again. What needs its name, TLS, is left out.
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
