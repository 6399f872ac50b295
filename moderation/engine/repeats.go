package engine

import "earshot/moderation/match"

// maxRepeats is how far back repeats: may look, in ms.
const maxRepeats = 600_000

// minRepeated is the shortest thing that counts as said again, in letters: "yes" is said often and means nothing.
const minRepeated = 8

// repeats reports whether the line says again what was said before: at least Times in all, counting what the line itself
// repeats. The evidence is the line.
func (sc *scene) repeats(r *rawRepeats, minP float64) (bool, []match.Match) {
	if sc.observe {
		return false, nil
	}
	tokens := sc.Window.Tokens[sc.Window.Cut:]
	unit := match.Period(tokens)
	if match.Letters(tokens[:unit]) < minRepeated {
		return false, nil
	}
	times := len(tokens) / max(unit, 1)
	for _, l := range sc.person.lines {
		if l.Of.EndMS < sc.u.StartMS-r.Within || l.Tokens == nil || l.Of.Key == sc.u.Key && l.Of.Seq != 0 {
			continue
		}
		n := match.Period(l.Tokens)
		if match.Similarity(tokens[:unit], l.Tokens[:n]) >= r.Similar {
			times += len(l.Tokens) / max(n, 1)
		}
	}
	if times < r.Times {
		return false, nil
	}
	m := match.Match{Source: -1, First: sc.Window.Cut, Last: len(sc.Window.Tokens) - 1, P: 1}
	for i, w := range sc.Window.Current() {
		m.Words = append(m.Words, sc.Window.CutAt+i)
		m.P = min(m.P, w.P)
	}
	return float64(m.P) >= minP, []match.Match{m}
}
