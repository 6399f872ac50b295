package server

import (
	"encoding/json"
	"net/http"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
)

// maxLine is how long a line of the chat may be, in characters.
const maxLine = 1000

// chat passes a line on. Whoever follows the room's events may write to everybody; only a host may write to one person.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	name, from, ok := s.asked(w, r)
	if !ok {
		return
	}
	b, ok := s.body(w, r, "application/json")
	if !ok {
		return
	}
	var in struct{ Text, To, Name string }
	if err := json.Unmarshal(b, &in); err != nil || names.Line(in.Text, maxLine) == "" {
		refuse(w, http.StatusBadRequest, `the body must be {"text":…, "to":…, "name":…} with a text`)
		return
	}
	if in.To != "" && !from.Host {
		refuse(w, http.StatusForbidden, "only a host may write to one person")
		return
	}
	c := lounge.Chat{Name: names.Clean(in.Name, "Guest"), Text: names.Line(in.Text, maxLine), To: in.To, At: time.Now().UTC()}
	if no := s.rooms.Say(name, r.Header.Get(lounge.WatcherHeader), from, &c); no != nil {
		deny(w, no)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(c)
}
