package match

import "strings"

// numerals are the number words of one language. To teach another language, add its numerals to spokenNumerals.
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

func wordSet(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// englishNumerals are complete up to what people say in numbers that name somebody: phones, cards, house numbers.
var englishNumerals = numerals{
	digit: map[string]string{
		"zero": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
		"six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
	},
	tens: map[string]string{
		"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
	},
	whole: map[string]string{
		"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
		"seventeen": "17", "eighteen": "18", "nineteen": "19",
	},
	repeat: map[string]int{"double": 2, "dubble": 2, "triple": 3, "treble": 3, "tripple": 3, "quadruple": 4},
	zeros:  map[string]string{"hundred": "00", "thousand": "000"},
	near: map[string]string{
		"oh": "0", "o": "0", "owe": "0", "won": "1", "to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "tree": "3", "sex": "6",
	},
	plus: wordSet("plus"),
	filler: wordSet(
		"uh um er erm ah eh mm hmm and then dash hyphen space minus so okay ok yeah right like area code that is it's it is wait sorry again " +
			"comma pause next followed by",
	),
}

// indonesianNumerals are those of Indonesian; "nol" and "kosong" are both zero.
var indonesianNumerals = numerals{
	digit: map[string]string{
		"nol": "0", "kosong": "0", "satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5", "enam": "6", "tujuh": "7",
		"delapan": "8", "lapan": "8", "sembilan": "9",
	},
	whole:  map[string]string{"sepuluh": "10", "sebelas": "11", "seratus": "100", "seribu": "1000"},
	repeat: map[string]int{"dobel": 2, "dabel": 2, "tripel": 3},
	zeros:  map[string]string{"ratus": "00", "ribu": "000"},
	suffix: map[string]string{"belas": "teen", "puluh": "ten"},
	filler: wordSet("eh em anu terus lalu dan strip garis ya nah maaf ulangi spasi itu"),
	plus:   wordSet("tambah"),
}

// spokenNumerals are the languages in which numbers are understood; they may be mixed.
var spokenNumerals = []*numerals{&englishNumerals, &indonesianNumerals}

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
	if a.kind != atomWord {
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
func isFiller(a atom) bool {
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
	for _, l := range spokenNumerals {
		if l.plus[a.text] {
			return true
		}
	}
	return false
}
