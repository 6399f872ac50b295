// Package impairtest drops, delays, reorders and duplicates packets as bad networks do, for tests.
package impairtest

import (
	"math/rand/v2"
	"time"
)

// Impairment describes a bad network. Shares are from 0 to 1. The zero value is a perfect network.
type Impairment struct {
	Seed uint64
	// Loss is the mean share of packets lost, and Burst the mean length of a run of losses (a Gilbert-Elliott model whose
	// bad state loses every packet); a Burst of 0 or 1 is independent loss.
	Loss, Burst float64
	// Delay is added to each packet, plus an independent delay distributed uniformly from 0 to Jitter. A Jitter greater than
	// the packets' spacing reorders them.
	Delay, Jitter time.Duration
	// Reorder is the share of packets that arrive ReorderBy late.
	Reorder   float64
	ReorderBy time.Duration
	// Duplicate is the share that arrives twice, the second time ReorderBy later.
	Duplicate float64
	// SkewPPM is how fast the sender's clock runs relative to ours, in parts per million; above 0 it runs fast.
	SkewPPM float64
}

// Impairer applies an Impairment to a sequence of packets, deterministically for a seed. Not safe for concurrent use.
type Impairer struct {
	Impairment
	rng *rand.Rand
	bad bool
}

// NewImpairer returns an Impairer.
func NewImpairer(c Impairment) *Impairer {
	return &Impairer{Impairment: c, rng: rand.New(rand.NewPCG(c.Seed, 0x1d))}
}

// Deliver returns when a packet sent at a time arrives: never, once or twice. Call it in the order of sending; the times
// returned need not increase.
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

// lose advances the Gilbert-Elliott chain by one packet.
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
