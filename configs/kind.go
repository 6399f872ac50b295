package configs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// given is a value as somebody wrote it, before it is understood.
type given struct {
	text string
	// tag is the YAML type of the text (!!str, !!int, …); empty for the environment and flags, where all is text.
	tag string
	// list holds the elements when a list was written; it is nil otherwise.
	list []given
	// entries holds the elements of a list of mappings, where the setting takes one.
	entries []layer
	from    Source
}

// kind is one sort of value: want says what is allowed, as the end of the sentence "x is not …", and read turns what
// was written into what viper decodes (a string, an int, a bool or a []string).
type kind struct {
	want string
	read func(given) (any, bool)
	// path says that the value names files, so that relative ones depend on where it is written.
	path bool
	// meant guesses what a value was meant to be, which can't be read; nil, or "": there is no guess.
	meant func(text string) string
	// same is the one form of a value that may be written in several ways; nil: as it is written. It is given what was read.
	same func(string) string
	// fields are the keys of the mappings in a list of such; plain says that an element may be the first key's value alone.
	fields []setting
	plain  bool
}

// wrong says what is wrong with a value that can't be read, and what it was meant to be.
func (k kind) wrong(g given) string {
	text := fmt.Sprintf("%s is not %s", g.shown(), k.want)
	if k.meant == nil {
		return text
	}
	for _, e := range append([]given{g}, g.list...) {
		if meant := k.meant(strings.TrimSpace(e.text)); meant != "" {
			return text + " (did you mean " + strconv.Quote(meant) + "?)"
		}
	}
	return text
}

// setting is one leaf of earshot.yaml.
type setting struct {
	key string // dotted, as in "log.level"
	kind
}

// word is the text of a value that is not a list and, where it has a type, has this one.
func (g given) word(tag string) (string, bool) {
	return g.text, g.list == nil && (g.tag == "" || g.tag == tag)
}

// shown is the value as an error message repeats it.
func (g given) shown() string {
	switch {
	case g.list != nil:
		var words []string
		for _, e := range g.list {
			words = append(words, e.text)
		}
		return short("[" + strings.Join(words, ", ") + "]")
	case g.tag == "!!str" || g.tag == "":
		return strconv.Quote(short(g.text))
	default:
		return short(g.text)
	}
}

// password is what stands before the host in an address.
var password = regexp.MustCompile(`://[^/\s]*@`)

// short is a text cut to what fits into a message, without what may be a password in an address.
func short(s string) string {
	s = password.ReplaceAllString(s, "://…@")
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

// elements are a list's elements; in the environment and in flags a list is written with commas.
func (g given) elements() []given {
	if g.list != nil || g.tag != "" || g.text == "" {
		return g.list
	}
	var out []given
	for s := range strings.SplitSeq(g.text, ",") {
		out = append(out, given{text: strings.TrimSpace(s), from: g.from})
	}
	return out
}

// layer is the values of one source, by setting.
type layer map[string]given
