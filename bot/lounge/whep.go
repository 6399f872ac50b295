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
	p := s.present(e.room, r.PathValue("person"))
	if p == nil {
		refuse(w, http.StatusNotFound, "nobody of that id speaks in this room")
		return
	}
	answer, ok := s.enter(w, r, e, listening, "", func() (*peer.Conn, error) { return s.factory.Sender(p.out) })
	if !ok {
		return
	}
	res := s.hear(e, p, r)
	if res == nil {
		s.turnAway(w, e, &denial{http.StatusServiceUnavailable, "the room is full or the speaker has left"})
		return
	}
	created(w, "../../res/"+res.id, res, answer)
}

func (s *Server) present(roomName, id string) *person {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.rooms[roomName]; r != nil {
		return r.people[id]
	}
	return nil
}

// hear registers a listener of p. The session ends with the publication.
func (s *Server) hear(e *entry, p *person, req *http.Request) *resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[e.room]
	if s.closed || r == nil || r.people[p.ID] != p || r.full(s.cfg.Limits, e.caller, listening) {
		return nil
	}
	res := s.open(r, e)
	q := req.URL.Query()
	h := &hearing{watcher: q.Get("watcher"), name: cleanName(q.Get("name"), somebody), public: publicID(res.id), host: e.host, res: res}
	if s.misleads(h.name, e.host) != "" {
		h.name = somebody
	}
	r.hearing[res.id] = h
	r.listening = true
	s.sessions.Add(1)
	go s.endWith(res, p.res)
	go s.serve(res, func() {
		delete(r.hearing, res.id)
		r.listening = true
	})
	return res
}

// endWith ends a listener's session when the publication that it hears is over.
func (s *Server) endWith(res, publication *resource) {
	defer s.sessions.Done()
	select {
	case <-publication.ctx.Done():
		res.cancel(errLeft)
	case <-res.ctx.Done():
	}
}
