package pii

import "strings"

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
		if ok && n.uncertain && (len(run.numbers) == 0 || fillers > 0 || !run.oneByOne(atoms, n)) && !startsZero(atoms, n) {
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
		case isFiller(atoms, i) && fillers < maxFillers && !decimal(atoms, i):
			fillers++
		default:
			end()
		}
		i++
	}
	end()
	return out
}

// oneByOne reports whether digits are said one by one around a word that may be one: "five to six" is 526 then, and "10 to 4" a
// time. A zero is one beside whatever.
func (r numberRun) oneByOne(atoms []atom, n number) bool {
	if n.digits == "0" || n.to >= len(atoms) {
		return true
	}
	single := func(x number) bool { return strings.Count(x.digits, x.digits[:1]) == len(x.digits) }
	next, ok := numberAt(atoms, n.to)
	return single(r.numbers[len(r.numbers)-1]) && (!ok || single(next))
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
	inside := i > 0 && i+1 < len(atoms) && atoms[i].glue && atoms[i+1].glue &&
		atoms[i-1].kind == atomDigits && atoms[i+1].kind == atomDigits
	return inside && (atoms[i].text == "," || len(atoms[i-1].text) < 3 || len(atoms[i+1].text) < 3)
}

// trim takes uncertain numbers off the end: "five five to" ends with "five".
func (r *numberRun) trim() {
	for len(r.numbers) > 0 && r.numbers[len(r.numbers)-1].uncertain && r.numbers[len(r.numbers)-1].digits != "0" {
		r.numbers = r.numbers[:len(r.numbers)-1]
	}
}
