package engine

import (
	"slices"
)

// scanner finds the sources of a matcher in one line after the other. It is used by one goroutine.
type scanner struct {
	*matcher
	heard   heard
	tables  map[form]*idTable
	caches  map[form]formCache
	path    []int
	found   [][]match // per source
	excused [][]match // per source, what the other source took away
	touched []int     // the sources with matches
}

func newScanner(m *matcher) *scanner {
	sc := &scanner{
		matcher: m, found: make([][]match, len(m.sources)), excused: make([][]match, len(m.sources)),
		path: make([]int, 0, maxTokens), tables: map[form]*idTable{}, caches: map[form]formCache{},
	}
	for f := range m.indexes {
		sc.tables[f], sc.caches[f] = &idTable{}, formCache{}
	}
	return sc
}

// scan finds everything that the sources look for in a line, given the lines before it.
func (sc *scanner) scan(before []utterance, l utterance) {
	for _, id := range sc.touched {
		sc.found[id], sc.excused[id] = sc.found[id][:0], sc.excused[id][:0]
	}
	sc.touched = sc.touched[:0]
	sc.heard.prepare(before, l)
	sc.heard.tokens = sc.split.join(sc.heard.tokens, sc.heard.cut, sc.heard.words)
	if len(sc.heard.tokens) == sc.heard.cut {
		return
	}
	from := sc.heard.cut
	if sc.spans {
		from = 0
	}
	for _, f := range forms {
		if x := sc.indexes[f]; x != nil {
			t := sc.tables[f]
			x.lookup(sc.heard.tokens, t, sc.caches[f])
			x.find(t, from, sc.path, sc.note)
		}
	}
	for _, id := range sc.patterned {
		sc.findPatterns(id)
	}
	for _, id := range sc.inside {
		sc.findInside(id, from)
	}
	if len(sc.reveals) > 0 {
		sc.reveal()
	}
	for _, id := range sc.excusable {
		if other := sc.found[sc.sources[id].except]; len(other) > 0 {
			sc.excuse(id, other)
		}
	}
}

// findPatterns runs the patterns of a source.
func (sc *scanner) findPatterns(id int) {
	src := &sc.sources[id]
	texts := sc.heard.texts(src.spans)
	for i := range texts {
		if texts[i].may == nil {
			texts[i].may = make([]bool, sc.patterns)
			sc.prefilter.may(texts[i].text, texts[i].may)
		}
	}
	for _, p := range src.patterns {
		for i, text := range texts {
			if (i == 0 || text.text != texts[i-1].text) && (text.may[p.id] || len(p.needs) == 0) {
				p.find(text, func(tokens []int) { sc.note(id, tokens) })
			}
		}
	}
}

// findInside looks for the words of a source inside of other words.
func (sc *scanner) findInside(id, from int) {
	for i := from; i < len(sc.heard.tokens); i++ {
		t := sc.heard.tokens[i]
		for _, text := range append([]string{t.text}, t.alts...) {
			if sc.sources[id].within.MatchFirstString(text) != nil {
				sc.note(id, []int{i})
				break
			}
		}
	}
}

// note records a match of a source. The tokens are the caller's.
func (sc *scanner) note(source int, tokens []int) {
	m := match{source: source, first: tokens[0], last: tokens[len(tokens)-1], p: 1}
	for _, i := range tokens {
		t := &sc.heard.tokens[i]
		for word := t.word; word <= t.word+t.more; word++ {
			if len(m.words) == 0 || m.words[len(m.words)-1] < word {
				m.words = append(m.words, word)
				m.p = min(m.p, sc.heard.words[word].P)
			}
		}
	}
	if len(sc.found[source]) == 0 && !slices.Contains(sc.touched, source) {
		sc.touched = append(sc.touched, source)
	}
	sc.found[source] = append(sc.found[source], m)
}

// excuse takes away the matches that lie inside a phrase of the other source.
func (sc *scanner) excuse(source int, other []match) {
	kept := sc.found[source][:0]
	for _, m := range sc.found[source] {
		inside := func(n match) bool { return n.first <= m.first && m.last <= n.last }
		if slices.ContainsFunc(other, inside) {
			sc.excused[source] = append(sc.excused[source], m)
			continue
		}
		kept = append(kept, m)
	}
	sc.found[source] = kept
}
