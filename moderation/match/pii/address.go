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
	houseNumbers  = lexicon.Words("house-numbers") // in languages whose numerals are not read otherwise
	amounts       = lexicon.Words("amounts")
)

// findAddresses finds where somebody lives: a house number before a street's name ("12 Baker Street", "12 rue de la Paix"), or
// behind it ("jalan Mawar nomor 12", "calle Mayor 12", "Hauptstraße 5"), with words around it that speak of a home.
func findAddresses(atoms []atom, found func(at ...int)) {
	for i := 0; i < len(atoms); i++ {
		from, end := addressAt(atoms, i)
		if end > 0 && (cued(atoms, from-8, from, homeCues) || from == i && end > i+2 && broughtTo(atoms, i) || flatAfter(atoms, end)) {
			at := make([]int, 0, end-from)
			for k := from; k < end; k++ {
				at = append(at, k)
			}
			found(at...)
			i = end - 1
		}
	}
}

// addressAt is where an address begins and ends whose number, or whose word for a street, is at atom i; end is -1 if there is none.
func addressAt(atoms []atom, i int) (from, end int) {
	if n, ok := numberAt(atoms, i); ok && !n.uncertain && !ordinal(atoms, n.to) {
		if end = streetAfter(atoms, n.to); end < 0 {
			end = nameAfter(atoms, n.to)
		}
		return i, end
	}
	named := i > 0 && oneWord(atoms[i-1])
	switch text := atoms[i].text; {
	case houseNumbers[text]:
		return i, nameAfter(atoms, i+1)
	case beginsStreet(atoms, i):
		return i, numberAfter(atoms, i+1)
	case compound(text):
		return i, numberBehind(atoms, i+1, true)
	case named && (text == "strasse" || text == "straße"):
		return i - 1, numberBehind(atoms, i+1, true)
	case named && streets[text]:
		return i - 1, numberBehind(atoms, i+1, false)
	}
	return i, -1
}

// oneWord reports whether an atom can be the name of a street.
func oneWord(a atom) bool { return a.kind == atomWord && !notStreets[a.text] }

// ordinal reports whether an atom makes the number before it the name of a street: "42nd Street".
func ordinal(atoms []atom, i int) bool {
	if i >= len(atoms) || !atoms[i].glue {
		return false
	}
	switch atoms[i].text {
	case "st", "nd", "rd", "th":
		return true
	}
	return false
}

// flatAfter reports whether the number of a flat follows: "apartment four".
func flatAfter(atoms []atom, i int) bool {
	if i+1 >= len(atoms) || atoms[i].text != "apartment" && atoms[i].text != "flat" && atoms[i].text != "apt" {
		return false
	}
	n, ok := numberAt(atoms, i+1)
	return ok && !n.uncertain
}

// beginsStreet reports whether a street's name begins at atom i. "Via" and "avenue" do only in what looks like their language.
func beginsStreet(atoms []atom, i int) bool {
	before, next := "", ""
	if i > 0 {
		before = atoms[i-1].text
	}
	if i+1 < len(atoms) {
		next = atoms[i+1].text
	}
	switch atoms[i].text {
	case "via":
		return (before == "in" || before == "at" || before == "on" || before == "abito") && !notStreets[next]
	case "avenue", "boulevard", "place", "quai", "cours":
		return particles[next]
	}
	return streetsBefore[atoms[i].text]
}

// particles stand before the name of a street.
var particles = map[string]bool{
	"de": true, "du": true, "des": true, "d": true, "la": true, "le": true, "les": true, "l": true, "del": true, "do": true,
}

// nameAfter is the end of a street's name behind its number, "12 rue de la Paix", that begins at atom i, or -1.
func nameAfter(atoms []atom, i int) int {
	if i < len(atoms) && (atoms[i].text == "bis" || atoms[i].text == "ter" || atoms[i].text == ",") {
		i++
	}
	if i+1 >= len(atoms) || !beginsStreet(atoms, i) {
		return -1
	}
	end, most := i+1, 2
	for end < len(atoms) && particles[strings.TrimRight(atoms[end].text, lexicon.Apostrophes)] {
		end, most = end+1, 1
	}
	for ; end < len(atoms) && most > 0 && oneWord(atoms[end]); most-- {
		end++
	}
	return end
}

// compoundEnds end the German names of streets that are one word: "Hauptstraße".
var compoundEnds = []string{"strasse", "straße", "gasse", "platz", "allee", "weg"}

// compound reports whether a word is such a name.
func compound(word string) bool {
	for _, end := range compoundEnds {
		if len(word) > len(end)+3 && strings.HasSuffix(word, end) {
			return true
		}
	}
	return false
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
		if k == i && a.text == "and" && atoms[k-1].text == "hundred" && i < most {
			i++ // "two hundred and five North Street"
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

// houseNumber is the end of a house number at atom i that is no amount of something, or -1.
func houseNumber(atoms []atom, i int) int {
	if i >= len(atoms) {
		return -1
	}
	end := -1
	if n, ok := numberAt(atoms, i); ok && !n.uncertain {
		end = n.to
	} else if houseNumbers[atoms[i].text] {
		end = i + 1
	}
	if end > 0 && end < len(atoms) && amounts[atoms[end].text] {
		return -1
	}
	return end
}

// saysNumber are the words before the number of a house.
var saysNumber = map[string]bool{
	"number": true, "numero": true, "número": true, "numéro": true, "nummer": true, "hausnummer": true, "nomor": true, "no": true,
}

// numberBehind is the end of the house number that is said behind a street's name, "Fifth Avenue number 350", or -1. bare: nothing has
// to introduce it, "Hauptstraße 5".
func numberBehind(atoms []atom, i int, bare bool) int {
	if i < len(atoms) && saysNumber[atoms[i].text] {
		return houseNumber(atoms, i+1)
	}
	if bare {
		return houseNumber(atoms, i)
	}
	return -1
}

// numberAfter is the end of the house number within the next words, or -1.
func numberAfter(atoms []atom, i int) int {
	for k := i + 1; k < len(atoms) && k <= i+5; k++ {
		if n, ok := numberAt(atoms, k); ok && !n.uncertain || houseNumbers[atoms[k].text] {
			return houseNumber(atoms, k)
		}
	}
	return -1
}
