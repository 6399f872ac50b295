package engine

// maxRepeats is how far back repeats: may look, in ms.
const maxRepeats = 600_000

// minRepeated is the shortest thing that counts as said again, in letters: "yes" is said often and means nothing.
const minRepeated = 8

// repeats reports whether the line says again what was said before: at least Times in all, counting what the line itself
// repeats. The evidence is the line.
func (sc *scene) repeats(r *rawRepeats, minP float64) (bool, []match) {
	if sc.observe {
		return false, nil
	}
	tokens := sc.heard.tokens[sc.heard.cut:]
	unit := period(tokens)
	if letters(tokens[:unit]) < minRepeated {
		return false, nil
	}
	times := len(tokens) / max(unit, 1)
	for _, l := range sc.person.lines {
		if l.u.EndMS < sc.u.StartMS-r.Within || l.tokens == nil || l.u.Key == sc.u.Key && l.u.Seq != 0 {
			continue
		}
		n := period(l.tokens)
		if similar(tokens[:unit], l.tokens[:n]) >= r.Similar {
			times += len(l.tokens) / max(n, 1)
		}
	}
	if times < r.Times {
		return false, nil
	}
	m := match{source: -1, first: sc.heard.cut, last: len(sc.heard.tokens) - 1, p: 1}
	for i, w := range sc.heard.current() {
		m.words = append(m.words, sc.heard.cutAt+i)
		m.p = min(m.p, w.P)
	}
	return float64(m.p) >= minP, []match{m}
}
