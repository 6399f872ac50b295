package train

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/moderation/summary/readable"
)

// spoiler spoils sentences as speech is: what somebody abandons stands before what they say, words are lost, sentences run into each
// other, an end is missing. A network that tells them from those that nobody spoiled knows much about broken sentences before it sees
// the first that was judged (as S. Wang et al., AAAI 2020, for disfluencies).
type spoiler struct {
	*rand.Rand
	pool [][]readable.Word
}

// function are words of which one too many is said.
var function = strings.Fields("the a of to in that it is we i you and for on this with so but they was have be are at or if can not what " +
	"there then just one do would from will")

// leastSpoilt is how many words and marks a sentence has at least that is spoilt.
const leastSpoilt = 6

// spoil returns a sentence with a defect.
func (s *spoiler) spoil(ws []readable.Word) ([]readable.Word, readable.Defect) {
	if len(ws) < leastSpoilt+1 {
		return s.insert(ws, s.IntN(len(ws)), s.function()), readable.Broken
	}
	switch s.IntN(12) {
	case 0, 1, 2:
		return s.begunAnew(ws), readable.Broken
	case 3, 4:
		return s.begunOther(ws), readable.Broken
	case 5:
		n := 1 + s.IntN(2)
		at := 1 + s.IntN(len(ws)-n-2)
		return slices.Concat(ws[:at], ws[at+n:]), readable.Broken
	case 6, 7:
		o := s.other()
		at := 1 + s.IntN(max(1, len(o)-3))
		return slices.Concat(ws[:2+s.IntN(len(ws)-3)], lowered(o[at:])), readable.Broken
	case 8:
		return s.insert(ws, 1+s.IntN(len(ws)-1), s.function()), readable.Broken
	case 9:
		return s.halfWord(ws), readable.Broken
	case 10:
		out := spoken(ws[:len(ws)/2+s.IntN(len(ws)-len(ws)/2-1)])
		if s.IntN(2) == 0 {
			out = append(out, readable.Word{Text: "."})
		}
		return out, readable.Cut
	}
	from := 1 + s.IntN(len(ws)/2)
	for from < len(ws)-3 && !isWord(ws[from]) {
		from++
	}
	return raised(ws[from:]), readable.Cut
}

// other is some other sentence.
func (s *spoiler) other() []readable.Word { return s.pool[s.IntN(len(s.pool))] }

func (s *spoiler) function() []readable.Word {
	return []readable.Word{{Text: function[s.IntN(len(function))]}}
}

// begunAnew says the next few words twice, the first time with another word.
func (s *spoiler) begunAnew(ws []readable.Word) []readable.Word {
	at := s.IntN(len(ws) - 2)
	again := spoken(ws[at : at+1+s.IntN(min(4, len(ws)-at-1))])
	if len(again) == 0 {
		again = []readable.Word{{Text: "the"}}
	}
	o := spoken(s.other())
	switch s.IntN(4) {
	case 0:
		again = append(again, o[s.IntN(len(o))])
	case 1:
		again[len(again)-1] = o[s.IntN(len(o))]
	case 2:
		again = append(again, o[:min(2, len(o))]...)
	default:
		again[len(again)-1] = s.function()[0]
	}
	return s.insert(ws, at, again)
}

// begunOther has the first words of another sentence.
func (s *spoiler) begunOther(ws []readable.Word) []readable.Word {
	at := 0
	if s.IntN(2) == 0 {
		at = s.IntN(len(ws) - 1)
	}
	o := spoken(s.other())
	return s.insert(ws, at, o[:1+s.IntN(min(5, len(o)))])
}

// halfWord has the beginning of a word, which the session has nowhere else.
func (s *spoiler) halfWord(ws []readable.Word) []readable.Word {
	const most = 6
	at := 1 + s.IntN(len(ws)-1)
	w := ws[at].Text
	if s.IntN(3) == 0 {
		o := s.other()
		w = o[s.IntN(len(o))].Text
	}
	letters := []rune(strings.ToLower(w))
	if len(letters) <= 3 {
		return s.insert(ws, at, s.function())
	}
	return s.insert(ws, at, []readable.Word{{Text: string(letters[:1+s.IntN(min(most, len(letters)-2))]), Once: true}})
}

// insert sets words before the one at a place.
func (s *spoiler) insert(ws []readable.Word, at int, more []readable.Word) []readable.Word {
	if at == 0 {
		return slices.Concat(raised(more), lowered(ws))
	}
	return slices.Concat(ws[:at], lowered(more), ws[at:])
}

// spoken is a copy of what of a sentence is no mark.
func spoken(ws []readable.Word) []readable.Word {
	return slices.DeleteFunc(slices.Clone(ws), func(w readable.Word) bool { return !isWord(w) })
}

func isWord(w readable.Word) bool {
	r, _ := utf8.DecodeRuneInString(w.Text)
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// raised begins with a capital.
func raised(ws []readable.Word) []readable.Word { return with(ws, unicode.ToUpper) }

// lowered begins without one, unless the first word is "I" or all capitals.
func lowered(ws []readable.Word) []readable.Word {
	if len(ws) == 0 {
		return ws
	}
	first := ws[0].Text
	if first == "I" || strings.HasPrefix(first, "I'") || len(first) > 1 && strings.ToUpper(first) == first {
		return ws
	}
	return with(ws, unicode.ToLower)
}

func with(ws []readable.Word, first func(rune) rune) []readable.Word {
	if len(ws) == 0 {
		return ws
	}
	out := slices.Clone(ws)
	r, n := utf8.DecodeRuneInString(out[0].Text)
	out[0].Text = string(first(r)) + out[0].Text[n:]
	return out
}
