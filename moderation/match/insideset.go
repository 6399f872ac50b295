package match

import "slices"

// insideSet is the set of texts matched inside words. It takes little more memory than the texts.
type insideSet struct {
	texts   map[string]struct{}
	lengths []int // of the texts, in bytes, rising
}

func (s *insideSet) add(text string) {
	if s.texts == nil {
		s.texts = map[string]struct{}{}
	}
	s.texts[text] = struct{}{}
	if i, ok := slices.BinarySearch(s.lengths, len(text)); !ok {
		s.lengths = slices.Insert(s.lengths, i, len(text))
	}
}

// in reports whether a word contains any of the texts.
func (s *insideSet) in(word string) bool {
	for from := range len(word) {
		for _, n := range s.lengths {
			if from+n > len(word) {
				break
			}
			if _, ok := s.texts[word[from:from+n]]; ok {
				return true
			}
		}
	}
	return false
}
