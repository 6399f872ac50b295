package match

import (
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/match/lexicon"
)

// Recognisers write an unknown word as separate syllables: "stu pid". Two adjacent words are joined if a source looks for the
// result, neither of them is a common word on its own, and nothing separates them: no punctuation, no pause, no capital letter of a
// name. Since neither means anything alone, joining them loses nothing; the joined word has the lower of the two probabilities. Two
// longer words can form a compound written as two words: "sound board".

const (
	minPart, maxPart   = 2, 5  // letters of a part
	minWhole, maxWhole = 5, 10 // letters of the whole word
	minHalf, maxHalf   = 4, 10 // letters of either word of a compound
	minCompound        = 10    // minimum letters of the compound: shorter ones may well be two words
	minBeside          = 7     // minimum letters of a word of a phrase
	maxPartedMS        = 250   // the longest pause inside a word
)

// standalone are common short words, including the fillers, letter names and titles of spoken language. They are never treated as
// part of a longer word.
var standalone = lexicon.Words("standalone", "given-names", "abbreviations")

// joiner knows the words that may be recognised in two parts. It is immutable once built.
type joiner struct {
	whole map[string]bool // words that some source looks for
	parts map[string]bool // source words as short as a part: they are never joined
	words map[string]bool // all words that some source looks for

	beside   map[string][]string // the neighbours of long words in phrases
	excepted map[string]bool     // single words of exceptions
}

// newJoiner collects the words of lists, phrases and patterns.
func newJoiner(indexes map[Form]*index, sources []source, phrased phrased) joiner {
	s := joiner{map[string]bool{}, map[string]bool{}, map[string]bool{}, phrased.beside, phrased.excepted}
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

// join joins every two tokens from token from on that are the parts of a word.
func (s joiner) join(tokens []Token, from int, words []models.Word) []Token {
	if len(s.words) == 0 {
		return tokens
	}
	tokens = s.joinNames(tokens, from)
	var buf [2 * maxHalf]byte
	for i := from; i+1 < len(tokens); i++ {
		a, b := &tokens[i], &tokens[i+1]
		whole := s.whole
		switch {
		case s.inPhrase(tokens, i, words):
			whole = s.words
		case s.excepts(a, b):
			whole = s.excepted
		case !s.part(a) || !s.part(b):
			if !s.half(a) || !s.half(b) || len(a.Text)+len(b.Text) < minCompound {
				continue
			}
			whole = s.words
		}
		n := copy(buf[:], a.Text)
		n += copy(buf[n:], b.Text)
		if !whole[string(buf[:n])] || !unparted(a, b, words) && !s.inPhrase(tokens, i, words) {
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

// phrased are words of phrases and exceptions that may be recognised in two parts, whatever these mean alone.
type phrased struct {
	beside   map[string][]string
	excepted map[string]bool
}

// note notes the words of a phrase.
func (p *phrased) note(tokens []string) {
	for i, word := range tokens {
		if len(word) < minBeside || len(word) > 2*maxHalf || !isLowerASCII(word) {
			continue
		}
		for _, k := range []int{i - 1, i + 1} {
			if k >= 0 && k < len(tokens) && len(tokens[k]) >= minHalf && !slices.Contains(p.beside[word], tokens[k]) {
				p.beside[word] = append(p.beside[word], tokens[k])
			}
		}
	}
}

// inPhrase reports whether token i and the next are the parts of a word of a phrase, beside another word of it: "oak field academy".
func (s joiner) inPhrase(tokens []Token, i int, words []models.Word) bool {
	a, b := &tokens[i], &tokens[i+1]
	n := len(a.Text) + len(b.Text)
	if len(s.beside) == 0 || n < minBeside || n > 2*maxHalf || len(a.Text) < minPart || len(b.Text) < minPart || a.More > 0 || b.More > 0 {
		return false
	}
	var buf [2 * maxHalf]byte
	copy(buf[copy(buf[:], a.Text):], b.Text)
	neighbours := s.beside[string(buf[:n])]
	return len(neighbours) > 0 && !s.words[a.Text] && !s.words[b.Text] && adjacent(a, b, words) &&
		(i > 0 && slices.Contains(neighbours, tokens[i-1].Text) && adjacent(&tokens[i-1], a, words) ||
			i+2 < len(tokens) && slices.Contains(neighbours, tokens[i+2].Text) && adjacent(b, &tokens[i+2], words))
}

// excepts reports whether two tokens may be an excepted word of which one looks like a word that is looked for: "paki stan".
func (s joiner) excepts(a, b *Token) bool {
	n := len(a.Text) + len(b.Text)
	return len(s.excepted) > 0 && (s.words[a.Text] || s.words[b.Text]) && len(a.Text) >= minPart && len(b.Text) >= minPart &&
		n <= 2*maxHalf && a.More == 0 && b.More == 0
}

// part reports whether a token can be a part of a word and is not a word on its own.
func (s joiner) part(t *Token) bool {
	n := len(t.Text)
	return n >= minPart && n <= maxPart && t.More == 0 && isLowerASCII(t.Text) && !standalone[t.Text] && !s.parts[t.Text]
}

// half reports whether a token can be one of the two words of a compound: "sound board".
func (s joiner) half(t *Token) bool {
	n := len(t.Text)
	return n >= minHalf && n <= maxHalf && t.More == 0 && isLowerASCII(t.Text) && !s.words[t.Text]
}

// unparted reports whether nothing separates two adjacent words, not even the capital letter of a name.
func unparted(a, b *Token, words []models.Word) bool {
	if !adjacent(a, b, words) {
		return false
	}
	letter := func(at int) byte { return words[b.Word].Text[b.Start+at] }
	name := a.Word != b.Word && letter(0) >= 'A' && letter(0) <= 'Z' && letter(1) >= 'a' && letter(1) <= 'z'
	return !name
}

// adjacent reports whether neither punctuation nor a pause separates two words.
func adjacent(a, b *Token, words []models.Word) bool {
	first, second := words[a.Word], words[b.Word]
	if a.Word == b.Word {
		return a.End <= b.Start && first.Text[a.End:b.Start] == "-"
	}
	if b.Word != a.Word+1 || first.Text[a.End:] != "" || strings.TrimLeft(second.Text[:b.Start], " ") != "" {
		return false
	}
	return second.StartMS-first.EndMS <= maxPartedMS
}
