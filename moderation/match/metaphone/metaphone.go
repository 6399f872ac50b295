// Package metaphone turns English words into codes of how they sound, so that words which are spelled differently and
// sound alike share a code. It implements Double Metaphone as Lawrence Philips published it ("The Double Metaphone Search
// Algorithm", C/C++ Users Journal 18(6), June 2000), for the letters A to Z.
package metaphone

import "strings"

// codeLength is how many sounds a code has at most; those after them tell words apart no more.
const codeLength = 4

// Encode returns the codes of a word: how it most likely sounds, and how it may sound to ears of another language. They
// are equal where there is one way to say it. The word is of ASCII letters in either case; other bytes sound like nothing.
// A code has at most four of the letters A F H J K L M N P R S T X 0, where X is the "sh" of "shoe", 0 the "th" of "think",
// and A any vowel at the beginning of the word.
func Encode(word string) (primary, alternate string) {
	e := encoder{word: strings.ToUpper(word)}
	e.germanic = strings.ContainsAny(e.word, "WK") || strings.Contains(e.word, "CZ")
	switch {
	case e.at(0, "GN", "KN", "PN", "WR", "PS"):
		e.pos = 1
	case e.at(0, "X"):
		e.sound("S", 1)
	}
	for e.pos < len(e.word) && (len(e.primary) < codeLength || len(e.alternate) < codeLength) {
		e.letter()
	}
	return cut(e.primary), cut(e.alternate)
}

func cut(code []byte) string { return string(code[:min(len(code), codeLength)]) }

// letter encodes the present letter, with those after it that belong to its sound.
func (e *encoder) letter() {
	switch c := e.word[e.pos]; c {
	case 'A', 'E', 'I', 'O', 'U', 'Y':
		if e.first() {
			e.sound("A", 1)
			return
		}
		e.pos++
	case 'B':
		e.sound("P", e.run("B"))
	case 'C':
		e.c()
	case 'D':
		e.d()
	case 'G':
		e.g()
	case 'H':
		e.h()
	case 'J':
		e.j()
	case 'L':
		e.l()
	case 'M':
		e.m()
	case 'P':
		e.p()
	case 'Q':
		e.sound("K", e.run("Q"))
	case 'R':
		e.r()
	case 'S':
		e.s()
	case 'T':
		e.t()
	case 'V':
		e.sound("F", e.run("V"))
	case 'W':
		e.w()
	case 'X':
		e.x()
	case 'Z':
		e.z()
	case 'F', 'K', 'N':
		e.sound(string(c), e.run(string(c)))
	default:
		e.pos++
	}
}
