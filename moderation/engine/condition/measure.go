package condition

import (
	"fmt"
	"math"
	"slices"

	"earshot/configs/strict"
)

// measure is a range of a quantity in which a condition holds, as far as that quantity goes.
type measure struct {
	of           string // the quantity, with everything that it depends on
	low, high    float64
	above, below bool // the ends themselves do not belong to it
}

// measured is a condition that holds if and only if all its measures do. One without measures says nothing.
type measured interface{ measures() []measure }

func atLeast(of string, n float64) measure { return measure{of: of, low: n, high: math.Inf(1)} }

func moreThan(of string, n float64) measure {
	return measure{of: of, low: n, high: math.Inf(1), above: true}
}

// rangeOf is the range of a comparison; c may be nil.
func rangeOf(of string, c *strict.Comparison) []measure {
	if c == nil {
		return nil
	}
	m := measure{of: of, low: math.Inf(-1), high: math.Inf(1)}
	switch c.Op {
	case ">":
		m.low, m.above = c.N, true
	case "<":
		m.high, m.below = c.N, true
	case "<=":
		m.high = c.N
	case "=", "==":
		m.low, m.high = c.N, c.N
	default:
		m.low = c.N
	}
	return []measure{m}
}

// within reports whether a range lies in another of the same quantity.
func (m measure) within(n measure) bool {
	low := m.low > n.low || m.low == n.low && (m.above || !n.above)
	high := m.high < n.high || m.high == n.high && (m.below || !n.below)
	return m.of == n.of && low && high
}

// apart reports whether no number is in both ranges of the same quantity.
func (m measure) apart(n measure) bool {
	before := func(a, b measure) bool { return a.high < b.low || a.high == b.low && (a.below || b.above) }
	return m.of == n.of && (before(m, n) || before(n, m))
}

// narrower reports whether b holds wherever a does, by their measures.
func narrower(a, b measured) bool {
	all := b.measures()
	return len(all) > 0 && !slices.ContainsFunc(all, func(n measure) bool {
		return !slices.ContainsFunc(a.measures(), func(m measure) bool { return m.within(n) })
	})
}

// disjoint reports whether two conditions never hold at once, by their measures.
func disjoint(a, b measured) bool {
	return slices.ContainsFunc(a.measures(), func(m measure) bool {
		return slices.ContainsFunc(b.measures(), m.apart)
	})
}

func (c *takesFloor) measures() (out []measure) {
	if c.ShareOver != nil {
		out = append(out, moreThan(fmt.Sprint("share of ", c.Of, " beside ", c.MinSpeakers), *c.ShareOver))
	}
	if c.Overlap != nil {
		out = append(out, moreThan(fmt.Sprint("overlap of ", c.Of), *c.Overlap))
	}
	if c.TurnOver > 0 {
		out = append(out, moreThan(fmt.Sprint("turn across ", c.Gap), float64(c.TurnOver)))
	}
	if c.Every > 0 {
		out = append(out, measure{of: fmt.Sprint("turns across ", c.Gap), low: math.Inf(-1), high: float64(c.Every)})
	}
	return append(out, rangeOf(fmt.Sprint("interruptions of ", c.Of), c.Interruptions)...)
}

func (c *heard) measures() (out []measure) {
	if c.LoudnessAbove != nil {
		out = append(out, moreThan("loudness", *c.LoudnessAbove))
	}
	out = append(out, rangeOf("clipped", c.Clipped)...)
	out = append(out, rangeOf("music", c.Music)...)
	out = append(out, rangeOf("noise", c.Noise)...)
	return append(out, atLeast("for", float64(c.For)))
}

func (c *inRoom) measures() []measure {
	out := rangeOf(fmt.Sprint("joins of ", c.Within), c.Joins)
	out = append(out, rangeOf(fmt.Sprint("unmutes of ", c.Within), c.Unmutes)...)
	out = append(out, rangeOf(fmt.Sprint("flags of ", c.Within), c.Flags)...)
	if c.Silence > 0 {
		out = append(out, atLeast("silence", float64(c.Silence)))
	}
	return out
}

func (c *balances) measures() (out []measure) {
	for _, b := range c.need {
		out = append(out, rangeOf("ledger "+b.Name, &b.Need)...)
	}
	return out
}

func (c *repeats) measures() []measure {
	return []measure{atLeast(fmt.Sprint("repeats of ", c.Within, c.Similar, c.By), float64(c.Times))}
}
