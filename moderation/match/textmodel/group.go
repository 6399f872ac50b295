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
func readGroups(text string, categories []string) (map[string]group, error) {
	out := map[string]group{}
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 || len(fields[1]) != 1 || !slices.Contains([]string{"n", "a", "s", "p"}, fields[1]) {
			return nil, fmt.Errorf("line %d of its list of groups is not a word, a kind and a category", len(out)+1)
		}
		g := group{kind(fields[1][0]), slices.Index(categories, fields[2])}
		if g.category < 0 && g.kind != people {
			return nil, fmt.Errorf("line %d of its list of groups names an unknown category", len(out)+1)
		}
		out[fields[0]] = g
	}
	return out, nil
}

// token is a word, or the mark of a group.
type token struct {
	text     string
	category int // of a group; -1: a plain word
}

func (t token) isGroup() bool { return t.category >= 0 }

// mask replaces the names of groups by marks.
func (m *Model) mask(words []word) []token {
	out := make([]token, 0, len(words))
	for i := 0; i < len(words); {
		if g, ok := m.groups[words[i].text]; !ok || g.kind == people {
			out = append(out, token{words[i].text, -1})
			i++
			continue
		}
		t, n := m.name(words[i:])
		out = append(out, t)
		i += n
	}
	return out
}

// name is the mark of the group that the words begin with, and how many of them name it.
func (m *Model) name(words []word) (token, int) {
	out, n, has := token{category: -1}, 0, map[kind]bool{}
	for n < len(words) && !has[people] {
		g, ok := m.groups[words[n].text]
		if !ok {
			break
		}
		n++
		has[g.kind] = true
		if g.kind != people && (out.category < 0 || g.kind == slur || m.vague(out.category, g.category)) {
			out.category = g.category
		}
	}
	switch {
	case has[slur]:
		out.text = markSlur
	case has[noun] || has[people]:
		out.text = markNoun
	default:
		out.text = markAdjective
	}
	return out, n
}

// vague reports whether a category says less than another one that follows.
func (m *Model) vague(first, then int) bool {
	name := m.Recurrent.Categories[first]
	return name == male || name == gender && m.Recurrent.Categories[then] != gender
}
