// Package budget bounds what of a lounge anybody may take who does not hold the host's token: places, and requests.
package budget

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"earshot/bot/lounge"

	"golang.org/x/time/rate"
)

// Caller is who sends a request.
type Caller struct {
	Addr netip.Addr // to which checks may be sent; invalid: none
	From string     // whom the request counts for
	Host bool       // holds the host's token
}

// Place is something that there is a bounded number of.
type Place int

// The kinds of places.
const (
	Speaking  Place = iota // a publication
	Listening              // a WHEP session
	Watching               // an event stream
	Opening                // a room
	Places                 // how many kinds there are
)

// Holders of the host's token, hosts and bots, find a place where others find none. So many they have for themselves.
const (
	ReservedRooms   = 1024
	reservedPlaces  = 16   // publications, and as many event streams, in one room
	reservedHearing = 1024 // WHEP sessions in one room
)

// Counter counts the places taken by those who do not hold the token. It may be used from any goroutine.
type Counter struct {
	limits Limits

	mu     sync.Mutex
	shares map[string]*share // by address
	held   [Places]int       // by all shares together
}

// New returns a counter with no place taken.
func New(l Limits) *Counter { return &Counter{limits: l, shares: map[string]*share{}} }

// share is what one address holds of a lounge. Its counts are guarded by budget.mu.
type share struct {
	held   [Places]int
	offers *rate.Limiter // each makes a connection, which costs
	joins  *rate.Limiter // publications and event streams that are begun: everybody in the room is told of them
	lines  *rate.Limiter // of chat, and changes of names and signs
}

// maxShares bounds the addresses that are remembered.
const maxShares = 10_000

// Reservation is one place that is taken until it is released.
type Reservation struct {
	b     *Counter
	of    *share // nil: a holder of the token's, who is not counted; guarded by budget.mu
	place Place
}

// Release frees the place. A second call does nothing.
func (r *Reservation) Release() {
	r.b.mu.Lock()
	defer r.b.mu.Unlock()
	if r.of != nil {
		r.of.held[r.place]--
		r.b.held[r.place]--
		r.of = nil
	}
}

// share finds what an address holds; the caller holds mu. It returns nil when too many addresses hold something.
func (b *Counter) share(from string) *share {
	if h := b.shares[from]; h != nil {
		return h
	}
	if len(b.shares) >= maxShares {
		for k, h := range b.shares {
			if h.held == [Places]int{} {
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

// Take takes a place for a caller. spare is how many of the address's places are about to be given back. The problem says what
// there are too many of.
func (b *Counter) Take(c Caller, p Place, spare int) (*Reservation, *lounge.Problem) {
	if c.Host {
		return &Reservation{b: b, place: p}, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.share(c.From)
	if h == nil || h.held[p]-spare >= b.limits.allowance(p) {
		return nil, lounge.Refusal(http.StatusTooManyRequests, "too many come from your address: "+[Places]string{
			"leave with one of your microphones first", "hear fewer people", "close one of your pages of the lounge", "leave other rooms first",
		}[p])
	}
	if (p == Speaking || p == Watching) && !h.joins.AllowN(time.Now(), 1) {
		return nil, lounge.Refusal(http.StatusTooManyRequests, "too many come and go from your address: wait a moment")
	}
	if b.held[p] >= b.limits.most(p) {
		return nil, lounge.Refusal(http.StatusServiceUnavailable, "the lounge is full: try again in a while")
	}
	h.held[p]++
	b.held[p]++
	return &Reservation{b, h, p}, nil
}

// MayOffer counts an offer, which costs a connection whether it leads to anything or not.
func (b *Counter) MayOffer(c Caller) bool {
	return b.allows(c, func(h *share) *rate.Limiter { return h.offers })
}

// MayWrite counts a line of chat or a change of name.
func (b *Counter) MayWrite(c Caller) bool {
	return b.allows(c, func(h *share) *rate.Limiter { return h.lines })
}

func (b *Counter) allows(c Caller, of func(*share) *rate.Limiter) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.share(c.From)
	return c.Host || h != nil && of(h).AllowN(time.Now(), 1)
}
