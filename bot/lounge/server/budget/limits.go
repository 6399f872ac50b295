package budget

import (
	"math"
	"time"
)

// Limits bound what a lounge takes on. A zero field takes the default.
type Limits struct {
	Rooms    int // at once; default 100
	People   int // publishing in one room; default 64
	Watchers int // event streams in one room; default 256
	Hearing  int // WHEP sessions in one room; default 2048
	Sessions int // WHIP sessions, and as many WHEP sessions, in all rooms; default 2048
	Streams  int // event streams in all rooms; default 2048
	Body     int // bytes of a request; default 64 kB
	// PerAddress is how many people may publish from one address; of other things it may hold in proportion. Default 8; below
	// 0: addresses are not told apart. Holders of the host's token are bounded by none of these.
	PerAddress int
	// Idle is how long a room is kept in which nobody publishes and which no holder of the token follows; default 30 min.
	Idle time.Duration
}

// WithDefaults is the limits with the defaults in them.
func (l Limits) WithDefaults() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Rooms, 100)
	set(&l.People, 64)
	set(&l.Watchers, 256)
	set(&l.Hearing, 2048)
	set(&l.Sessions, 2048)
	set(&l.Streams, 2048)
	set(&l.Body, 64<<10)
	if l.PerAddress == 0 {
		l.PerAddress = 8
	}
	if l.Idle <= 0 {
		l.Idle = 30 * time.Minute
	}
	return l
}

// allowance is how many places of a kind one address may hold: a person needs an event stream, and a session for each of the
// others; rooms are opened by few.
func (l Limits) allowance(p Place) int {
	if l.PerAddress < 0 {
		return math.MaxInt
	}
	switch p {
	case Listening:
		return l.PerAddress * l.People
	case Watching:
		return l.PerAddress * 4
	case Opening:
		return max(1, l.PerAddress/2)
	default:
		return l.PerAddress
	}
}

// most is how many places of a kind there are for all who do not hold the token.
func (l Limits) most(p Place) int {
	switch p {
	case Opening:
		return l.Rooms
	case Watching:
		return l.Streams
	default:
		return l.Sessions
	}
}

// Full reports whether a room has no place of a kind left for a caller, when so many who hold the token have one there, and so
// many who do not.
func (l Limits) Full(c Caller, p Place, holders, strangers int) bool {
	most, reserved := l.Watchers, reservedPlaces
	switch p {
	case Speaking:
		most = l.People
	case Listening:
		most, reserved = l.Hearing, reservedHearing
	case Watching, Opening, Places:
	}
	if c.Host {
		return holders >= reserved
	}
	return strangers >= most
}
