package names

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"earshot/models/confusables"
)

// coarse makes one of the signs that people take for each other: digits for letters, and letters that look like two.
var coarse = strings.NewReplacer("0", "o", "1", "l", "i", "l", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "rn", "m", "vv", "w")

// signs are read as letters by whoever wants to be taken for somebody else.
var signs = map[rune]rune{'@': 'a', '$': 's', '!': 'l', '|': 'l', '€': 'e', '£': 'l', '¡': 'l', '+': 't'}

// look is what a text looks like at a glance, for comparing only: compatibility forms, accents, case, spaces and signs do not
// count, and look-alikes of all alphabets are one (UTS 39, section 4, and coarser). With signs, those that stand for letters do.
func look(s string, withSigns bool) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if l, ok := signs[r]; ok && withSigns {
			r = l
		}
		like := confusables.Latin(r)
		if like == "" {
			r = unicode.ToLower(r)
			like = confusables.Latin(r)
		}
		switch {
		case like != "":
			b.WriteString(like)
		case unseen(r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return coarse.Replace(b.String())
}

// unseen are characters without a picture, beyond control and format characters: fillers and the braille blank.
func unseen(r rune) bool {
	return r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || r == '\u2800' || r == '\u034f' || r >= '\ufe00' && r <= '\ufe0f'
}

// looks are a name's looks: as it is, with signs as letters, and each without the words that anybody may put beside a name.
func looks(name string) []string {
	var out []string
	for _, withSigns := range []bool{false, true} {
		words := strings.FieldsFunc(norm.NFKD.String(name), func(r rune) bool {
			_, sign := signs[r]
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !unseen(r) && confusables.Latin(r) == "" &&
				(!withSigns || !sign)
		})
		rest := ""
		for _, w := range words {
			if l := look(w, withSigns); !ornaments()[l] {
				rest += l
			}
		}
		out = append(out, look(name, withSigns), rest)
	}
	return out
}

// ornaments are the looks of words that claim something of the name beside them.
var ornaments = sync.OnceValue(func() map[string]bool {
	return asLooks("the", "a", "real", "official", "verified", "bot", "co", "host", "cohost", "hosts", "moderator", "mod", "admin",
		"administrator", "owner")
})

// offices are the looks of names that say what only the holder of the host's token is.
var offices = sync.OnceValue(func() map[string]bool {
	return asLooks("host", "cohost", "the host", "moderator", "admin", "administrator", "room host", "your host")
})

func asLooks(words ...string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words {
		out[look(w, false)] = true
	}
	return out
}

// alike reports whether one name can be taken for the other.
func alike(a, b string) bool {
	ours := map[string]bool{}
	for _, l := range looks(a) {
		ours[l] = l != ""
	}
	for _, l := range looks(b) {
		if ours[l] {
			return true
		}
	}
	return false
}

// claims reports whether a name says that its holder is a host, whole or in a word of it.
func claims(name string) bool {
	for _, withSigns := range []bool{false, true} {
		if offices()[look(name, withSigns)] {
			return true
		}
	}
	for _, w := range strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !unseen(r)
	}) {
		if offices()[look(w, false)] {
			return true
		}
	}
	return false
}

// passesFor reports whether a name holds another whole, as it looks: "Earshot (official)".
func passesFor(name, whole string) bool {
	want := look(whole, false)
	if len([]rune(want)) < 4 {
		return alike(name, whole)
	}
	return strings.Contains(look(name, false), want) || strings.Contains(look(name, true), want)
}
