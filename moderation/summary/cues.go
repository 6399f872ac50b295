package summary

import (
	"cmp"
	"slices"

	"github.com/kljensen/snowball/english"
)

// kind is what a sentence is taken for.
type kind int

const (
	decision kind = iota
	action
	question
	kinds
)

// The longest lists. When there are more, those whose cues are clearest stay.
const (
	maxDecisions = 30
	maxActions   = 30
	maxQuestions = 15
)

// threshold is the score from which a cue is believed. The weights of the cues add up to it in more than one way, so that
// a word which was heard wrong seldom loses the sentence.
const threshold = 0.7

// cues are the units of each kind, in the order they were said.
type cues [kinds][]int

// scored is a unit with the score of its kind.
type scored struct {
	unit  int
	score float64
}

// findCues sorts the sentences into decisions, actions and questions; most are none of them. A sentence has one kind.
func (d *document) findCues() cues {
	var found [kinds][]scored
	var out cues
	if d.lang == nil {
		return out
	}
	judge := d.lang.judge(d)
	for n := range d.units {
		u := &d.units[n]
		scores := judge(u)
		best := decision
		for k := range kinds {
			if scores[k] > scores[best] {
				best = k
			}
		}
		if scores[best] >= threshold {
			found[best] = append(found[best], scored{n, scores[best] + 0.01*float64(min(10, len(u.terms)))})
		}
	}
	for k, most := range [kinds]int{maxDecisions, maxActions, maxQuestions} {
		out[k] = clearest(found[k], most)
	}
	return out
}

// clearest keeps the units with the highest scores, in the order they were said.
func clearest(all []scored, most int) []int {
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var out []int
	for _, s := range all[:min(most, len(all))] {
		out = append(out, s.unit)
	}
	slices.Sort(out)
	return out
}

// sentence is a unit made ready for the cues.
type sentence struct {
	ws    []string // plain words, near misses of cue words put right
	raw   *unit
	asks  bool
	names bool // a speaker of the room is named
}

func newSentence(u *unit, spell *speller, people map[string]bool) sentence {
	s := sentence{ws: plainWords(u.words), raw: u, asks: u.asks}
	for i, w := range s.ws {
		s.names = s.names || people[w]
		s.ws[i] = spell.right(w)
	}
	return s
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

// phraseSet is phrases by their first word.
type phraseSet map[string][][]string

// says reports whether the words of one of the phrases stand side by side.
func (s *sentence) says(set phraseSet) bool {
	for i, w := range s.ws {
		for _, p := range set[w] {
			if len(p) <= len(s.ws)-i && slices.Equal(s.ws[i:i+len(p)], p) {
				return true
			}
		}
	}
	return false
}

// speller puts right the words that are one letter away from a cue word: what a recogniser makes of a cue is often close.
type speller struct {
	known map[string]bool
	near  map[string]string // a cue word without one letter -> the cue word
	cache map[string]string
}

// minSpelled is the shortest cue word that is looked for in this way; short words have too many neighbours.
const minSpelled = 5

func newSpeller() *speller {
	s := &speller{known: map[string]bool{}, near: map[string]string{}, cache: map[string]string{}}
	for _, set := range cueWords() {
		for w := range set {
			s.known[w] = true
		}
	}
	for w := range s.known {
		if len(w) < minSpelled {
			continue
		}
		for i := range len(w) {
			key := w[:i] + w[i+1:]
			if old, ok := s.near[key]; !ok || w < old { // the same one, whatever the order of the map
				s.near[key] = w
			}
		}
	}
	return s
}

func (s *speller) right(w string) string {
	if len(w) < minSpelled-1 || s.known[w] || stopWords[w] {
		return w
	}
	if r, ok := s.cache[w]; ok {
		return r
	}
	out := w
	if r, ok := s.near[w]; ok && r[0] == w[0] && len(w) >= minSpelled { // a letter is missing; "greed" is not "agreed"
		out = r
	}
	for i := 0; i < len(w) && out == w; i++ {
		cut := w[:i] + w[i+1:]
		if s.known[cut] && len(cut) > minSpelled { // a letter too many
			out = cut
		} else if r, ok := s.near[cut]; ok && len(r) == len(w) && r[:i] == w[:i] && r[i+1:] == w[i+1:] { // a wrong letter
			out = r
		}
	}
	if out != w && english.Stem(out, false) == english.Stem(w, false) { // another form of it is another word: agree, agreed
		out = w
	}
	s.cache[w] = out
	return out
}
