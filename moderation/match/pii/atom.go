package pii

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/moderation/match/lexicon"
)

// atom is a part of what was said, for reading numbers and addresses: unlike tokens, atoms keep the signs.
type atom struct {
	text string
	kind atomKind
	word int  // index of the spoken word
	glue bool // no space before it
}

type atomKind uint8

const (
	atomWord atomKind = iota
	atomDigits
	atomSign
)

// appendAtoms takes one word apart.
func appendAtoms(out []atom, text string, word int) []atom {
	text = strings.ToLower(text)
	kindOf := func(r rune) atomKind {
		switch {
		case r >= '0' && r <= '9':
			return atomDigits
		case unicode.IsLetter(r), unicode.IsMark(r), strings.ContainsRune(lexicon.Apostrophes, r):
			return atomWord
		}
		return atomSign
	}
	glue := false
	for len(text) > 0 {
		var kind atomKind
		n := len(text)
		for i, r := range text {
			k := kindOf(r)
			if i == 0 {
				kind = k
				continue
			}
			if k != kind || kind == atomSign {
				n = i
				break
			}
		}
		out = append(out, atom{text[:n], kind, word, glue})
		text, glue = text[n:], true
	}
	return out
}

// cued reports whether one of the words stands between two atoms.
func cued(atoms []atom, from, to int, cues map[string]bool) bool {
	for i := max(from, 0); i < min(to, len(atoms)); i++ {
		text := atoms[i].text
		if cues[text] || len(text) > 3 && cues[strings.TrimSuffix(text, "s")] { // "was" is no plural of "wa"
			return true
		}
		if at := strings.LastIndexAny(text, lexicon.Apostrophes); at > 0 { // "j'habite"
			_, size := utf8.DecodeRuneInString(text[at:])
			if cues[text[at+size:]] {
				return true
			}
		}
	}
	return false
}
