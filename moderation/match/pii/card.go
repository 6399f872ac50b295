package pii

import (
	"strings"
)

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
