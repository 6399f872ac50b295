package configs

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// ICE is how media finds its way to room servers.
type ICE struct {
	// Servers are STUN and TURN servers.
	Servers []ICEServer `mapstructure:"servers"`
	// TURNUser is the user name for the one TURN server that has none of its own.
	TURNUser string `mapstructure:"turn_user"`
	// TURNPasswordFile is the absolute path of a file with the password in its first line; empty: none.
	TURNPasswordFile string `mapstructure:"turn_password_file"`
	// Ports is a range of UDP ports, "40000-40999"; empty: any.
	Ports string `mapstructure:"ports"`
	// RelayOnly uses TURN alone, so that no address of this machine leaves it.
	RelayOnly bool `mapstructure:"relay_only"`
	// Interfaces are the only network interfaces to use; empty: all.
	Interfaces []string `mapstructure:"interfaces"`
	// IPv6 also uses IPv6.
	IPv6 bool `mapstructure:"ipv6"`
}

// PortRange is Ports as two numbers, 0 and 0 for any.
func (i ICE) PortRange() (low, high uint16) {
	low, high, _ = portRange(i.Ports)
	return low, high
}

func portRange(s string) (low, high uint16, ok bool) {
	if s == "" {
		return 0, 0, true
	}
	from, to, two := strings.Cut(s, "-")
	a, errA := strconv.ParseUint(from, 10, 16)
	b, errB := strconv.ParseUint(to, 10, 16)
	ok = two && errA == nil && errB == nil && a >= 1024 && b >= a+9
	return uint16(a), uint16(b), ok
}

func ports() kind {
	return kind{
		want: "a range of at least ten UDP ports above 1023, like 40000-40999, or empty",
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			_, _, fits := portRange(s)
			return s, ok && fits
		},
	}
}

// isICEServer knows STUN and TURN URIs. Credentials do not belong into them.
func isICEServer(s string) bool {
	scheme, rest, _ := strings.Cut(s, ":")
	host, query, _ := strings.Cut(rest, "?")
	v, err := url.ParseQuery(query)
	transport := v.Get("transport")
	v.Del("transport")
	if name, port, errPort := net.SplitHostPort(host); errPort == nil {
		if _, errNum := strconv.ParseUint(port, 10, 16); errNum != nil {
			return false
		}
		host = name
	}
	if err != nil || len(v) > 0 || host == "" || strings.ContainsAny(host, "/@ \x00") {
		return false
	}
	switch scheme {
	case "stun", "stuns":
		return query == ""
	case "turn":
		return transport == "" || transport == "udp" || transport == "tcp"
	case "turns":
		return transport == "" || transport == "tcp"
	default:
		return false
	}
}

func interfaces() kind {
	name := regexp.MustCompile(`^[^\s/\x00]{1,32}$`)
	return kind{
		want: "a list of names of network interfaces, like [eth0, wg0]",
		read: func(g given) (any, bool) { return g.each(name.MatchString) },
	}
}

func oneWord(most int) kind {
	return kind{
		want: fmt.Sprintf("a text of at most %d characters", most),
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			return s, ok && len(s) <= most && !strings.ContainsAny(s, "\x00\n")
		},
	}
}

// each reads a list whose elements all fit.
func (g given) each(fits func(string) bool) (any, bool) {
	out := []string{}
	for _, e := range g.elements() {
		s, ok := e.word("!!str")
		if !ok || !fits(s) {
			return nil, false
		}
		out = append(out, s)
	}
	return out, g.list != nil || g.tag == ""
}
