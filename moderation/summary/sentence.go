package summary

import "slices"

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
