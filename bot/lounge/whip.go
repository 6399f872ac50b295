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
)

// Request and answer headers of the lounge beyond WHIP.
const (
	// KeyHeader holds a client's own secret of at least 16 characters: who publishes with it again is the same person.
	KeyHeader = "Earshot-Key"
	// PersonHeader tells the publisher its person id.
	PersonHeader = "Earshot-Person"
)

const answerWithin = 5 * time.Second

// whip takes a publication.
func (s *Server) whip(w http.ResponseWriter, r *http.Request) {
	host, ok := s.hostToken(w, r)
	if !ok {
		return
	}
	name, offer, done, ok := s.opening(w, r)
	if !ok {
		return
	}
	defer done()
	p := s.newPerson(name, r)
	conn, answer, err := s.answer(r.Context(), offer, func() (*peer.Conn, error) {
		return s.factory.Receiver(peer.Handler{Track: p.firstTrack()})
	})
	if err != nil {
		s.log.Debug("offer refused", "room", name, "err", err)
		refuse(w, http.StatusBadRequest, "the offer cannot be answered")
		return
	}
	res, status, why := s.join(name, p, conn, host, r.URL.Query().Get("watcher"))
	if res == nil {
		conn.Close()
		refuse(w, status, why)
		return
	}
	w.Header().Set(PersonHeader, p.ID)
	created(w, "../res/"+res.id, res, answer)
}

// opening is what publications and listeners begin with: a room's name and an offer. When ok, done must be called at the end
// of the request; else it was refused.
func (s *Server) opening(w http.ResponseWriter, r *http.Request) (room, offer string, done func(), ok bool) {
	if room, ok = roomName(w, r); !ok {
		return "", "", nil, false
	}
	if done, ok = s.media(w, r); !ok {
		return "", "", nil, false
	}
	if offer, ok = s.offer(w, r); !ok {
		done()
	}
	return room, offer, done, ok
}

// newPerson reads who publishes. The fields that the room decides are set by join.
func (s *Server) newPerson(roomName string, r *http.Request) *person {
	key := r.Header.Get(KeyHeader)
	if len(key) < 16 {
		key = secret()
	}
	s.mu.Lock()
	s.tracks++
	n := s.tracks
	s.mu.Unlock()
	id := personID(roomName, key)
	p := &person{Person: Person{ID: id, Track: fmt.Sprintf("%s.%d", id, n)}}
	p.Name = cleanName(r.URL.Query().Get("name"), "Guest "+id[:3])
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
func (s *Server) join(name string, p *person, conn *peer.Conn, host bool, watcherID string) (_ *resource, status int, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.room(name)
	if s.closed || r == nil {
		return nil, http.StatusServiceUnavailable, "the lounge takes no more rooms"
	}
	if why := r.refusal(p.ID); why != "" && !host {
		return nil, http.StatusForbidden, why
	}
	old := r.people[p.ID]
	if old == nil && len(r.people) >= s.cfg.Limits.People {
		return nil, http.StatusServiceUnavailable, "the room is full"
	}
	if old != nil {
		old.res.cancel(errReplaced)
		r.leave(old)
	}
	p.Role = r.roleFor(host)
	if m := r.marks[p.ID]; m != nil {
		p.hold(m.muted)
	}
	res := s.open(r, conn)
	res.person, p.res = p, res
	r.people[p.ID] = p
	r.tellPerson(p)
	if w := r.watchers[watcherID]; w != nil {
		w.person, w.was = p.ID, p.ID
		r.tell(Event{Type: EventListeners, Listeners: r.listeners()})
	}
	s.log.Info("speaker joined", "room", name, "speaker", p.ID, "track", p.Track)
	go s.serve(res, func() { r.leave(p) })
	return res, 0, ""
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

// asked is the room that a request names, and whether a host asks. When ok is false, it has been answered.
func (s *Server) asked(w http.ResponseWriter, r *http.Request) (room string, host, ok bool) {
	if room, ok = roomName(w, r); ok {
		host, ok = s.hostToken(w, r)
	}
	return room, host, ok
}
