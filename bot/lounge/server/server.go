package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/lounge/server/rooms"
	"earshot/bot/peer"
	"earshot/models"
	"earshot/models/ticks"
)

// Server is a lounge. ServeHTTP may be called as soon as it is made; requests for media wait until Run is running.
type Server struct {
	cfg      Config
	log      *slog.Logger
	routes   http.Handler
	budget   *budget.Counter
	rooms    *rooms.Registry
	sessions *sessions
	tracks   atomic.Int64 // publications so far

	ready   chan struct{} // closed when media can be served
	factory *peer.Factory // set before ready is closed
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
	port := 0
	if a, ok := mux.GetListenAddresses()[0].(*net.UDPAddr); ok {
		port = a.Port
	}
	close(s.ready)
	s.log.Info("lounge open", "udp_port", port)
	s.watchRooms(ctx)
	s.shut()
	s.sessions.running.Wait()
	return nil
}

// shut ends all sessions and watchers; calling it again does nothing.
func (s *Server) shut() {
	s.sessions.shut()
	s.rooms.Close()
}

// watchRooms keeps the talking indicators, and closes what nobody uses, until the context ends.
func (s *Server) watchRooms(ctx context.Context) {
	for now := range ticks.Every(ctx, tick) {
		s.rooms.TellChanges()
		s.rooms.CloseIdle(now)
	}
}

// media waits until Run has opened the UDP port, and keeps Run from returning until the request is done. It reports
// false after writing a refusal.
func (s *Server) media(w http.ResponseWriter, r *http.Request) (done func(), ok bool) {
	t := time.NewTimer(5 * time.Second)
	defer t.Stop()
	select {
	case <-s.sessions.closing:
	case <-r.Context().Done():
	case <-t.C:
	case <-s.ready:
		if done, ok = s.sessions.begin(); ok {
			return done, true
		}
	}
	refuse(w, http.StatusServiceUnavailable, "the lounge is not open")
	return nil, false
}

// People returns who publishes in a room, for the wiring's own displays.
func (s *Server) People(name string) []lounge.Person { return s.rooms.People(name) }
