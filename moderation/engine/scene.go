package engine

import (
	"slices"
	"strings"

	"earshot/models"
)

// scene is what conditions look at: one line with what was said before it, who said it, and the room.
type scene struct {
	set     *Set
	in      *Session
	person  *person
	u       models.Utterance
	observe bool // there is no line: something was observed
	heard   heard
	tables  map[string]*idTable
	caches  map[string]formCache
	path    []int
	found   [][]match // per source
	excused [][]match // per source, what never: took away
	touched []int     // the sources with matches
	roles   []models.Role
	now     int64 // ms from the session's start
	late    bool  // the ledgers have changed since the line was judged

	from     int     // matches begin at this token or later
	evidence []match // of when, while unless is looked at
	noSound  bool    // matches by sound do not count
	nowOnly  bool    // matches that end before the current line do not count
	manner
}

// manner is how a line is judged.
type manner struct {
	explain bool // also return the rules that do not fire, with the reason
	show    bool // do not mask
}

func newScene(s *Set) *scene {
	sc := &scene{
		set: s, found: make([][]match, len(s.sources)), excused: make([][]match, len(s.sources)), path: make([]int, 0, maxTokens),
		tables: map[string]*idTable{}, caches: map[string]formCache{},
	}
	for way := range s.indexes {
		sc.tables[way], sc.caches[way] = &idTable{}, formCache{}
	}
	return sc
}

// look finds everything that any rule looks for in a line, given the lines before it.
func (sc *scene) look(before []past, u models.Utterance, words []models.Word) {
	for _, id := range sc.touched {
		sc.found[id], sc.excused[id] = sc.found[id][:0], sc.excused[id][:0]
	}
	sc.touched = sc.touched[:0]
	sc.u, sc.now, sc.observe, sc.late, sc.evidence, sc.noSound, sc.nowOnly = u, u.EndMS, false, false, nil, false, false
	u.Words, u.Text = nil, ""
	sc.heard.prepare(before, past{u: u, words: words})
	sc.heard.tokens = sc.set.split.join(sc.heard.tokens, sc.heard.cut, sc.heard.words)
	sc.from = sc.heard.cut
	if len(sc.heard.tokens) == sc.heard.cut {
		return
	}
	from := sc.heard.cut
	if sc.set.spans {
		from = 0
	}
	for _, way := range hows {
		if x := sc.set.indexes[way]; x != nil {
			t := sc.tables[way]
			x.lookup(sc.heard.tokens, t, sc.caches[way])
			x.find(t, from, sc.path, sc.note)
		}
	}
	for _, id := range sc.set.patterned {
		sc.patterns(id)
	}
	for _, id := range sc.set.inside {
		sc.insides(id, from)
	}
	if len(sc.set.reveals) > 0 {
		sc.reveal()
	}
	for _, id := range sc.set.excusable {
		if src := sc.set.sources[id]; len(sc.found[src.never]) > 0 {
			sc.excuse(id, sc.found[src.never])
		}
	}
}

// patterns runs the patterns of a source.
func (sc *scene) patterns(id int) {
	src := &sc.set.sources[id]
	texts := sc.heard.texts(src.spans)
	for i := range texts {
		if texts[i].may == nil {
			texts[i].may = make([]bool, sc.set.patterns)
			sc.set.prefilter.may(texts[i].text, texts[i].may)
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

// insides looks for the words of a source inside of other words.
func (sc *scene) insides(id, from int) {
	for i := from; i < len(sc.heard.tokens); i++ {
		t := sc.heard.tokens[i]
		for _, text := range append([]string{t.text}, t.alts...) {
			if sc.set.sources[id].within.MatchFirstString(text) != nil {
				sc.note(id, []int{i})
				break
			}
		}
	}
}

// note records a match of a source. The tokens are the caller's.
func (sc *scene) note(source int, tokens []int) {
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

// excuse takes away the matches that lie inside a phrase of never:.
func (sc *scene) excuse(source int, never []match) {
	kept := sc.found[source][:0]
	for _, m := range sc.found[source] {
		inside := func(n match) bool { return n.first <= m.first && m.last <= n.last }
		if slices.ContainsFunc(never, inside) {
			sc.excused[source] = append(sc.excused[source], m)
			continue
		}
		kept = append(kept, m)
	}
	sc.found[source] = kept
}

// words are the spoken words of matches, each once and in order, and their groups as they are shown. Without a match they
// are all words of the line.
func (sc *scene) words(ms []match) (words []models.Word, shown []string) {
	if len(ms) == 0 {
		return slices.Clone(sc.heard.current()), nil
	}
	masked := sc.masked(ms)
	last := -2
	for i, w := range sc.heard.words {
		hide, ok := masked[i]
		if !ok {
			continue
		}
		words = append(words, w)
		text := trim(w.Text)
		if hide {
			text = mask(text)
		}
		if i == last+1 {
			shown[len(shown)-1] += " " + text
		} else {
			shown = append(shown, text)
		}
		last = i
	}
	return words, shown
}

// masked are the indices of the words of matches, and whether each is to be hidden.
func (sc *scene) masked(ms []match) map[int]bool {
	out := map[int]bool{}
	for _, m := range ms {
		hide := m.source >= 0 && sc.set.sources[m.source].mask && !sc.show
		for _, w := range m.words {
			out[w] = out[w] || hide
		}
	}
	return out
}

// Mask is a text with the words of masked lists, and personal data that a rule looks for, hidden but for their first letters:
// fit for showing.
func (s *Set) Mask(text string) string {
	sc := newScene(s)
	sc.look(nil, models.Utterance{}, wordsOf(models.Utterance{Text: text}))
	out := make([]string, len(sc.heard.words))
	for i, w := range sc.heard.words {
		out[i] = w.Text
	}
	for id := range s.sources {
		for i, hide := range sc.masked(slices.Concat(sc.found[id], sc.excused[id])) {
			if hide {
				out[i] = mask(out[i])
			}
		}
	}
	return strings.Join(out, " ")
}

// quote names matches in an explanation, masked where their list is.
func (sc *scene) quote(ms []match) string {
	_, shown := sc.words(ms)
	return quoted(shown)
}
