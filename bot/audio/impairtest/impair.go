// Package impairtest loses, delays, reorders and doubles packets as bad networks do, for tests.
package impairtest

import (
	"math/rand/v2"
	"time"
)

// Impairment describes a bad network. All shares are 0 to 1. The zero value is a perfect one.
type Impairment struct {
	Seed uint64
	// Loss is the mean share of lost packets, and Burst their mean number in a row (Gilbert-Elliott with two states,
	// of which the bad one loses all); a Burst of 0 or 1 is random loss.
	Loss, Burst float64
	// Delay is added to each packet, and Jitter as much again at most, evenly spread and independent: more than the
	// packets' spacing reorders them.
	Delay, Jitter time.Duration
	// Reorder is the share of packets that come ReorderBy later than they should.
	Reorder   float64
	ReorderBy time.Duration
	// Duplicate is the share that comes twice, the second one ReorderBy later.
	Duplicate float64
	// SkewPPM is how fast the sender's clock runs against ours, in parts per million: above 0, media time gains on it.
	SkewPPM float64
}

// Impairer applies an Impairment to a run of packets, the same way for the same seed. One goroutine uses it.
type Impairer struct {
	Impairment
	rng *rand.Rand
	bad bool
}

// NewImpairer makes an impairer.
func NewImpairer(c Impairment) *Impairer {
	return &Impairer{Impairment: c, rng: rand.New(rand.NewPCG(c.Seed, 0x1d))}
}

// Deliver tells when a packet that was sent at a time comes: never, once or twice. Packets are given in the order in
// which they were sent; the times that come back need not rise.
func (i *Impairer) Deliver(at time.Duration) []time.Duration {
	at -= time.Duration(float64(at) * i.SkewPPM / 1e6)
	if i.lose() {
		return nil
	}
	at += i.Delay + time.Duration(i.rng.Float64()*float64(i.Jitter))
	if i.rng.Float64() < i.Reorder {
		at += i.ReorderBy
	}
	out := []time.Duration{at}
	if i.rng.Float64() < i.Duplicate {
		out = append(out, at+i.ReorderBy)
	}
	return out
}

// lose moves the Gilbert-Elliott chain on by one packet.
func (i *Impairer) lose() bool {
	if i.Loss <= 0 {
		return false
	}
	if i.Burst <= 1 {
		return i.rng.Float64() < i.Loss
	}
	leave := 1 / i.Burst
	enter := leave * i.Loss / (1 - min(i.Loss, 0.99))
	if i.bad {
		i.bad = i.rng.Float64() >= leave
	} else {
		i.bad = i.rng.Float64() < enter
	}
	return i.bad
}
