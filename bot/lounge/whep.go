package lounge

import (
	"net/http"

	"earshot/bot/peer"
)

// whep lets a listener hear one person.
func (s *Server) whep(w http.ResponseWriter, r *http.Request) {
	name, offer, done, ok := s.opening(w, r)
	if !ok {
		return
	}
	defer done()
	p := s.present(name, r.PathValue("person"))
	if p == nil {
		refuse(w, http.StatusNotFound, "nobody of that id speaks in this room")
		return
	}
	conn, answer, err := s.answer(r.Context(), offer, func() (*peer.Conn, error) { return s.factory.Sender(p.out) })
	if err != nil {
		s.log.Debug("offer refused", "room", name, "err", err)
		refuse(w, http.StatusBadRequest, "the offer cannot be answered")
		return
	}
	res := s.hear(name, p, conn, r)
	if res == nil {
		conn.Close()
		refuse(w, http.StatusServiceUnavailable, "the room is full or the speaker has left")
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
func (s *Server) hear(name string, p *person, conn *peer.Conn, req *http.Request) *resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	if s.closed || r == nil || r.people[p.ID] != p || len(r.hearing) >= s.cfg.Limits.Hearing {
		return nil
	}
	res := s.open(r, conn)
	q := req.URL.Query()
	h := &hearing{watcher: q.Get("watcher"), name: cleanName(q.Get("name"), "Somebody"), public: publicID(res.id), res: res}
	r.hearing[res.id] = h
	r.tell(Event{Type: EventListeners, Listeners: r.listeners()})
	s.sessions.Add(1)
	go s.endWith(res, p.res)
	go s.serve(res, func() {
		delete(r.hearing, res.id)
		r.tell(Event{Type: EventListeners, Listeners: r.listeners()})
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
