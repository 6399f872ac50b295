package summary

import (
	"slices"
	"strings"
)

// sentence is a unit made ready for the cues.
type sentence struct {
	ws      []string // plain words, near misses of cue words put right
	written []word   // the words as they are written
	raw     *unit
	apart   []bool // a mark stands before the word
	asks    bool
	names   bool // a speaker of the room is named
	opened  bool // it began with a word that sums up, which is not quoted
	either  bool // it names an alternative: "or we use"
	people  map[string]bool
	parts   map[string]bool // parts of names that are words too
	speaker string          // who says it
}

func newSentence(d *document, n int, spell *speller) sentence {
	u := &d.units[n]
	written := u.words()
	s := sentence{
		ws: plainWords(written), written: written, raw: u, asks: u.asks, people: d.named, speaker: d.lines[u.lines[0]].SpeakerID,
		opened: sumsUp(u.heard), either: alternative(u.heard), parts: d.people,
	}
	s.apart = marks(written)
	for i, w := range s.ws {
		s.names = s.names || d.named[w]
		s.ws[i] = spell.right(w)
	}
	return s
}

// marks reports for each of the plain words whether a mark stands before it.
func marks(ws []word) []bool {
	out := make([]bool, 0, len(ws)+4)
	for i, w := range ws {
		n := 1
		if strings.Contains(w.low, "'") {
			n = len(plainWords(ws[i : i+1]))
		}
		for k := range n {
			out = append(out, w.apart && k == 0)
		}
	}
	return out
}

// plainSentence makes a text ready for cues, as it was heard.
func plainSentence(text string) sentence {
	ws := words(text)
	return sentence{ws: plainWords(ws), written: ws, apart: marks(ws)}
}

// sumsUp reports whether a sentence was begun with "so" or the like.
func sumsUp(heard string) bool {
	ps := firstPieces(heard, 3)
	for i, p := range ps[:min(2, len(ps))] {
		if decideClose[p.low] && (i+1 == len(ps) || ps[i+1].low != "that") { // "so that we're not going to have"
			return true
		}
	}
	return false
}

// alternative reports whether a sentence begins with "or" or "either".
func alternative(heard string) bool {
	ps := firstPieces(heard, 1)
	return len(ps) > 0 && (ps[0].low == "or" || ps[0].low == "either")
}

// at is the i-th word, or "" outside.
func (s *sentence) at(i int) string {
	if i < 0 || i >= len(s.ws) {
		return ""
	}
	return s.ws[i]
}

// within reports whether one of the words is in the set, from <= i < to.
func (s *sentence) within(set map[string]bool, from, to int) bool {
	for i := max(0, from); i < min(to, len(s.ws)); i++ {
		if set[s.ws[i]] {
			return true
		}
	}
	return false
}

// says reports whether the words of one of the phrases stand side by side.
func (s *sentence) says(set phraseSet) bool { return s.saysWhere(set) >= 0 }

// saysWhere is where the first of the phrases begins; -1: none is said.
func (s *sentence) saysWhere(set phraseSet) int {
	for i := range s.ws {
		if s.saysAt(i, set) > 0 {
			return i
		}
	}
	return -1
}

// saysAt is how many words the longest of the phrases has that begins at i; 0: none does.
func (s *sentence) saysAt(i int, set phraseSet) int {
	n := 0
	for _, p := range set[s.at(i)] {
		if len(p) > n && len(p) <= len(s.ws)-i && slices.Equal(s.ws[i:i+len(p)], p) {
			n = len(p)
		}
	}
	return n
}

// brokenOff reports whether the recogniser heard a sentence break off: "I'll need to check if any of the…".
func (u *unit) brokenOff() bool {
	heard := strings.TrimSpace(u.heard)
	return strings.HasSuffix(heard, "…") || strings.HasSuffix(heard, "...")
}

// quotes reports whether a sentence has somebody else's words in quotation marks.
func (u *unit) quotes() bool { return strings.ContainsAny(u.heard, "\"“”") }

var (
	leaning = englishWords.set("leaning")
	halves  = englishWords.set("halves")
	// backVerbs follow a pronoun, and not the thing that "that" names: "that was", but "that party".
	backThis    = englishWords.set("backThis")
	backVerbs   = englishWords.set("backVerbs")
	backClauses = englishWords.set("backClauses")
)

// leans reports whether a sentence says nothing without the one before it, "They had two filters", or is half of one: "If you have a
// good estimate of the noise".
func (u *unit) leans() bool {
	first := u.glossary.word(u.said[0]).low
	return leaning[first] || halves[first] && !strings.Contains(u.text, ",")
}

// earlyWords is how many words of a sentence are looked at for a pronoun that points back.
const earlyWords = 6

// pointsBack reports whether a sentence has a pronoun for something said before it, and no word with a topic before the pronoun: "It was
// on the side", "That would be red", "You put it there".
func (u *unit) pointsBack() bool {
	for i, w := range u.each() {
		if i >= earlyWords || w.term >= 0 {
			return false
		}
		low := base(w.low)
		if low != "it" && !backThis[low] && (!leaning[low] || i == 0) {
			continue
		}
		switch ws := plainWords(u.words()[i:]); {
		case len(ws) < 2:
			return low != "that"
		case low == "it":
			return !announces(ws)
		case leaning[low] || backVerbs[ws[1]] || strings.HasSuffix(ws[1], "ly"):
			return true
		case (low == "that" || low == "this") && i == 0 && strings.HasSuffix(ws[1], "s") && !stopWords[ws[1]]:
			return !strings.HasSuffix(ws[1], "ss") && !strings.HasSuffix(ws[1], "us") && !strings.HasSuffix(ws[1], "is")
		}
	}
	return false
}

// farClause is how many words after "it" the clause begins that it announces, at most.
const farClause = 7

var announcing = englishWords.set("announcing")

// announces reports whether an "it" stands for what the sentence says after it: "It is important to", "It turns out that".
func announces(ws []string) bool {
	for i, w := range ws[2:min(len(ws), 2+farClause)] {
		if backClauses[w] && (announcing[ws[1+i]] || announcing[ws[i]] && i > 0) {
			return true
		}
	}
	return false
}

// longestContext is the most words that a sentence has together with the one before it that says what it is about.
const longestContext = 40

// context is the first unit to quote: the one before, where a sentence of English says what it is about only there, or else itself.
func (d *document) context(n int) int {
	u := &d.units[n]
	if d.english() && (len(u.terms) == 0 || u.pointsBack()) && d.follows(n) {
		return n - 1
	}
	return n
}

// follows reports whether a sentence may be quoted with the one before it.
func (d *document) follows(n int) bool {
	if n == 0 {
		return false
	}
	u, b := &d.units[n], &d.units[n-1]
	before, line := b.lines[len(b.lines)-1], u.lines[0]
	return line-before <= 1 && d.lines[before].SpeakerID == d.lines[line].SpeakerID && d.lines[line].StartMS-d.lines[before].EndMS <= joinMS &&
		b.whole && len(b.terms) > 0 && len(b.said)+len(u.said) <= longestContext && endsSentence(b.text) && !b.pointsBack() && !b.leans()
}

// mostParts is how many parts a sentence has at most.
const mostParts = 8

// parts are the parts of a sentence of English that can be quoted by themselves, the longest first: it ends where another clause begins,
// or begins there. Nothing is left out on which the rest may depend: "If we sell two, and we make money" does not say that we make money.
func (u *unit) parts() []string {
	ps := pieces(u.text)
	t := over(ps)
	var ends, begins []int
	for i := 1; i < len(ps); i++ {
		if !t.clauseBegins(i) {
			continue
		}
		if i >= leastQuoted && !t.taints(i, len(ps)) {
			ends = append(ends, i)
		}
		if len(ps)-i >= leastQuoted && !t.taints(0, i) {
			begins = append(begins, i)
		}
	}
	ends, begins = append(ends, len(ps)), append([]int{0}, begins...)
	var out []string
	for n := len(ps) - 1; n >= leastQuoted && len(out) < mostParts; n-- {
		for _, from := range begins {
			for _, to := range ends {
				if to-from != n {
					continue
				}
				if s := part(ps[from:to]); s != "" {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// clauseBegins reports whether a clause begins at i that may stand without the one before it.
func (t *talkedOver) clauseBegins(i int) bool {
	switch t.ps[i].low {
	case "and", "so", "because", "then", "which":
		return t.pauses(i-1) || t.clause(i+1) || t.first(i+1, adverb)
	}
	return t.pauses(i-1) && (t.clause(i) || t.ps[i].low == "i")
}

var tainting = englishWords.set("tainting")

// taints reports whether words say something about others that must not be left out.
func (t *talkedOver) taints(from, to int) bool {
	for _, p := range t.ps[from:to] {
		if tainting[base(p.low)] || strings.HasSuffix(p.low, "n't") {
			return true
		}
	}
	return false
}

// part writes some of the pieces as a sentence; "" if it can't stand alone.
func part(ps []piece) string {
	ps = dropClosers(dropOpeners(slices.Clone(ps)))
	if len(ps) < leastQuoted {
		return ""
	}
	if last := &ps[len(ps)-1]; !last.ends() {
		last.raw = strings.TrimRight(last.raw, ",;:-—") + "."
	}
	if s := written(ps); standsAlone(s) {
		return s
	}
	return ""
}
