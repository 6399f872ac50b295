package server

import (
	"net/http"
	"slices"

	"earshot/bot/lounge"
	"earshot/models"
)

// moderate lets a host act on a person: POST /rooms/{room}/people/{person}/{verb} with the host's token.
func (s *Server) moderate(w http.ResponseWriter, r *http.Request) {
	name, ok := s.askedByHost(w, r)
	if !ok {
		return
	}
	verb := models.Verb(r.PathValue("verb"))
	if !slices.Contains(lounge.HostRights(), verb) {
		refuse(w, http.StatusNotFound, "there is no such action")
		return
	}
	if !s.rooms.Decide(name, r.PathValue("person"), verb) {
		refuse(w, http.StatusNotFound, "nobody of that id is in this room")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// askedByHost is the room that a host's request names. When ok is false, it has been answered.
func (s *Server) askedByHost(w http.ResponseWriter, r *http.Request) (room string, ok bool) {
	room, c, ok := s.asked(w, r)
	if ok && !c.Host {
		w.Header().Set("WWW-Authenticate", `Bearer realm="lounge"`)
		refuse(w, http.StatusUnauthorized, "only a host may do that: send the host's token")
		return "", false
	}
	return room, ok
}
