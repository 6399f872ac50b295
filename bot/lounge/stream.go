package lounge

import (
	"fmt"
	"net/http"
	"time"
)

// events streams who is here (text/event-stream). With ?listener=NAME the watcher is shown to everybody as a listener
// for as long as the stream lasts.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	name, c, ok := s.asked(w, r)
	if !ok {
		return
	}
	watch := &watcher{id: secret(), host: c.host, queue: make(chan []byte, queueLength)}
	if l := r.URL.Query().Get("listener"); l != "" {
		watch.name = cleanName(l, "Listener")
	}
	rm, no := s.watch(name, watch, c)
	if no != nil {
		refuse(w, no.status, no.title)
		return
	}
	defer s.unwatch(rm, watch)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy in between must not wait for more
	stream(w, r, watch.queue)
}

// watch adds a watcher, whose queue begins with the room's state.
func (s *Server) watch(name string, w *watcher, c caller) (_ *room, no *denial) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, &denial{http.StatusServiceUnavailable, "the lounge is closing"}
	}
	r, no := s.room(name, c)
	if no != nil {
		return nil, no
	}
	if r.full(s.cfg.Limits, c, watching) {
		return nil, &denial{http.StatusServiceUnavailable, "too many follow this room already"}
	}
	if w.seat, no = s.take(c, watching, 0); no != nil {
		s.tidy(r)
		return nil, no
	}
	if w.name != "" {
		w.name = s.listenerName(w.name, w.host)
	}
	r.watchers[w.id] = w
	w.queue <- encode(r.state(w.id))
	if w.name != "" {
		r.listening = true
	}
	return r, nil
}

func (s *Server) unwatch(r *room, w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.watchers[w.id] == w {
		r.cut(w)
	}
	if w.name != "" {
		r.listening = true
	}
	s.tidy(r)
}

// stream writes events until the queue is closed or the watcher is gone or too slow.
func stream(w http.ResponseWriter, r *http.Request, queue <-chan []byte) {
	rc := http.NewResponseController(w)
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	send := func(format string, a ...any) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(writeWithin)) // not every writer has deadlines
		if _, err := fmt.Fprintf(w, format, a...); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	for ok := send("retry: 1000\n\n"); ok; {
		select {
		case b, open := <-queue:
			ok = open && send("data: %s\n\n", b)
		case <-ping.C:
			ok = send(": here\n\n")
		case <-r.Context().Done():
			return
		}
	}
}
