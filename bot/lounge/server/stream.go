package server

import (
	"fmt"
	"net/http"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
)

// events streams who is here (text/event-stream). With ?listener=NAME the watcher is shown to everybody as a listener
// for as long as the stream lasts.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	name, c, ok := s.asked(w, r)
	if !ok {
		return
	}
	listener := r.URL.Query().Get("listener")
	if listener != "" {
		listener = names.Clean(listener, "Listener")
	}
	watch, no := s.rooms.Watch(name, listener, c)
	if no != nil {
		deny(w, no)
		return
	}
	defer s.rooms.Unwatch(watch)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy in between must not wait for more
	stream(w, r, watch.Queue)
}

// stream writes events until the queue is closed or the watcher is gone or too slow.
func stream(w http.ResponseWriter, r *http.Request, queue <-chan []byte) {
	rc := http.NewResponseController(w)
	ping := time.NewTicker(lounge.PingEvery)
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
