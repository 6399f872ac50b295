package pii

import (
	"maps"
	"strconv"
	"strings"

	"earshot/moderation/match/lexicon"
)

// numerals are the number words of one language, as the list numerals of the lexicon has them.
type numerals struct {
	digit  map[string]string // "five" is 5
	tens   map[string]string // "twenty" is 20, or 2 before a digit; in Indonesian tens are made with a word behind, see suffix
	whole  map[string]string // "eleven" is 11
	repeat map[string]int    // "double" is twice the next digit
	zeros  map[string]string // "hundred" adds 00
	suffix map[string]string // "belas" makes 1x of x, "puluh" x0 or the tens of what follows
	near   map[string]string // heard for digits, and only taken for them between digits: "for", "to"
	plus   map[string]bool
	filler map[string]bool // may stand between digits
}

// spokenNumerals are the languages in which numbers are understood; they may be mixed.
var spokenNumerals = readNumerals()

// In any language, whatever begins a number and whatever may stand for the plus before one. Most words are neither.
var startsNumber, standsForPlus = beginnings(spokenNumerals)

func beginnings(all []*numerals) (numbers, pluses map[string]bool) {
	numbers, pluses = map[string]bool{}, map[string]bool{}
	for _, l := range all {
		for _, words := range []map[string]string{l.digit, l.tens, l.whole, l.near} {
			for word := range words {
				numbers[word] = true
			}
		}
		for word := range l.repeat {
			numbers[word] = true
		}
		maps.Copy(pluses, l.plus)
	}
	return numbers, pluses
}

func readNumerals() (all []*numerals) {
	for _, lang := range lexicon.Languages("numerals") {
		l := &numerals{
			digit: map[string]string{}, tens: map[string]string{}, whole: map[string]string{}, repeat: map[string]int{},
			zeros: map[string]string{}, suffix: map[string]string{}, near: map[string]string{},
			plus: map[string]bool{}, filler: map[string]bool{},
		}
		for _, line := range lexicon.Lines("numerals", lang) {
			l.add(strings.Fields(line))
		}
		all = append(all, l)
	}
	return all
}

// add adds one line of the list: what the word is, the word, and what it stands for; or several words that are the same.
func (l *numerals) add(line []string) {
	values := map[string]map[string]string{
		"digit": l.digit, "tens": l.tens, "whole": l.whole, "zeros": l.zeros, "suffix": l.suffix, "near": l.near,
	}
	sets := map[string]map[string]bool{"plus": l.plus, "filler": l.filler}
	switch kind := line[0]; {
	case values[kind] != nil:
		values[kind][line[1]] = line[2]
	case sets[kind] != nil:
		for _, word := range line[1:] {
			sets[kind][word] = true
		}
	case kind == "repeat":
		times, err := strconv.Atoi(line[2])
		if err != nil {
			panic("match: the list numerals: " + err.Error()) // it is part of the program
		}
		l.repeat[line[1]] = times
	default:
		panic("match: the list numerals has no " + kind)
	}
}

// number is one spoken group of digits, and the words it comes from.
type number struct {
	digits    string
	from, to  int  // atoms, [from, to)
	uncertain bool // only a number because numbers stand around it
	written   bool // it was written in digits
}

// numberAt reads the number that begins with atom i, in any language. It returns false when there is none.
func numberAt(atoms []atom, i int) (number, bool) {
	a := atoms[i]
	if a.kind == atomDigits {
		return number{digits: a.text, from: i, to: i + 1, written: true}, true
	}
	if a.kind != atomWord || !startsNumber[a.text] {
		return number{}, false
	}
	for _, l := range spokenNumerals {
		if n, ok := l.at(atoms, i); ok {
			return n, true
		}
	}
	return number{}, false
}

func (l *numerals) at(atoms []atom, i int) (number, bool) {
	a := atoms[i].text
	if times, ok := l.repeat[a]; ok && i+1 < len(atoms) {
		d, ok := l.digit[atoms[i+1].text]
		if !ok {
			d, ok = l.near[atoms[i+1].text]
		}
		if atoms[i+1].kind == atomDigits && len(atoms[i+1].text) == 1 {
			d, ok = atoms[i+1].text, true
		}
		if ok {
			return number{digits: strings.Repeat(d, times), from: i, to: i + 2}, true
		}
		return number{}, false
	}
	if d, ok := l.whole[a]; ok {
		return l.zerosAfter(atoms, number{digits: d, from: i, to: i + 1}), true
	}
	if d, ok := l.tens[a]; ok {
		if i+1 < len(atoms) {
			if unit, ok := l.digit[atoms[i+1].text]; ok && unit != "0" {
				return number{digits: d[:1] + unit, from: i, to: i + 2}, true
			}
		}
		return number{digits: d, from: i, to: i + 1}, true
	}
	if d, ok := l.digit[a]; ok {
		return l.suffixed(atoms, number{digits: d, from: i, to: i + 1}), true
	}
	if d, ok := l.near[a]; ok {
		return number{digits: d, from: i, to: i + 1, uncertain: true}, true
	}
	return number{}, false
}

// zerosAfter adds the zeros of "hundred" and "thousand".
func (l *numerals) zerosAfter(atoms []atom, n number) number {
	if n.to < len(atoms) {
		if z, ok := l.zeros[atoms[n.to].text]; ok {
			n.digits += z
			n.to++
		}
	}
	return n
}

// suffixed reads "tiga belas" as 13 and "dua puluh lima" as 25.
func (l *numerals) suffixed(atoms []atom, n number) number {
	if n.to >= len(atoms) {
		return n
	}
	switch l.suffix[atoms[n.to].text] {
	case "teen":
		n.digits, n.to = "1"+n.digits, n.to+1
		return n
	case "ten":
		n.to++
		if n.to < len(atoms) {
			if unit, ok := l.digit[atoms[n.to].text]; ok && unit != "0" {
				n.digits, n.to = n.digits+unit, n.to+1
				return n
			}
		}
		n.digits += "0"
		return n
	}
	return l.zerosAfter(atoms, n)
}

// isFiller reports whether a word may stand between the digits of one number.
func isFiller(atoms []atom, i int) bool {
	a := atoms[i]
	if i > 0 && a.text == "on" { // hang on, hold on
		return atoms[i-1].text == "hang" || atoms[i-1].text == "hold"
	}
	if a.kind == atomSign {
		return a.text == "-" || a.text == "(" || a.text == ")" || a.text == "," || a.text == "." || a.text == "+"
	}
	for _, l := range spokenNumerals {
		if l.filler[a.text] {
			return true
		}
	}
	return false
}

// isPlus reports whether an atom begins an international number.
func isPlus(a atom) bool {
	if a.kind == atomSign {
		return a.text == "+"
	}
	return standsForPlus[a.text]
}
