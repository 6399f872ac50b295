package lounge

import (
	"math"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/time/rate"

	"earshot/models"
)

// caller is who sends a request.
type caller struct {
	addr netip.Addr // to which checks may be sent; invalid: none
	from string     // whom the request counts for
	host bool       // holds the host's token
}

// place is something that there is a bounded number of.
type place int

const (
	speaking  place = iota // a publication
	listening              // a WHEP session
	watching               // an event stream
	opening                // a room
	places
)

// Holders of the host's token, hosts and bots, find a place where others find none. So many they have for themselves.
const (
	reservedPlaces  = 16   // publications, and as many event streams, in one room
	reservedHearing = 1024 // WHEP sessions in one room
	reservedRooms   = 1024
)

// share is what one address holds of a lounge.
type share struct {
	held   [places]int
	offers *rate.Limiter // each makes a connection, which costs
	joins  *rate.Limiter // publications and event streams that are begun: everybody in the room is told of them
	lines  *rate.Limiter // of chat, and changes of names and signs
}

// maxShares bounds the addresses that are remembered.
const maxShares = 10_000

// seat is one place that is taken, until it is given back.
type seat struct {
	s     *Server
	of    *share // nil: a holder of the token's, who is not counted
	place place
}

// giveBack frees the place; the caller holds Server.mu. A second call does nothing.
func (t *seat) giveBack() {
	if t.of != nil {
		t.of.held[t.place]--
		t.s.held[t.place]--
		t.of = nil
	}
}

// allowance is how many places of a kind one address may hold: a person needs an event stream, and a session for each of the
// others; rooms are opened by few.
func (l Limits) allowance(p place) int {
	if l.PerAddress < 0 {
		return math.MaxInt
	}
	switch p {
	case listening:
		return l.PerAddress * l.People
	case watching:
		return l.PerAddress * 4
	case opening:
		return max(1, l.PerAddress/2)
	default:
		return l.PerAddress
	}
}

// most is how many places of a kind there are for all who do not hold the token.
func (l Limits) most(p place) int {
	switch p {
	case opening:
		return l.Rooms
	case watching:
		return l.Streams
	default:
		return l.Sessions
	}
}

// shareOf finds what an address holds; the caller holds mu. It returns nil when too many addresses hold something.
func (s *Server) shareOf(from string) *share {
	if h := s.shares[from]; h != nil {
		return h
	}
	if len(s.shares) >= maxShares {
		for k, h := range s.shares {
			if h.held == [places]int{} {
				delete(s.shares, k)
			}
		}
	}
	if len(s.shares) >= maxShares {
		return nil
	}
	limit := func(perSecond rate.Limit, burst int) *rate.Limiter {
		if s.cfg.Limits.PerAddress < 0 {
			perSecond = rate.Inf
		}
		return rate.NewLimiter(perSecond, burst)
	}
	h := &share{offers: limit(20, 512), joins: limit(4, 64), lines: limit(4, 24)}
	s.shares[from] = h
	return h
}

// take takes a place for a caller; the caller of this method holds mu. spare is how many of the address's places are about to
// be given back. The denial says what there are too many of.
func (s *Server) take(c caller, p place, spare int) (*seat, *denial) {
	if c.host {
		return &seat{s: s, place: p}, nil
	}
	h := s.shareOf(c.from)
	if h == nil || h.held[p]-spare >= s.cfg.Limits.allowance(p) {
		return nil, &denial{http.StatusTooManyRequests, "too many come from your address: " + [places]string{
			"leave with one of your microphones first", "hear fewer people", "close one of your pages of the lounge", "leave other rooms first",
		}[p]}
	}
	if (p == speaking || p == watching) && !h.joins.AllowN(time.Now(), 1) {
		return nil, &denial{http.StatusTooManyRequests, "too many come and go from your address: wait a moment"}
	}
	if s.held[p] >= s.cfg.Limits.most(p) {
		return nil, &denial{http.StatusServiceUnavailable, "the lounge is full: try again in a while"}
	}
	h.held[p]++
	s.held[p]++
	return &seat{s, h, p}, nil
}

// mayOffer counts an offer, which costs a connection whether it leads to anything or not.
func (s *Server) mayOffer(c caller) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.shareOf(c.from)
	return c.host || h != nil && h.offers.AllowN(time.Now(), 1)
}

// mayWrite counts a line of chat or a change of name; the caller holds mu.
func (s *Server) mayWrite(c caller) bool {
	h := s.shareOf(c.from)
	return c.host || h != nil && h.lines.AllowN(time.Now(), 1)
}

// callerOf is who sends a request; ok is false when a wrong token was refused.
func (s *Server) callerOf(w http.ResponseWriter, r *http.Request) (c caller, ok bool) {
	c = caller{addr: sender(r), from: models.SourceOf(r.RemoteAddr)}
	c.host, ok = s.hostToken(w, r)
	return c, ok
}

// asked is the room that a request names, and who asks. When ok is false, it has been answered.
func (s *Server) asked(w http.ResponseWriter, r *http.Request) (room string, c caller, ok bool) {
	if room, ok = roomName(w, r); ok {
		c, ok = s.callerOf(w, r)
	}
	return room, c, ok
}

// strangers counts those of a room's people, or streams, who do not hold the token, and those who do.
func count[T any](all map[string]T, host func(T) bool) (strangers, holders int) {
	for _, x := range all {
		if host(x) {
			holders++
		} else {
			strangers++
		}
	}
	return strangers, holders
}

// full reports whether a room has no place left for a caller.
func (r *room) full(l Limits, c caller, p place) bool {
	var strangers, holders, most, reserved int
	switch p {
	case speaking:
		strangers, holders = count(r.people, func(x *person) bool { return x.Role == models.RoleHost })
		most, reserved = l.People, reservedPlaces
	case listening:
		strangers, holders = count(r.hearing, func(x *hearing) bool { return x.host })
		most, reserved = l.Hearing, reservedHearing
	default:
		strangers, holders = count(r.watchers, func(x *watcher) bool { return x.host })
		most, reserved = l.Watchers, reservedPlaces
	}
	if c.host {
		return holders >= reserved
	}
	return strangers >= most
}
