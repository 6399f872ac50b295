package configs

import (
	"net"
	"net/url"
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

// ICEServer is a STUN or TURN server.
type ICEServer struct {
	// URL is as RFC 7064 and RFC 7065 write them: "stun:host:port", "turn:host:port?transport=udp",
	// "turns:host:port?transport=tcp".
	URL string `mapstructure:"url"`
	// User is the name for a TURN server, and PasswordFile the absolute path of a file with its password in the first line;
	// both empty: those of ICE.
	User         string `mapstructure:"user"`
	PasswordFile string `mapstructure:"password_file"`
}

// Host is the server's name or address, in lower case.
func (s ICEServer) Host() string {
	_, rest, _ := strings.Cut(s.URL, ":")
	rest, _, _ = strings.Cut(rest, "?")
	if host, _, err := net.SplitHostPort(rest); err == nil {
		rest = host
	}
	return strings.ToLower(rest)
}

// iceServerFields are the keys of a STUN or TURN server.
func iceServerFields() []setting {
	return []setting{
		{"url", kind{
			want: "the address of a STUN or TURN server, like stun:stun.example:3478 or turns:turn.example:5349?transport=tcp",
			read: func(g given) (any, bool) {
				s, ok := g.word("!!str")
				return s, ok && isICEServer(s)
			},
		}},
		{"user", oneWord(512)},
		{"password_file", file("the path of a file")},
	}
}
