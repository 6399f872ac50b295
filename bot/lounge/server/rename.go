package server

import (
	"encoding/json"
	"net/http"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
)

// rename lets a visible listener change its name: POST /rooms/{room}/name with {"name":…} and the secret of its event
// stream. It may do so as often as it may write to the chat.
func (s *Server) rename(w http.ResponseWriter, r *http.Request) {
	name, c, ok := s.asked(w, r)
	if !ok {
		return
	}
	b, ok := s.body(w, r, "application/json")
	if !ok {
		return
	}
	var in struct{ Name string }
	if err := json.Unmarshal(b, &in); err != nil || names.Line(in.Name, names.MaxLength) == "" {
		refuse(w, http.StatusBadRequest, `the body must be {"name":…} with a name`)
		return
	}
	if no := s.rooms.Rename(name, r.Header.Get(lounge.WatcherHeader), c, names.Line(in.Name, names.MaxLength)); no != nil {
		deny(w, no)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
