package server

import (
	"encoding/json"
	"net/http"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
)

// caption shows a line of what is said to everybody in a room: POST /rooms/{room}/captions with a lounge.Caption and the host's token.
// Captions are passed on and not kept.
func (s *Server) caption(w http.ResponseWriter, r *http.Request) {
	room, ok := s.askedByHost(w, r)
	if !ok {
		return
	}
	b, ok := s.body(w, r, "application/json")
	if !ok {
		return
	}
	var c lounge.Caption
	if err := json.Unmarshal(b, &c); err != nil || c.ID == "" || len(c.ID) > maxLine {
		refuse(w, http.StatusBadRequest, `the body must be {"id":…, "person":…, "name":…, "text":…, "final":…} with an id`)
		return
	}
	c.Name, c.Text = names.Line(c.Name, names.MaxLength), names.Line(c.Text, maxLine)
	if no := s.rooms.Caption(room, &c); no != nil {
		deny(w, no)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
