package server

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/lounge/server/forward"
	"earshot/bot/lounge/server/rooms"
	"earshot/bot/peer"
	"earshot/models"
)

const answerWithin = 5 * time.Second

// whip takes a publication.
func (s *Server) whip(w http.ResponseWriter, r *http.Request) {
	e, done, ok := s.opening(w, r)
	if !ok {
		return
	}
	defer done()
	p, arrived := s.newPerson(e, r)
	defer arrived()
	sdp, ok := s.enter(w, r, e, budget.Speaking, p.ID, func(f *peer.Factory) (*peer.Conn, error) {
		return f.Receiver(peer.Handler{Track: firstTrack(p)})
	})
	if !ok {
		return
	}
	res := s.sessions.open(e, p)
	if no := s.rooms.Join(e.room, e.Caller, p, r.URL.Query().Get("watcher"), res); no != nil {
		s.sessions.drop(res)
		deny(w, no)
		return
	}
	go s.serve(e, res, func() { s.rooms.Leave(p) })
	w.Header().Set(lounge.PersonHeader, p.ID)
	created(w, "../res/"+res.id, res, sdp)
}

// serve keeps a session until it is over.
func (s *Server) serve(e *entry, res *resource, gone func()) {
	err := s.sessions.serve(res, gone)
	s.log.Debug("session over", "room", e.room, "err", err)
}

// opening reads a room's name and an offer. When ok, done must be called at the end of the request; else it was refused.
func (s *Server) opening(w http.ResponseWriter, r *http.Request) (e *entry, done func(), ok bool) {
	e = &entry{}
	if e.room, e.Caller, ok = s.asked(w, r); !ok {
		return nil, nil, false
	}
	if !s.budget.MayOffer(e.Caller) {
		refuse(w, http.StatusTooManyRequests, "too many offers come from your address: wait a moment")
		return nil, nil, false
	}
	if done, ok = s.media(w, r); !ok {
		return nil, nil, false
	}
	if e.offer, ok = s.offer(w, r, e.Caller); !ok {
		done()
	}
	return e, done, ok
}

// offer reads a request's offer; it reports false after writing a refusal.
func (s *Server) offer(w http.ResponseWriter, r *http.Request, c budget.Caller) (offered, bool) {
	b, ok := s.body(w, r, "application/sdp")
	if !ok {
		return offered{}, false
	}
	o, status, why := readOffer(string(b), c.Addr)
	if why != "" {
		refuse(w, status, why)
		return o, false
	}
	return o, true
}

// enter takes a place, before a connection is made for it, and answers the offer; person is who speaks, or "". When ok is
// false, the request was refused.
func (s *Server) enter(
	w http.ResponseWriter, r *http.Request, e *entry, p budget.Place, person string, connect func(*peer.Factory) (*peer.Conn, error),
) (sdp string, ok bool) {
	var no *lounge.Problem
	if e.reserved, no = s.rooms.Reserve(e.room, e.Caller, p, person); no != nil {
		deny(w, no)
		return "", false
	}
	conn, sdp, err := s.answer(r.Context(), e.offer.sdp, connect)
	if err != nil {
		s.log.Debug("offer refused", "room", e.room, "err", err)
		e.reserved.Release()
		refuse(w, http.StatusBadRequest, "the offer cannot be answered")
		return "", false
	}
	e.conn = conn
	return sdp, true
}

// newPerson reads who publishes. The fields that the room decides are set by join; arrived must be called after it, or instead.
func (s *Server) newPerson(e *entry, r *http.Request) (p *rooms.Speaker, arrived func()) {
	name := r.URL.Query().Get("name")
	id, arrived := s.rooms.Identify(e.room, r.Header.Get(lounge.KeyHeader), e.From, names.Clean(name, ""))
	p = &rooms.Speaker{Person: lounge.Person{ID: id, Track: fmt.Sprintf("%s.%d", id, s.tracks.Add(1)), Role: models.RoleGuest}, From: e.From}
	if e.Host {
		p.Role = models.RoleHost
	}
	p.Name = names.Clean(name, rooms.GuestName(id))
	p.Out = forward.New(p.Track)
	return p, arrived
}

// firstTrack takes the first track of a publication and ignores others: one person has one microphone.
func firstTrack(p *rooms.Speaker) func(peer.RemoteTrack) peer.Sink {
	var taken atomic.Bool
	return func(peer.RemoteTrack) peer.Sink {
		if taken.Swap(true) {
			return nil
		}
		return p.Out
	}
}

// answer makes a connection and its answer, which holds all candidates.
func (s *Server) answer(ctx context.Context, offer string, connect func(*peer.Factory) (*peer.Conn, error)) (*peer.Conn, string, error) {
	f, err := s.factory.Accepting(offer)
	if err != nil {
		return nil, "", err
	}
	conn, err := connect(f)
	if err != nil {
		return nil, "", err
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	answer, err := conn.Accept(ctx, offer, true)
	if err != nil {
		conn.Close()
		return nil, "", err
	}
	return conn, answer, nil
}
