package textmodel

import (
	"slices"
	"unicode"
)

// word is one word of a line as the model reads it, and which of the spoken words it is from.
type word struct {
	text  string
	of    int
	group *group // nil: not one of the list of groups
}

// number stands for every number.
const number = "0"

// read brings spoken words into the model's form: lower case, without apostrophes and drawn-out letters, numbers as one.
func (m *Model) read(spoken []string) []word {
	r := reader{Model: m, out: make([]word, 0, len(spoken))}
	for i, s := range spoken {
		r.of = i
		if r.inForm(s) {
			r.add(s)
			continue
		}
		for _, c := range s {
			r.rune(c)
		}
		r.end()
	}
	return r.out
}

// reader is a line that is being read.
type reader struct {
	*Model
	of      int
	letters []rune
	digits  bool
	out     []word
}

// inForm reports whether a spoken word needs no reading, as most do not.
func (r *reader) inForm(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' || i > 1 && s[i] == s[i-1] && s[i] == s[i-2] {
			return false
		}
	}
	return 0 < len(s) && len(s) <= r.MaxToken
}

func (r *reader) rune(c rune) {
	switch {
	case c == '\'' || c == '\u2019' || c == '\u2018' || c == '\u02bc' || c == '`':
	case unicode.IsLetter(c):
		if r.digits {
			r.end()
		}
		r.letters = append(r.letters, unicode.ToLower(c))
	case '0' <= c && c <= '9':
		if len(r.letters) > 0 {
			r.end()
		}
		r.digits = true
	default:
		r.end()
	}
}

// end ends a word or number.
func (r *reader) end() {
	switch {
	case len(r.letters) > 0:
		r.add(string(short(r.letters, r.MaxToken)))
	case r.digits && (len(r.out) == 0 || r.out[len(r.out)-1].text != number):
		r.add(number)
	}
	r.letters, r.digits = r.letters[:0], false
}

func (r *reader) add(text string) { r.out = append(r.out, word{text, r.of, r.groups[text]}) }

// short makes one letter of a run of three or more, and cuts what is too long.
func short(letters []rune, longest int) []rune {
	var out []rune
	for len(letters) > 0 {
		run := slices.IndexFunc(letters, func(c rune) bool { return c != letters[0] })
		if run < 0 {
			run = len(letters)
		}
		keep := run
		if run >= 3 {
			keep = 1
		}
		out = append(out, letters[:keep]...)
		letters = letters[run:]
	}
	return out[:min(len(out), longest)]
}
