package summary

import "slices"

// sentence is a unit made ready for the cues.
type sentence struct {
	ws      []string // plain words, near misses of cue words put right
	raw     *unit
	asks    bool
	names   bool // a speaker of the room is named
	opened  bool // it began with a word that sums up, which is not quoted
	people  map[string]bool
	speaker string // who says it
}

func newSentence(d *document, n int, spell *speller) sentence {
	u := &d.units[n]
	s := sentence{
		ws: plainWords(u.words), raw: u, asks: u.asks, people: d.people, speaker: d.lines[u.lines[0]].SpeakerID,
		opened: sumsUp(u.heard),
	}
	for i, w := range s.ws {
		s.names = s.names || d.people[w]
		s.ws[i] = spell.right(w)
	}
	return s
}

// sumsUp reports whether a sentence was begun with "so" or the like.
func sumsUp(heard string) bool {
	ps := pieces(heard)
	for _, p := range ps[:min(2, len(ps))] {
		if decideClose[p.low] {
			return true
		}
	}
	return false
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
	for _, p := range set[s.ws[i]] {
		if len(p) > n && len(p) <= len(s.ws)-i && slices.Equal(s.ws[i:i+len(p)], p) {
			n = len(p)
		}
	}
	return n
}
