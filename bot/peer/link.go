package peer

import "strings"

// maxLinks limits the ICE servers in a response.
const maxLinks = 16

// ParseLinks parses the ICE servers in Link headers (RFC 8288) as defined by WHIP (RFC 9725 section 4.6):
//
//	<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="secret"; credential-type="password"
//
// Other and malformed links are ignored.
func ParseLinks(headers []string) []ICEServer {
	var out []ICEServer
	for _, h := range headers {
		for _, part := range splitOutside(h, ',') {
			if s, ok := parseLink(part); ok && len(out) < maxLinks {
				out = append(out, s)
			}
		}
	}
	return out
}

func parseLink(s string) (ICEServer, bool) {
	fields := splitOutside(s, ';')
	target := strings.TrimSpace(fields[0])
	if len(target) < 3 || target[0] != '<' || target[len(target)-1] != '>' {
		return ICEServer{}, false
	}
	target = target[1 : len(target)-1]
	scheme, _, _ := strings.Cut(strings.ToLower(target), ":")
	if scheme != "stun" && scheme != "stuns" && scheme != "turn" && scheme != "turns" {
		return ICEServer{}, false
	}
	server := ICEServer{URLs: []string{target}}
	isICE := false
	for _, f := range fields[1:] {
		k, v, _ := strings.Cut(strings.TrimSpace(f), "=")
		v = unquote(strings.TrimSpace(v))
		switch strings.ToLower(strings.TrimSpace(k)) {
		case "rel":
			isICE = strings.EqualFold(v, "ice-server")
		case "username":
			server.Username = v
		case "credential":
			server.Credential = v
		}
	}
	return server, isICE
}

func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i < len(s)-2 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// splitOutside splits at sep outside of <…> and "…".
func splitOutside(s string, sep byte) []string {
	var out []string
	start, quoted, angled := 0, false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && !angled:
			quoted = !quoted
		case c == '<' && !quoted:
			angled = true
		case c == '>' && !quoted:
			angled = false
		case c == sep && !quoted && !angled:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}
