package tune

import (
	"cmp"
	"fmt"
	"slices"

	"earshot/models"
)

// What a proposal must gain, in decided flags.
const (
	leastGain = 2    // fewer dismissed ones, or more confirmed ones
	gainOf    = 0.05 // of the dismissed ones, or the confirmed ones
	wasteFor  = 3    // this many confirmed ones must be found for each additional dismissed one
	lossWorth = 5    // this many dismissed ones must be avoided for each confirmed one lost
)

// chosen returns the candidates worth proposing: the best of each kind for each rule, those that gain most first.
func (t *trial) chosen() []Proposal {
	best := map[string]Proposal{}
	for _, p := range t.tried {
		if b := t.before[p.Rule]; b != nil {
			p.Before = *b
		}
		key := fmt.Sprint(p.Rule, p.kind)
		if was, ok := best[key]; p.worth() && (!ok || p.better(was)) {
			best[key] = p
		}
	}
	out := []Proposal{}
	for _, p := range t.tried { // in a stable order
		if b, ok := best[fmt.Sprint(p.Rule, p.kind)]; ok && b.ID == p.ID {
			b.Warnings = b.warnings()
			out = append(out, b)
		}
	}
	slices.SortStableFunc(out, func(a, b Proposal) int { return b.gain() - a.gain() })
	return out
}

// worth reports whether a proposal gains enough.
func (p Proposal) worth() bool {
	of := p.Before.Dismissed
	if p.kind == milder {
		of = p.Before.Confirmed
	}
	return p.gain() >= leastGain && float64(p.gain()) >= gainOf*float64(of)
}

// gain returns what a proposal gains, in decided flags.
func (p Proposal) gain() int {
	spared := p.Before.Dismissed - p.After.Dismissed
	if p.kind == milder {
		found := p.After.Confirmed - p.Before.Confirmed
		if -spared*wasteFor > found {
			return 0
		}
		return found
	}
	return spared - lossWorth*p.Lost()
}

// better reports whether a proposal is preferable to another of its kind: if both gain as much, the smaller change wins.
func (p Proposal) better(other Proposal) bool {
	change := func(x Proposal) int { return max(x.Before.Asks-x.After.Asks, x.After.Asks-x.Before.Asks) }
	return cmp.Or(p.gain()-other.gain(), change(other)-change(p)) > 0
}

// warnings returns what a host should know before applying a proposal.
func (p Proposal) warnings() []string {
	var out []string
	if lost := p.Lost(); lost > 0 {
		out = append(out, fmt.Sprintf("%s that hosts confirmed would no longer be raised", models.Count(lost, "flag")))
	}
	if n := p.Before.Decided(); n < LeastDecisions {
		out = append(out, fmt.Sprintf("only %s so far; %d or more give reliable figures", models.Count(n, "decision"), LeastDecisions))
	}
	if more := p.After.Flags - p.Before.Flags; more > 0 {
		out = append(out, fmt.Sprintf("it would flag %s more, %d of them undecided, and ask %d more times",
			models.Count(more, "line"), more-p.After.Decided()+p.Before.Decided(), max(0, p.After.Asks-p.Before.Asks)))
	}
	if p.kind == phrase && slices.ContainsFunc(p.phrases, func(s string) bool { return len(plainWords(s)) == 1 }) {
		out = append(out, "a single word excludes a lot: check the dismissed lines first")
	}
	return out
}
