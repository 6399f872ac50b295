package server

import (
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"

	"earshot/bot/lounge/server/budget"
	"earshot/models"
)

// callerOf is who sends a request; ok is false when a wrong token was refused.
func (s *Server) callerOf(w http.ResponseWriter, r *http.Request) (c budget.Caller, ok bool) {
	c = budget.Caller{Addr: sender(r), From: models.SourceOf(r.RemoteAddr)}
	c.Host, ok = s.hostToken(w, r)
	return c, ok
}

// asked is the room that a request names, and who asks. When ok is false, it has been answered.
func (s *Server) asked(w http.ResponseWriter, r *http.Request) (room string, c budget.Caller, ok bool) {
	if room, ok = roomName(w, r); ok {
		c, ok = s.callerOf(w, r)
	}
	return room, c, ok
}

// hostToken reports whether the request carries the host's token; a wrong one is refused.
func (s *Server) hostToken(w http.ResponseWriter, r *http.Request) (host, ok bool) {
	auth := r.Header.Get("Authorization")
	if auth == "" {
		return false, true
	}
	given, isBearer := strings.CutPrefix(auth, "Bearer ")
	if !isBearer || s.cfg.HostToken == "" || subtle.ConstantTimeCompare([]byte(given), []byte(s.cfg.HostToken)) != 1 {
		w.Header().Set("WWW-Authenticate", `Bearer realm="lounge"`)
		refuse(w, http.StatusUnauthorized, "this is not the host's token")
		return false, false
	}
	return true, true
}

// sender is the address that a request came from, for reachable: none where a proxy speaks for somebody whom we do not know.
func sender(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	from := ap.Addr().Unmap().WithZone("")
	if from.IsLoopback() {
		for _, h := range []string{"Forwarded", "X-Forwarded-For", "Via"} {
			if r.Header.Get(h) != "" {
				return netip.Addr{}
			}
		}
	}
	return from
}
