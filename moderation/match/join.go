package match

import (
	"strings"

	"earshot/models"
	"earshot/moderation/match/lexicon"
)

// Recognisers write a word that they don't know as the syllables they heard: "stu pid". Two neighbours are read as one
// word when some source looks for that word, when neither of them is a word that people say by itself, and when nothing parts
// them: no sign, no pause, no capital letter as names have it. Since neither says anything alone, nothing is lost by
// reading them together; the word is as sure as the less sure of the two. Two longer words are a compound of them, written apart:
// "sound board".

const (
	minPart, maxPart   = 2, 5  // letters of a part
	minWhole, maxWhole = 5, 10 // letters of the word
	minHalf, maxHalf   = 4, 10 // letters of either word of a compound
	minCompound        = 10    // letters of the compound: shorter ones may well be two words
	maxPartedMS        = 250   // the longest pause inside a word
)

// standalone are the short words that people say by themselves, with the fillers, the letters' names and the titles of spoken
// language. A part of a longer word that is one of them is taken for what it is.
var standalone = lexicon.Words("standalone", "given-names", "abbreviations")

// joiner knows the words that may be heard in two parts. It is immutable once built.
type joiner struct {
	whole map[string]bool // what some source looks for
	parts map[string]bool // words of sources that are as short as a part: they are never joined
	words map[string]bool // all words that some source looks for
}

// newJoiner collects the words of lists, phrases and patterns.
func newJoiner(indexes map[Form]*index, sources []source) joiner {
	s := joiner{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	add := func(word string) {
		s.words[word] = true
		if len(word) >= minPart && len(word) <= maxPart {
			s.parts[word] = true
		}
		if len(word) >= minWhole && len(word) <= maxWhole && isLowerASCII(word) {
			s.whole[word] = true
		}
	}
	for _, x := range indexes {
		for _, word := range x.texts {
			add(word)
		}
	}
	for i := range sources {
		for _, p := range sources[i].patterns {
			for _, word := range strings.FieldsFunc(p.re.String(), notLowerASCII) {
				add(word)
			}
		}
	}
	return s
}

func notLowerASCII(r rune) bool { return r < 'a' || r > 'z' }

// join makes one token of every two from token from on that are the parts of a word.
func (s joiner) join(tokens []Token, from int, words []models.Word) []Token {
	if len(s.words) == 0 {
		return tokens
	}
	tokens = s.joinNames(tokens, from)
	var buf [2 * maxHalf]byte
	for i := from; i+1 < len(tokens); i++ {
		a, b := &tokens[i], &tokens[i+1]
		whole := s.whole
		if !s.part(a) || !s.part(b) {
			if !s.half(a) || !s.half(b) || len(a.Text)+len(b.Text) < minCompound {
				continue
			}
			whole = s.words
		}
		n := copy(buf[:], a.Text)
		n += copy(buf[n:], b.Text)
		if !whole[string(buf[:n])] || !unparted(a, b, words) {
			continue
		}
		text, alts := readings(string(buf[:n]))
		joined := Token{Text: text, Alts: alts, Word: a.Word, Start: a.Start, End: b.End, More: b.Word - a.Word}
		if joined.More > 0 {
			joined.End = a.End
		}
		tokens = append(append(tokens[:i], joined), tokens[i+2:]...)
	}
	return tokens
}

// part reports whether a token can be a part of a word and no word of its own.
func (s joiner) part(t *Token) bool {
	n := len(t.Text)
	return n >= minPart && n <= maxPart && t.More == 0 && isLowerASCII(t.Text) && !standalone[t.Text] && !s.parts[t.Text]
}

// half reports whether a token can be one of the two words that a compound is made of: "sound board".
func (s joiner) half(t *Token) bool {
	n := len(t.Text)
	return n >= minHalf && n <= maxHalf && t.More == 0 && isLowerASCII(t.Text) && !s.words[t.Text]
}

// unparted reports whether nothing stands between two neighbours.
func unparted(a, b *Token, words []models.Word) bool {
	first, second := words[a.Word], words[b.Word]
	if a.Word == b.Word {
		return a.End <= b.Start && first.Text[a.End:b.Start] == "-"
	}
	if b.Word != a.Word+1 || first.Text[a.End:] != "" || strings.TrimLeft(second.Text[:b.Start], " ") != "" {
		return false
	}
	letter := func(at int) byte { return second.Text[b.Start+at] }
	name := letter(0) >= 'A' && letter(0) <= 'Z' && letter(1) >= 'a' && letter(1) <= 'z'
	return !name && second.StartMS-first.EndMS <= maxPartedMS
}
