package textmodel

import (
	"fmt"
	"slices"
	"strings"
)

// Marks that stand for the name of a group.
const (
	markNoun      = "<g>"
	markAdjective = "<a>"
	markSlur      = "<s>"
)

var marks = [...]string{markNoun, markAdjective, markSlur}

// kind is what a listed word is.
type kind byte

const (
	noun      kind = 'n' // "immigrants"
	adjective kind = 'a' // "jewish"
	slur      kind = 's'
	people    kind = 'p' // "people": belongs to a group's name before it
)

// group is one word of the list.
type group struct {
	kind     kind
	category int // -1: none
}

// gender and male are the categories of words that mostly tell a group more closely ("black women").
const (
	gender = "gender"
	male   = "male"
)

// readGroups reads the list: word TAB kind TAB category, one in a line.
func readGroups(text string, categories []string) (map[string]*group, error) {
	out := map[string]*group{}
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 || len(fields[1]) != 1 || !slices.Contains([]string{"n", "a", "s", "p"}, fields[1]) {
			return nil, fmt.Errorf("line %d of its list of groups is not a word, a kind and a category", len(out)+1)
		}
		g := group{kind(fields[1][0]), slices.Index(categories, fields[2])}
		if g.category < 0 && g.kind != people {
			return nil, fmt.Errorf("line %d of its list of groups names an unknown category", len(out)+1)
		}
		out[fields[0]] = &g
	}
	return out, nil
}

// token is a word, or the mark of a group.
type token struct {
	text     string
	category int // of a group; -1: a plain word
}

func (t token) isGroup() bool { return t.category >= 0 }

// mask replaces the names of groups by marks, and appends all tokens to others.
func (m *Model) mask(to []token, words []word) []token {
	for i := 0; i < len(words); {
		if g := words[i].group; g == nil || g.kind == people {
			to = append(to, token{words[i].text, -1})
			i++
			continue
		}
		t, n := m.name(words[i:])
		to = append(to, t)
		i += n
	}
	return to
}

// name is the mark of the group that the words begin with, and how many of them name it.
func (m *Model) name(words []word) (token, int) {
	t, n := token{category: -1}, 0
	var slurred, named, ended bool
	for n < len(words) && !ended && words[n].group != nil {
		g := words[n].group
		n++
		slurred, named, ended = slurred || g.kind == slur, named || g.kind == noun || g.kind == people, g.kind == people
		if g.kind != people && (t.category < 0 || g.kind == slur || m.vague(t.category, g.category)) {
			t.category = g.category
		}
	}
	switch {
	case slurred:
		t.text = markSlur
	case named:
		t.text = markNoun
	default:
		t.text = markAdjective
	}
	return t, n
}

// vague reports whether a category says less than another one that follows.
func (m *Model) vague(first, then int) bool {
	name := m.Recurrent.Categories[first]
	return name == male || name == gender && m.Recurrent.Categories[then] != gender
}
