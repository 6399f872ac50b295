package pii

import (
	"strings"

	"earshot/moderation/match/lexicon"
)

// streets are the words that end a street's name, and streetsBefore those that begin it.
var (
	streets       = lexicon.Words("streets")
	streetsBefore = lexicon.Words("streets-before")
	homeCues      = lexicon.Words("home-cues")
	notStreets    = lexicon.Words("not-streets")
)

// findAddresses finds where somebody lives: a house number before a street's name ("12 Baker Street"), or in the Indonesian
// order ("jalan Mawar nomor 12"), with words around it that speak of a home.
func findAddresses(atoms []atom, found func(at ...int)) {
	for i := range atoms {
		end, from := -1, i
		if n, ok := numberAt(atoms, i); ok && !n.uncertain {
			end = streetAfter(atoms, n.to)
		} else if streetsBefore[atoms[i].text] {
			end = numberAfter(atoms, i+1)
		} else if streets[atoms[i].text] && i > 0 && atoms[i-1].kind == atomWord && !notStreets[atoms[i-1].text] {
			end, from = numberBehind(atoms, i+1), i-1
		}
		if end > 0 && (cued(atoms, from-8, from, homeCues) || from == i && end > i+2 && broughtTo(atoms, i)) {
			at := make([]int, 0, end-from)
			for k := from; k < end; k++ {
				at = append(at, k)
			}
			found(at...)
		}
	}
}

// bringing are the words for what is done with things that somebody wants at home.
var bringing = map[string]bool{
	"send": true, "sent": true, "drop": true, "post": true, "bring": true, "mail": true, "courier": true, "deliver": true,
}

// broughtTo reports whether "at", or "send it to", stands before atom i.
func broughtTo(atoms []atom, i int) bool {
	return i > 0 && (atoms[i-1].text == "at" || atoms[i-1].text == "to" && cued(atoms, i-5, i, bringing))
}

// maxHouse is of how many groups a house number is said: "one two three", "one twenty".
const maxHouse = 8

// streetAfter is the end of a street's name of one to three words that begins at i, or -1.
func streetAfter(atoms []atom, i int) int {
	most := i + maxHouse
	for k := i; k < len(atoms) && k <= i+4; k++ {
		a := atoms[k]
		if n, ok := numberAt(atoms, k); ok && !n.uncertain && k == i && i < most {
			i++ // "one twenty Baker Street"
			continue
		}
		switch {
		case k > i && streets[a.text]:
			return k + 1
		case k == i && a.text == "the" && k+1 < len(atoms) && streets[atoms[k+1].text] && !everyStreet[atoms[k+1].text]:
			return k + 2 // "9 the crescent"
		case a.kind != atomWord || notStreets[a.text] || strings.TrimSpace(a.text) == "":
			return -1
		}
	}
	return -1
}

// everyStreet are words that mean any street, and no name of one.
var everyStreet = map[string]bool{"street": true, "road": true, "drive": true, "way": true, "court": true, "place": true}

// numberBehind is the end of the house number that is said behind a street's name, "Fifth Avenue number 350", or -1.
func numberBehind(atoms []atom, i int) int {
	if i+1 < len(atoms) && atoms[i].text == "number" {
		if n, ok := numberAt(atoms, i+1); ok && !n.uncertain {
			return n.to
		}
	}
	return -1
}

// numberAfter is the end of the house number within the next words, or -1.
func numberAfter(atoms []atom, i int) int {
	for k := i + 1; k < len(atoms) && k <= i+5; k++ {
		if n, ok := numberAt(atoms, k); ok && !n.uncertain {
			return n.to
		}
	}
	return -1
}
