package server

import (
	"net/http"

	"earshot/bot/lounge/server/budget"
	"earshot/bot/peer"
)

// whep lets a listener hear one person.
func (s *Server) whep(w http.ResponseWriter, r *http.Request) {
	e, done, ok := s.opening(w, r)
	if !ok {
		return
	}
	defer done()
	p := s.rooms.Present(e.room, r.PathValue("person"))
	if p == nil {
		refuse(w, http.StatusNotFound, "nobody of that id speaks in this room")
		return
	}
	sdp, ok := s.enter(w, r, e, budget.Listening, "", func(f *peer.Factory) (*peer.Conn, error) { return f.Sender(p.Out) })
	if !ok {
		return
	}
	res := s.sessions.open(e, nil)
	q := r.URL.Query()
	h := s.rooms.Hear(e.Caller, p, q.Get("watcher"), q.Get("name"), res)
	if h == nil {
		s.sessions.drop(res)
		refuse(w, http.StatusServiceUnavailable, "the room is full or the speaker has left")
		return
	}
	s.sessions.endWith(res, p.Session)
	go s.serve(e, res, func() { s.rooms.Unhear(h) })
	created(w, "../../res/"+res.id, res, sdp)
}
