package pii

import "strings"

// The digits of a payment card (ISO/IEC 7812).
const minCard, maxCard = 13, 19

// cardIn is the part of a run that is a payment card: 13 to 19 digits with a good check digit (ISO/IEC 7812), at the
// beginning or the end of the run, the longest first; or nil.
func cardIn(r numberRun) []number {
	first, last := 0, 0 // numbers, from the beginning and from the end, that have as many digits as a card may have
	for n := 0; first < len(r.numbers) && n+len(r.numbers[first].digits) <= maxCard; first++ {
		n += len(r.numbers[first].digits)
	}
	for n := 0; last < len(r.numbers) && n+len(r.numbers[len(r.numbers)-1-last].digits) <= maxCard; last++ {
		n += len(r.numbers[len(r.numbers)-1-last].digits)
	}
	for to := first; to > 0; to-- {
		if isCard(r.numbers[:to]) {
			return r.numbers[:to]
		}
	}
	for from := len(r.numbers) - last; from < len(r.numbers); from++ {
		if isCard(r.numbers[from:]) {
			return r.numbers[from:]
		}
	}
	return nil
}

// isCard reports whether numbers are those of one card.
func isCard(numbers []number) bool {
	run := numberRun{numbers: numbers}
	digits := run.digits()
	n := len(digits)
	return !run.years() && n >= minCard && n <= maxCard && strings.ContainsRune("23456", rune(digits[0])) && luhn(digits) &&
		different(digits) >= 2
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
