package pii

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"earshot/moderation/match/lexicon"
)

// phoneRegions are where a number without a country code may belong (CLDR codes).
var phoneRegions = []string{"US", "GB", "ID", "AU", "IN", "DE", "NL", "SG", "MY", "PH", "FR", "ES", "BR", "ZA", "NG", "CA"}

// phoneCues are words near which a number of seven digits or more is a phone number.
var phoneCues = lexicon.Words("phone-cues")

// otherCues are words behind which a number is something else.
var otherCues = lexicon.Words("number-cues")

// units are words that make a quantity of the number before them.
var units = lexicon.Words("units")

// isPhone reports whether a run of numbers is a phone number: by its length and manner of speaking, the words around it, or
// by the numbering plans.
func (r numberRun) isPhone(atoms []atom) bool {
	digits := r.digits()
	n := len(digits)
	first, last := r.numbers[0].from, r.numbers[len(r.numbers)-1].to
	switch {
	case n < 7 || n > 15 || r.years() || different(digits) < 3 && n < 9:
		return false
	case (progression(digits) || r.rising()) && !cued(atoms, first-8, first, phoneCues): // somebody counts
		return false
	case r.plus:
		return n >= 8
	case cued(atoms, first-4, first, otherCues), len(r.numbers) <= 3 && cued(atoms, last, last+1, units):
		return false
	case money(atoms, first, last):
		return false
	case cued(atoms, first-8, first, phoneCues), cued(atoms, last, last+5, phoneCues):
		return r.singles() >= 1 || len(r.numbers) > 1 || n >= 9
	case n < 10: // a short number is one to call only where something says so, or where it is written like one
		return r.written(atoms)
	case r.pairs() || r.round() || repeated(digits) || different(digits) < 3 || r.patterned() || afterPoint(atoms, first):
		return false
	default:
		return r.singles() >= n-4 || len(r.numbers) > 1 && r.grouped() || validPhone(digits)
	}
}

// pairs reports whether every number has two digits: temperatures, marks, ages.
func (r numberRun) pairs() bool {
	return len(r.numbers) > 2 && !slices.ContainsFunc(r.numbers, func(x number) bool { return len(x.digits) != 2 || x.digits[0] == '0' })
}

// patterned reports whether numbers of one digit and of several alternate in the same way three times and more: times of the clock,
// laps.
func (r numberRun) patterned() bool {
	for period := 2; period <= 3; period++ {
		same, mixed := len(r.numbers) >= 3*period, false
		for i, x := range r.numbers {
			same = same && len(x.digits) == len(r.numbers[i%period].digits)
			mixed = mixed || len(x.digits) != len(r.numbers[0].digits)
		}
		if same && mixed {
			return true
		}
	}
	return false
}

// afterPoint reports whether the numbers are the places of a decimal: "three point one four one five".
func afterPoint(atoms []atom, first int) bool {
	return first > 0 && (atoms[first-1].text == "point" || atoms[first-1].text == "koma")
}

// round reports whether every number is a round one: sums, years of a century.
func (r numberRun) round() bool {
	return !slices.ContainsFunc(r.numbers, func(x number) bool { return len(x.digits) < 3 || !strings.HasSuffix(x.digits, "00") })
}

// repeated reports whether digits are nothing but a group of two to five that is said again: somebody counts in.
func repeated(digits string) bool {
	for n := 2; n <= min(5, len(digits)/2); n++ {
		if len(digits)%n == 0 && strings.Repeat(digits[:n], len(digits)/n) == digits {
			return true
		}
	}
	return false
}

// singles counts the digits that were said one by one (double and triple count as such).
func (r numberRun) singles() int {
	n := 0
	for _, x := range r.numbers {
		if len(x.digits) == 1 || strings.Count(x.digits, x.digits[:1]) == len(x.digits) {
			n += len(x.digits)
		}
	}
	return n
}

// grouped reports whether the numbers are groups as phone numbers have them: two to four digits.
func (r numberRun) grouped() bool {
	return !slices.ContainsFunc(r.numbers, func(x number) bool { return len(x.digits) > 4 && !x.written })
}

// written reports whether the run is one word such as 555-0123.
func (r numberRun) written(atoms []atom) bool {
	first, last := r.numbers[0], r.numbers[len(r.numbers)-1]
	return len(r.numbers) == 2 && atoms[first.from].word == atoms[last.from].word && len(first.digits) == 3 && len(last.digits) == 4
}

// years reports whether every number is a year, but for the "to" between two.
func (r numberRun) years() bool {
	return !slices.ContainsFunc(r.numbers, func(x number) bool {
		return !x.uncertain && (len(x.digits) != 4 || !strings.HasPrefix(x.digits, "19") && !strings.HasPrefix(x.digits, "20"))
	})
}

// progression reports whether somebody only counts: every digit one more, or one less, than that before it, with 10 and more
// said as they come.
func progression(digits string) bool {
	up, down := "12345678910111213141516171819202122232425", "1098765432109876543210"
	return strings.Contains("0"+up, digits) || strings.Contains(down, digits)
}

// rising reports whether somebody counts in steps, or lists numbers: five and more, none less than that before, of
// different lengths.
func (r numberRun) rising() bool {
	if r.even() {
		return true
	}
	if len(r.numbers) < 5 || len(r.numbers[0].digits) == len(r.numbers[len(r.numbers)-1].digits) {
		return false
	}
	for i, x := range r.numbers[1:] {
		before := r.numbers[i].digits
		if len(x.digits) < len(before) || len(x.digits) == len(before) && x.digits < before || before[0] == '0' {
			return false
		}
	}
	return true
}

// even reports whether four and more numbers follow each other in the same step, up or down.
func (r numberRun) even() bool {
	if len(r.numbers) < 4 {
		return false
	}
	var values []int
	for _, x := range r.numbers {
		v, err := strconv.Atoi(x.digits)
		if err != nil || x.digits[0] == '0' || len(x.digits) < 2 && len(r.numbers) > 6 {
			return false
		}
		values = append(values, v)
	}
	step := values[1] - values[0]
	for i := 2; i < len(values); i++ {
		if values[i]-values[i-1] != step {
			return false
		}
	}
	return step != 0
}

// money reports whether a currency sign stands at the number.
func money(atoms []atom, first, last int) bool {
	sign := func(i int, signs string) bool {
		return i >= 0 && i < len(atoms) && atoms[i].kind == atomSign && strings.Contains(signs, atoms[i].text)
	}
	return sign(first-1, "$€£¥#") || sign(last, "%€£")
}

// validPhone asks the numbering plans.
func validPhone(digits string) bool {
	for _, region := range phoneRegions {
		if p, err := phonenumbers.Parse(digits, region); err == nil && phonenumbers.IsValidNumber(p) {
			return true
		}
	}
	return false
}
