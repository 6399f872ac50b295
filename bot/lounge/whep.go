package lounge

import (
	"net/http"

	"earshot/bot/peer"
)

// whep lets a listener hear one person.
func (s *Server) whep(w http.ResponseWriter, r *http.Request) {
	e, done, ok := s.opening(w, r)
	if !ok {
		return
	}
	defer done()
	p := s.rooms.present(e.room, r.PathValue("person"))
	if p == nil {
		refuse(w, http.StatusNotFound, "nobody of that id speaks in this room")
		return
	}
	sdp, ok := s.enter(w, r, e, listening, "", func() (*peer.Conn, error) { return s.factory.Sender(p.out) })
	if !ok {
		return
	}
	res := s.sessions.open(e, nil)
	q := r.URL.Query()
	h := s.rooms.hear(e.caller, p, q.Get("watcher"), q.Get("name"), res)
	if h == nil {
		s.sessions.drop(res)
		refuse(w, http.StatusServiceUnavailable, "the room is full or the speaker has left")
		return
	}
	s.sessions.endWith(res, p.session)
	go s.serve(e, res, func() { s.rooms.unhear(h) })
	created(w, "../../res/"+res.id, res, sdp)
}
