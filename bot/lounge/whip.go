package lounge

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"earshot/bot/peer"
	"earshot/models"
)

// Request and answer headers of the lounge beyond WHIP.
const (
	// KeyHeader holds a client's own secret of at least 16 characters: who publishes with it again is the same person.
	KeyHeader = "Earshot-Key"
	// PersonHeader tells the publisher its person id.
	PersonHeader = "Earshot-Person"
)

const answerWithin = 5 * time.Second

// entry is what publications and listeners begin with.
type entry struct {
	caller
	room  string
	offer offered
	seat  *seat
	conn  *peer.Conn
}

// whip takes a publication.
func (s *Server) whip(w http.ResponseWriter, r *http.Request) {
	e, done, ok := s.opening(w, r)
	if !ok {
		return
	}
	defer done()
	p := s.newPerson(e, r)
	answer, ok := s.enter(w, r, e, speaking, p.ID, func() (*peer.Conn, error) {
		return s.factory.Receiver(peer.Handler{Track: p.firstTrack()})
	})
	if !ok {
		return
	}
	res, no := s.join(e, p, r.URL.Query().Get("watcher"))
	if no != nil {
		s.turnAway(w, e, no)
		return
	}
	w.Header().Set(PersonHeader, p.ID)
	created(w, "../res/"+res.id, res, answer)
}

// opening reads a room's name and an offer. When ok, done must be called at the end of the request; else it was refused.
func (s *Server) opening(w http.ResponseWriter, r *http.Request) (e *entry, done func(), ok bool) {
	e = &entry{}
	if e.room, e.caller, ok = s.asked(w, r); !ok {
		return nil, nil, false
	}
	if !s.mayOffer(e.caller) {
		refuse(w, http.StatusTooManyRequests, "too many offers come from your address: wait a moment")
		return nil, nil, false
	}
	if done, ok = s.media(w, r); !ok {
		return nil, nil, false
	}
	if e.offer, ok = s.offer(w, r, e.caller); !ok {
		done()
	}
	return e, done, ok
}

// offer reads a request's offer; it reports false after writing a refusal.
func (s *Server) offer(w http.ResponseWriter, r *http.Request, c caller) (offered, bool) {
	b, ok := s.body(w, r, "application/sdp")
	if !ok {
		return offered{}, false
	}
	o, status, why := readOffer(string(b), c.addr)
	if why != "" {
		refuse(w, status, why)
		return o, false
	}
	return o, true
}

// enter takes a place, before a connection is made for it, and answers the offer; person is who speaks, or "". When ok is
// false, the request was refused.
func (s *Server) enter(
	w http.ResponseWriter, r *http.Request, e *entry, p place, person string, connect func() (*peer.Conn, error),
) (answer string, ok bool) {
	if no := s.seat(e, p, person); no != nil {
		refuse(w, no.status, no.title)
		return "", false
	}
	conn, answer, err := s.answer(r.Context(), e.offer.sdp, connect)
	if err != nil {
		s.log.Debug("offer refused", "room", e.room, "err", err)
		s.turnAway(w, e, &denial{http.StatusBadRequest, "the offer cannot be answered"})
		return "", false
	}
	e.conn = conn
	return answer, true
}

// seat takes a place for an entry. Who publishes again needs no second one.
func (s *Server) seat(e *entry, p place, person string) (no *denial) {
	s.mu.Lock()
	defer s.mu.Unlock()
	spare := 0
	if r := s.rooms[e.room]; r != nil {
		old := r.people[person]
		if old == nil && r.full(s.cfg.Limits, e.caller, p) {
			return &denial{http.StatusServiceUnavailable, "the room is full"}
		}
		if old != nil && old.from == e.from {
			spare = 1
		}
	}
	e.seat, no = s.take(e.caller, p, spare)
	return no
}

// turnAway gives back what an entry holds and refuses it.
func (s *Server) turnAway(w http.ResponseWriter, e *entry, no *denial) {
	s.mu.Lock()
	e.seat.giveBack()
	s.mu.Unlock()
	if e.conn != nil {
		e.conn.Close()
	}
	refuse(w, no.status, no.title)
}

// newPerson reads who publishes. The fields that the room decides are set by join.
func (s *Server) newPerson(e *entry, r *http.Request) *person {
	key := r.Header.Get(KeyHeader)
	if len(key) < 16 {
		key = secret()
	}
	s.mu.Lock()
	s.tracks++
	n := s.tracks
	s.mu.Unlock()
	id := personID(e.room, key)
	p := &person{Person: Person{ID: id, Track: fmt.Sprintf("%s.%d", id, n), Role: models.RoleGuest}, from: e.from}
	if e.host {
		p.Role = models.RoleHost
	}
	p.Name = cleanName(r.URL.Query().Get("name"), guestName(id))
	p.out = newForward(p.Track)
	return p
}

// firstTrack takes the first track of a publication and ignores others: one person has one microphone.
func (p *person) firstTrack() func(peer.RemoteTrack) peer.Sink {
	var taken atomic.Bool
	return func(peer.RemoteTrack) peer.Sink {
		if taken.Swap(true) {
			return nil
		}
		return p.out
	}
}

// answer makes a connection and its answer, which holds all candidates.
func (s *Server) answer(ctx context.Context, offer string, connect func() (*peer.Conn, error)) (*peer.Conn, string, error) {
	conn, err := connect()
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

// join brings a person into the room. Whoever published with the same key before is replaced. People are announced
// before media flows, so that listeners are ready for the first word.
func (s *Server) join(e *entry, p *person, watcherID string) (*resource, *denial) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, &denial{http.StatusServiceUnavailable, "the lounge is closing"}
	}
	if why := s.misleads(p.Name, e.host); why != "" {
		return nil, &denial{http.StatusConflict, why}
	}
	r, no := s.room(e.room, e.caller)
	if no != nil {
		return nil, no
	}
	if why := r.refusal(p.ID); why != "" && !e.host {
		return nil, &denial{http.StatusForbidden, why}
	}
	old := r.people[p.ID]
	if old == nil && r.full(s.cfg.Limits, e.caller, speaking) {
		return nil, &denial{http.StatusServiceUnavailable, "the room is full"}
	}
	if old != nil {
		old.res.cancel(errReplaced)
		r.leave(old)
	}
	if m := r.marks[p.ID]; m != nil {
		p.hold(m.muted)
	}
	res := s.open(r, e)
	res.person, p.res = p, res
	r.people[p.ID] = p
	r.tellPerson(p)
	if w := r.watchers[watcherID]; w != nil {
		w.person, w.was = p.ID, p.ID
		r.listening = true
	}
	s.claim(p.Name, e.host)
	s.log.Info("speaker joined", "room", r.name, "speaker", p.ID, "track", p.Track)
	go s.serve(res, func() { r.leave(p) })
	return res, nil
}

var (
	errReplaced = errors.New("the same client published again")
	errLeft     = errors.New("the speaker left")
)

// leave takes a publication out of the room, if it is still in it.
func (r *room) leave(p *person) {
	if r.people[p.ID] != p {
		return
	}
	delete(r.people, p.ID)
	r.tell(Event{Type: EventLeft, ID: p.ID, Track: p.Track})
	for _, w := range r.watchers {
		if w.person == p.ID {
			w.person = ""
		}
	}
}

// hostToken reports whether the request carries the host's token; a wrong one is refused.
func (s *Server) hostToken(w http.ResponseWriter, r *http.Request) (host, ok bool) {
	auth := r.Header.Get("Authorization")
	if auth == "" {
		return false, true
	}
	given, isBearer := strings.CutPrefix(auth, "Bearer ")
	if !isBearer || s.cfg.HostToken == "" || subtle.ConstantTimeCompare([]byte(given), []byte(s.cfg.HostToken)) != 1 {
		w.Header().Set("WWW-Authenticate", `Bearer realm="lounge"`)
		refuse(w, http.StatusUnauthorized, "this is not the host's token")
		return false, false
	}
	return true, true
}
