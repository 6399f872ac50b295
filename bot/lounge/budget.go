package lounge

import (
	"math"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
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

// budget counts the places that those take who do not hold the token. Safe for concurrent use.
type budget struct {
	limits Limits

	mu     sync.Mutex
	shares map[string]*share // by address
	held   [places]int       // by all shares together
}

func newBudget(l Limits) *budget { return &budget{limits: l, shares: map[string]*share{}} }

// share is what one address holds of a lounge. Its counts are guarded by budget.mu.
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
	b     *budget
	of    *share // nil: a holder of the token's, who is not counted; guarded by budget.mu
	place place
}

// giveBack frees the place. A second call does nothing.
func (t *seat) giveBack() {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	if t.of != nil {
		t.of.held[t.place]--
		t.b.held[t.place]--
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

// share finds what an address holds; the caller holds mu. It returns nil when too many addresses hold something.
func (b *budget) share(from string) *share {
	if h := b.shares[from]; h != nil {
		return h
	}
	if len(b.shares) >= maxShares {
		for k, h := range b.shares {
			if h.held == [places]int{} {
				delete(b.shares, k)
			}
		}
	}
	if len(b.shares) >= maxShares {
		return nil
	}
	limit := func(perSecond rate.Limit, burst int) *rate.Limiter {
		if b.limits.PerAddress < 0 {
			perSecond = rate.Inf
		}
		return rate.NewLimiter(perSecond, burst)
	}
	h := &share{offers: limit(20, 512), joins: limit(4, 64), lines: limit(4, 24)}
	b.shares[from] = h
	return h
}

// take takes a place for a caller. spare is how many of the address's places are about to be given back. The problem says what
// there are too many of.
func (b *budget) take(c caller, p place, spare int) (*seat, *Problem) {
	if c.host {
		return &seat{b: b, place: p}, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.share(c.from)
	if h == nil || h.held[p]-spare >= b.limits.allowance(p) {
		return nil, &Problem{http.StatusTooManyRequests, "too many come from your address: " + [places]string{
			"leave with one of your microphones first", "hear fewer people", "close one of your pages of the lounge", "leave other rooms first",
		}[p]}
	}
	if (p == speaking || p == watching) && !h.joins.AllowN(time.Now(), 1) {
		return nil, &Problem{http.StatusTooManyRequests, "too many come and go from your address: wait a moment"}
	}
	if b.held[p] >= b.limits.most(p) {
		return nil, &Problem{http.StatusServiceUnavailable, "the lounge is full: try again in a while"}
	}
	h.held[p]++
	b.held[p]++
	return &seat{b, h, p}, nil
}

// mayOffer counts an offer, which costs a connection whether it leads to anything or not.
func (b *budget) mayOffer(c caller) bool {
	return b.allows(c, func(h *share) *rate.Limiter { return h.offers })
}

// mayWrite counts a line of chat or a change of name.
func (b *budget) mayWrite(c caller) bool {
	return b.allows(c, func(h *share) *rate.Limiter { return h.lines })
}

func (b *budget) allows(c caller, of func(*share) *rate.Limiter) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.share(c.from)
	return c.host || h != nil && of(h).AllowN(time.Now(), 1)
}

// full reports whether a room has no place of a kind left for a caller, when so many who hold the token have one there, and so
// many who do not.
func (l Limits) full(c caller, p place, holders, strangers int) bool {
	most, reserved := l.Watchers, reservedPlaces
	switch p {
	case speaking:
		most = l.People
	case listening:
		most, reserved = l.Hearing, reservedHearing
	case watching, opening, places:
	}
	if c.host {
		return holders >= reserved
	}
	return strangers >= most
}
