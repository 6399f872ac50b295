package metaphone

import "strings"

// encoder goes through a word, letter by letter.
type encoder struct {
	word               string // upper case
	pos                int
	germanic           bool // spelled as German and Slavic names are
	primary, alternate []byte
}

// sound appends a sound to both codes and goes on by some letters.
func (e *encoder) sound(code string, letters int) { e.sounds(code, code, letters) }

// sounds appends to each code what it takes the letters for.
func (e *encoder) sounds(primary, alternate string, letters int) {
	e.primary = append(e.primary, primary...)
	e.alternate = append(e.alternate, alternate...)
	e.pos += letters
}

// at says that the word has one of some texts at a distance from the present letter.
func (e *encoder) at(offset int, texts ...string) bool {
	return e.has(e.pos+offset, texts...)
}

// begins says that the word begins with one of some texts.
func (e *encoder) begins(texts ...string) bool { return e.has(0, texts...) }

func (e *encoder) has(i int, texts ...string) bool {
	if i < 0 || i > len(e.word) {
		return false
	}
	for _, t := range texts {
		if strings.HasPrefix(e.word[i:], t) {
			return true
		}
	}
	return false
}

// oneOf says that the letter at a distance is one of some.
func (e *encoder) oneOf(offset int, letters string) bool {
	i := e.pos + offset
	return i >= 0 && i < len(e.word) && strings.IndexByte(letters, e.word[i]) >= 0
}

func (e *encoder) vowel(offset int) bool { return e.oneOf(offset, "AEIOUY") }

func (e *encoder) first() bool { return e.pos == 0 }
func (e *encoder) last() bool  { return e.pos == len(e.word)-1 }

// run is 2 where the next letter is one of some, which then is heard together with this one, and 1 otherwise.
func (e *encoder) run(letters string) int {
	if e.oneOf(1, letters) {
		return 2
	}
	return 1
}
