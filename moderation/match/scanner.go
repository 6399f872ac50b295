package match

import (
	"slices"

	"earshot/moderation/match/pii"
)

// Scanner matches the sources of a matcher against one line after another. It is used by one goroutine.
type Scanner struct {
	*Matcher
	Window  Window
	tables  map[Form]*idTable
	caches  map[Form]formCache
	path    []int
	from    int       // the first token at which a match may begin
	found   [][]Match // per source
	excused [][]Match
	pending []bool // per source: it has not been completed
	touched []int  // the sources with matches
}

// NewScanner returns a scanner for the sources of a matcher.
func NewScanner(m *Matcher) *Scanner {
	sc := &Scanner{
		Matcher: m, found: make([][]Match, len(m.sources)), excused: make([][]Match, len(m.sources)), pending: make([]bool, len(m.sources)),
		path: make([]int, 0, maxTokens), tables: map[Form]*idTable{}, caches: map[Form]formCache{},
	}
	for f := range m.indexes {
		sc.tables[f], sc.caches[f] = &idTable{}, formCache{}
	}
	return sc
}

// Scan finds the matches of the sources in a line, given the lines before it. What is dear is left until somebody asks for it.
func (sc *Scanner) Scan(before []Utterance, l Utterance) {
	for _, id := range sc.touched {
		sc.found[id], sc.excused[id] = sc.found[id][:0], sc.excused[id][:0]
	}
	sc.touched = sc.touched[:0]
	sc.Window.prepare(before, l)
	sc.Window.Tokens = sc.split.join(sc.Window.Tokens, sc.Window.Cut, sc.Window.Words)
	said := len(sc.Window.Tokens) > sc.Window.Cut
	for _, id := range sc.later {
		sc.pending[id] = said
	}
	if !said {
		return
	}
	sc.from = sc.Window.Cut
	if sc.spans {
		sc.from = 0
	}
	for _, f := range Forms {
		if x := sc.indexes[f]; x != nil {
			t := sc.tables[f]
			x.lookup(sc.Window.Tokens, t, sc.caches[f])
			x.find(t, sc.from, sc.path, sc.note)
		}
	}
	if len(sc.reveals) > 0 {
		sc.findPersonal()
	}
}

// Found returns the matches of a source in the line scanned last.
func (sc *Scanner) Found(source int) []Match {
	sc.complete(source)
	return sc.found[source]
}

// Excused returns the matches of a source that its other source cancels.
func (sc *Scanner) Excused(source int) []Match {
	sc.complete(source)
	return sc.excused[source]
}

// complete finds what Scan has left: most rules do not hold for most lines before their patterns are asked for.
func (sc *Scanner) complete(id int) {
	if !sc.pending[id] {
		return
	}
	sc.pending[id] = false
	src := &sc.sources[id]
	if len(src.patterns) > 0 {
		sc.findPatterns(id)
	}
	if src.within != nil {
		sc.findInside(id)
	}
	if src.except < 0 {
		return
	}
	if other := sc.Found(src.except); len(other) > 0 {
		sc.excuse(id, other)
	}
}

// findPatterns runs the patterns of a source.
func (sc *Scanner) findPatterns(id int) {
	src := &sc.sources[id]
	texts := sc.Window.texts(src.spans)
	for i := range texts {
		if texts[i].may == nil {
			texts[i].may = make([]bool, sc.patterns)
			sc.prefilter.may(texts[i].text, texts[i].may)
		}
	}
	for _, p := range src.patterns {
		for i, text := range texts {
			if (i == 0 || text.text != texts[i-1].text) && (text.may[p.id] || len(p.needs) == 0) {
				p.find(text, func(tokens []int) {
					if i == 0 || !sc.noted(id, tokens) {
						sc.note(id, tokens)
					}
				})
			}
		}
	}
}

// noted reports whether a match of a source has already been found in another reading.
func (sc *Scanner) noted(source int, tokens []int) bool {
	return slices.ContainsFunc(sc.found[source], func(m Match) bool { return m.First == tokens[0] && m.Last == tokens[len(tokens)-1] })
}

// findInside matches the words of a source inside other words.
func (sc *Scanner) findInside(id int) {
	for i := sc.from; i < len(sc.Window.Tokens); i++ {
		t := sc.Window.Tokens[i]
		for _, text := range append([]string{t.Text}, t.Alts...) {
			if sc.sources[id].within.in(text) {
				sc.note(id, []int{i})
				break
			}
		}
	}
}

// note records a match of a source. The tokens belong to the caller.
func (sc *Scanner) note(source int, tokens []int) {
	if len(sc.found[source]) == 0 && !slices.Contains(sc.touched, source) {
		sc.touched = append(sc.touched, source)
	}
	sc.found[source] = append(sc.found[source], sc.match(source, tokens))
}

// match returns a match of a source over tokens.
func (sc *Scanner) match(source int, tokens []int) Match {
	m := Match{Source: source, First: tokens[0], Last: tokens[len(tokens)-1], P: 1}
	for _, i := range tokens {
		t := &sc.Window.Tokens[i]
		for word := t.Word; word <= t.Word+t.More; word++ {
			if len(m.Words) == 0 || m.Words[len(m.Words)-1] < word {
				m.Words = append(m.Words, word)
				m.P = min(m.P, sc.Window.Words[word].P)
			}
		}
	}
	return m
}

// MatchOver returns a match over words of the window that no source of the matcher has found; source, a negative number, is chosen
// by the caller. ok is false if no word has a token.
func (sc *Scanner) MatchOver(source int, words []int) (m Match, ok bool) {
	tokens := sc.tokensOf(words)
	if len(tokens) == 0 {
		return Match{}, false
	}
	return sc.match(source, tokens), true
}

// excuse removes the matches that lie inside a match of the other source.
func (sc *Scanner) excuse(source int, other []Match) {
	kept := sc.found[source][:0]
	for _, m := range sc.found[source] {
		inside := func(n Match) bool { return n.First <= m.First && m.Last <= n.Last }
		if slices.ContainsFunc(other, inside) {
			sc.excused[source] = append(sc.excused[source], m)
			continue
		}
		kept = append(kept, m)
	}
	sc.found[source] = kept
}

// findPersonal finds personal data in the current line and recent speech.
func (sc *Scanner) findPersonal() {
	start := sc.Window.CutAt
	if from := sc.Window.Reach(pii.WindowMS, 0); from < sc.Window.Cut {
		start = sc.Window.Tokens[from].Word
	}
	wanted := func(kind string) bool { _, ok := sc.reveals[kind]; return ok }
	for _, f := range pii.Find(sc.Window.Words[start:], wanted) {
		sc.noteWords(sc.reveals[f.Kind], start, f.Words)
	}
}

// noteWords records a match as the tokens of its words, which count from start. Matches that end before the current line were found
// earlier.
func (sc *Scanner) noteWords(source, start int, words []int) {
	shifted := make([]int, len(words))
	for i, w := range words {
		shifted[i] = start + w
	}
	tokens := sc.tokensOf(shifted)
	if len(tokens) > 0 && tokens[len(tokens)-1] >= sc.Window.Cut {
		sc.note(source, tokens)
	}
}

// tokensOf returns the tokens of words, in ascending order, in the window.
func (sc *Scanner) tokensOf(words []int) []int {
	var tokens []int
	for _, word := range words {
		first, _ := slices.BinarySearchFunc(sc.Window.Tokens, word, func(t Token, w int) int { return t.Word + t.More - w })
		for t := first; t < len(sc.Window.Tokens) && sc.Window.Tokens[t].Word <= word; t++ {
			if len(tokens) == 0 || t > tokens[len(tokens)-1] {
				tokens = append(tokens, t)
			}
		}
	}
	return tokens
}
