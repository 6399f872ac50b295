// Package pii finds personal data in what people say and write: numbers to call, payment cards, mail addresses and where
// somebody lives. It knows them as they are written and as they are spoken, digit words included.
package pii

import (
	"strings"
	"unicode"

	"earshot/models"
	"earshot/moderation/match/lexicon"
)

// Kinds are the kinds of personal data that are understood when spoken.
var Kinds = []string{Phone, Email, Card, Address}

// The kinds.
const (
	Phone   = "phone"
	Email   = "email"
	Card    = "card"
	Address = "address"
)

// WindowMS is how long somebody may take to say one number or address, in ms: people pause between groups.
const WindowMS = 12_000

// atom is a part of what was said, for reading numbers and addresses: unlike tokens, atoms keep the signs.
type atom struct {
	text string
	kind atomKind
	word int  // index of the spoken word
	glue bool // no space before it
}

type atomKind uint8

const (
	atomWord atomKind = iota
	atomDigits
	atomSign
)

// Finding is one piece of personal data.
type Finding struct {
	Kind string
	// Words are the indices of the words that it is made of, rising.
	Words []int
}

// Find finds personal data of the wanted kinds in what one person said, in the order of Kinds. Words that follow each other
// may be of several lines.
func Find(words []models.Word, wanted func(kind string) bool) []Finding {
	atoms := make([]atom, 0, len(words)+8)
	for i, w := range words {
		atoms = appendAtoms(atoms, w.Text, i)
	}
	var out []Finding
	for _, kind := range Kinds {
		if !wanted(kind) {
			continue
		}
		found := func(at ...int) {
			f := Finding{Kind: kind}
			for _, i := range at {
				if n := len(f.Words); n == 0 || f.Words[n-1] < atoms[i].word {
					f.Words = append(f.Words, atoms[i].word)
				}
			}
			out = append(out, f)
		}
		switch kind {
		case Phone:
			for _, run := range numberRuns(atoms) {
				if len(cardIn(run)) == 0 && run.isPhone(atoms) {
					found(run.atoms()...)
				}
			}
		case Card:
			for _, run := range numberRuns(atoms) {
				if card := cardIn(run); len(card) > 0 {
					found(numberRun{numbers: card}.atoms()...)
				}
			}
		case Email:
			findEmails(atoms, found)
		case Address:
			findAddresses(atoms, found)
		}
	}
	return out
}

func appendAtoms(out []atom, text string, word int) []atom {
	text = strings.ToLower(text)
	kindOf := func(r rune) atomKind {
		switch {
		case r >= '0' && r <= '9':
			return atomDigits
		case unicode.IsLetter(r), unicode.IsMark(r), strings.ContainsRune(lexicon.Apostrophes, r):
			return atomWord
		}
		return atomSign
	}
	glue := false
	for len(text) > 0 {
		var kind atomKind
		n := len(text)
		for i, r := range text {
			k := kindOf(r)
			if i == 0 {
				kind = k
				continue
			}
			if k != kind || kind == atomSign {
				n = i
				break
			}
		}
		out = append(out, atom{text[:n], kind, word, glue})
		text, glue = text[n:], true
	}
	return out
}

// numberRun is a sequence of spoken numbers with nothing but fillers between.
type numberRun struct {
	numbers []number
	plus    bool
}

func (r numberRun) digits() string {
	var b strings.Builder
	for _, n := range r.numbers {
		b.WriteString(n.digits)
	}
	return b.String()
}

func (r numberRun) atoms() []int {
	var out []int
	for _, n := range r.numbers {
		for i := n.from; i < n.to; i++ {
			out = append(out, i)
		}
	}
	return out
}

// maxFillers is how many fillers may stand between two groups of digits.
const maxFillers = 4

// numberRuns finds the sequences of numbers.
func numberRuns(atoms []atom) []numberRun {
	var out []numberRun
	var run numberRun
	fillers := 0
	end := func() {
		run.trim()
		if len(run.numbers) > 0 {
			out = append(out, run)
		}
		run, fillers = numberRun{}, 0
	}
	for i := 0; i < len(atoms); {
		n, ok := numberAt(atoms, i)
		if ok && n.uncertain && (len(run.numbers) == 0 || fillers > 0) && !startsZero(atoms, n) {
			ok = false
		}
		if ok {
			run.numbers = append(run.numbers, n)
			i, fillers = n.to, 0
			continue
		}
		switch {
		case isPlus(atoms[i]) && len(run.numbers) == 0:
			run.plus = true
		case len(run.numbers) == 0:
			run.plus = false
		case isFiller(atoms[i]) && fillers < maxFillers && !decimal(atoms, i):
			fillers++
		default:
			end()
		}
		i++
	}
	end()
	return out
}

// startsZero reports whether "oh" or "o" stands for a zero before digits: "oh eight hundred".
func startsZero(atoms []atom, n number) bool {
	if n.digits != "0" || n.to >= len(atoms) {
		return false
	}
	next, ok := numberAt(atoms, n.to)
	return ok && !next.uncertain
}

// decimal reports whether a sign parts the places of a quantity (3.5, 1,000) rather than the groups of a number.
func decimal(atoms []atom, i int) bool {
	if atoms[i].kind != atomSign || atoms[i].text != "." && atoms[i].text != "," {
		return false
	}
	inside := i > 0 && i+1 < len(atoms) && atoms[i].glue && atoms[i+1].glue && atoms[i-1].kind == atomDigits && atoms[i+1].kind == atomDigits
	return inside && (atoms[i].text == "," || len(atoms[i-1].text) < 3 || len(atoms[i+1].text) < 3)
}

// trim takes uncertain numbers off the end: "five five to" ends with "five".
func (r *numberRun) trim() {
	for len(r.numbers) > 0 && r.numbers[len(r.numbers)-1].uncertain && r.numbers[len(r.numbers)-1].digits != "0" {
		r.numbers = r.numbers[:len(r.numbers)-1]
	}
}

// cardIn is the part of a run that is a payment card: 13 to 19 digits with a good check digit (ISO/IEC 7812), at the
// beginning or the end of the run, or nil.
func cardIn(r numberRun) []number {
	for from := range r.numbers {
		for to := len(r.numbers); to > from; to-- {
			if from > 0 && to < len(r.numbers) {
				continue
			}
			digits := numberRun{numbers: r.numbers[from:to]}.digits()
			if n := len(digits); n >= 13 && n <= 19 && strings.ContainsRune("23456", rune(digits[0])) && luhn(digits) && different(digits) >= 2 {
				return r.numbers[from:to]
			}
		}
	}
	return nil
}

// luhn checks the check digit.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// different counts the different digits.
func different(digits string) int {
	seen := map[rune]bool{}
	for _, r := range digits {
		seen[r] = true
	}
	return len(seen)
}
