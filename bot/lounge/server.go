package lounge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"earshot/bot/peer"
	"earshot/models"
)

// Server is a lounge. ServeHTTP may be called as soon as it is made; requests for media wait until Run is running.
type Server struct {
	cfg    Config
	log    *slog.Logger
	routes http.Handler

	ready   chan struct{} // closed when media can be served
	closing chan struct{} // closed when Run ends
	factory *peer.Factory // set before ready is closed
	udpPort int

	mu        sync.Mutex
	rooms     map[string]*room
	resources map[string]*resource
	shares    map[string]*share // by address
	held      [places]int       // by all shares together
	hosts     map[string]bool   // looks of the names that hosts and bots go by
	tracks    int               // publications so far
	lines     int               // of chat, so far
	closed    bool
	sessions  sync.WaitGroup
}

// New makes a lounge; nothing runs yet.
func New(c Config) *Server {
	c.Limits = c.Limits.withDefaults()
	if c.Room == "" {
		c.Room = "lounge"
	}
	if c.BotName == "" {
		c.BotName = "Earshot"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		cfg: c, log: c.Log, ready: make(chan struct{}), closing: make(chan struct{}),
		rooms: map[string]*room{}, resources: map[string]*resource{}, shares: map[string]*share{}, hosts: map[string]bool{},
	}
	s.routes = s.handler()
	return s
}

// Run opens the UDP port and serves media until the context ends; then it ends every session, tells the watchers that
// the rooms are closed and returns nil after all its goroutines. It may be called once.
func (s *Server) Run(ctx context.Context) error {
	defer s.shut()
	mux, err := peer.NewMux(s.cfg.UDPPort, s.cfg.Peer)
	if err != nil {
		return models.WithHint(fmt.Errorf("lounge: %w", err), "choose another UDP port for the lounge, or 0 for any free one")
	}
	defer mux.Close()
	pc := s.cfg.Peer
	pc.Mux = mux
	if s.factory, err = peer.New(pc); err != nil {
		return fmt.Errorf("lounge: %w", err)
	}
	if a, ok := mux.GetListenAddresses()[0].(*net.UDPAddr); ok {
		s.udpPort = a.Port
	}
	close(s.ready)
	s.log.Info("lounge open", "udp_port", s.udpPort)
	s.watchTalking(ctx)
	s.shut()
	s.sessions.Wait()
	return nil
}

// shut ends all sessions and watchers; calling it again does nothing.
func (s *Server) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	close(s.closing)
	for _, r := range s.rooms {
		r.close(Event{Type: EventClosed})
	}
	for _, res := range s.resources {
		res.cancel(errClosing)
	}
}

var errClosing = errors.New("the lounge is closing")

// watchTalking keeps the talking indicators until the context ends.
func (s *Server) watchTalking(ctx context.Context) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.tellChanges()
			s.closeIdle(now)
		}
	}
}

// tellChanges tells who talks and who listens, where that has changed.
func (s *Server) tellChanges() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rooms {
		if r.listening { // at most once a tick, however many come and go
			r.listening = false
			r.tell(Event{Type: EventListeners, Listeners: r.listeners()})
		}
		for _, p := range r.people {
			if now := p.out.talking() && !p.Muted; now != p.Talking {
				p.Talking = now
				r.tell(Event{Type: EventTalking, ID: p.ID, Talking: now})
			}
		}
	}
}

// media waits until Run has opened the UDP port, and keeps Run from returning until the request is done. It reports
// false after writing a refusal.
func (s *Server) media(w http.ResponseWriter, r *http.Request) (done func(), ok bool) {
	t := time.NewTimer(5 * time.Second)
	defer t.Stop()
	select {
	case <-s.closing:
	case <-r.Context().Done():
	case <-t.C:
	case <-s.ready:
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed {
			s.sessions.Add(1)
			return s.sessions.Done, true
		}
	}
	refuse(w, http.StatusServiceUnavailable, "the lounge is not open")
	return nil, false
}

// room finds a room or opens it; the caller holds mu. The denial says why it is not opened.
func (s *Server) room(name string, c caller) (*room, *denial) {
	if r := s.rooms[name]; r != nil {
		return r, nil
	}
	if len(s.rooms) >= s.cfg.Limits.Rooms+reservedRooms {
		return nil, &denial{http.StatusServiceUnavailable, "the lounge takes no more rooms"}
	}
	opened, no := s.take(c, opening, 0)
	if no != nil {
		return nil, no
	}
	r := newRoom(name)
	r.opened, r.used = opened, time.Now()
	s.rooms[name] = r
	return r, nil
}

// tidy forgets a room that nobody is in; the caller holds mu.
func (s *Server) tidy(r *room) {
	if r.empty() {
		s.forget(r)
	}
}

// forget takes a room off the list; the caller holds mu.
func (s *Server) forget(r *room) {
	if s.rooms[r.name] == r {
		delete(s.rooms, r.name)
		r.opened.giveBack()
	}
}

// closeIdle ends rooms that nobody has used for long. What hosts decided there is kept for a day.
func (s *Server) closeIdle(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rooms {
		if r.inUse() {
			r.used = now
		}
		if now.Sub(r.used) < s.cfg.Limits.Idle {
			continue
		}
		r.close(Event{Type: EventClosed, Idle: true})
		r.opened.giveBack()
		if len(r.marks) == 0 || now.Sub(r.used) > keepMarks {
			s.forget(r)
		}
	}
}

// People returns who publishes in a room, for the wiring's own displays.
func (s *Server) People(name string) []Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.rooms[name]; r != nil {
		return r.state("").People
	}
	return nil
}
