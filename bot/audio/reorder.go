package audio

import (
	"slices"
	"time"
)

// The reorder window. Waiting adds latency only where a packet is missing. The wait grows when packets turn out to be late
// rather than lost (retransmissions, jitter), and shrinks again.
const (
	minWait  = 60 * time.Millisecond
	maxWait  = 240 * time.Millisecond
	waitStep = 20 * time.Millisecond
	// calmPackets packets without a late one shorten the wait by a step.
	calmPackets = 500
	// maxHeld bounds the window in packets.
	maxHeld = 64
)

// arrival is a packet with its unwrapped sequence number and its session time of arrival.
type arrival struct {
	Packet
	seq int64
	at  time.Duration
}

// verdict is the outcome of putting a packet into the window.
type verdict int

const (
	taken verdict = iota
	duplicate
	late
)

// reorder sorts packets by sequence number.
type reorder struct {
	next int64     // the sequence number that is due
	held []arrival // ascending by seq, all >= next
	// given has bit i set if packet next-1-i was released: it distinguishes a duplicate from a late packet.
	given uint64
	wait  time.Duration
	calm  int
}

func newReorder(first int64) reorder { return reorder{next: first, wait: minWait} }

// highest returns the reference for unwrapping the next sequence number.
func (r *reorder) highest() int64 {
	if n := len(r.held); n > 0 {
		return r.held[n-1].seq
	}
	return r.next - 1
}

func (r *reorder) put(a arrival) verdict {
	if a.seq < r.next {
		back := r.next - 1 - a.seq
		if back < 64 && r.given>>back&1 == 1 {
			return duplicate
		}
		if back < maxHeld { // no window would have waited for one that is seconds late
			r.wait, r.calm = min(maxWait, r.wait+waitStep), 0
		}
		return late
	}
	i, found := slices.BinarySearchFunc(r.held, a.seq, func(h arrival, s int64) int { return int(h.seq - s) })
	if found {
		return duplicate
	}
	r.held = slices.Insert(r.held, i, a)
	return taken
}

// take returns the next packet if it is due: in order, or the wait for its predecessors is over, or the window is full, or all
// is set.
func (r *reorder) take(now time.Duration, all bool) (arrival, bool) {
	if len(r.held) == 0 {
		return arrival{}, false
	}
	if r.held[0].seq != r.next && !all && len(r.held) < maxHeld && now-r.oldest() < r.wait {
		return arrival{}, false
	}
	a := r.held[0]
	r.held = slices.Delete(r.held, 0, 1)
	r.given = r.given<<min(64, uint64(a.seq-r.next)+1) | 1
	r.next = a.seq + 1
	if r.calm++; r.calm >= calmPackets {
		r.wait, r.calm = max(minWait, r.wait-waitStep), 0
	}
	return a, true
}

// oldest returns the earliest arrival of a held packet: since then their predecessor is known to be missing.
func (r *reorder) oldest() time.Duration {
	t := r.held[0].at
	for _, a := range r.held[1:] {
		t = min(t, a.at)
	}
	return t
}
