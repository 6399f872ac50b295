//go:build !race

package pii

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spokenDigits says digits in a drawn manner: one by one, doubled, in pairs.
func spokenDigits(t *rapid.T, digits string) string {
	names := [...]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	tens := [...]string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	var out []string
	for i := 0; i < len(digits); {
		d := digits[i] - '0'
		switch how := rapid.IntRange(0, 4).Draw(t, "how"); {
		case how == 0 && i+1 < len(digits) && digits[i+1] == digits[i]:
			out, i = append(out, "double", names[d]), i+2
		case how == 1 && i+1 < len(digits) && d >= 2 && digits[i+1] != '0':
			out, i = append(out, tens[d], names[digits[i+1]-'0']), i+2
		case how == 2:
			out, i = append(out, digits[i:i+1]), i+1
		default:
			out, i = append(out, names[d]), i+1
		}
		if rapid.IntRange(0, 9).Draw(t, "filler") == 0 {
			out = append(out, "uh")
		}
	}
	return strings.Join(out, " ")
}

// TestSpokenDigitsRoundTrip checks that digits come back from however they are said.
func TestSpokenDigitsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{7,19}`).Draw(t, "digits")
		said := spokenDigits(t, digits)
		var atoms []atom
		for i, w := range strings.Fields(said) {
			atoms = appendAtoms(atoms, w, i)
		}
		runs := numberRuns(atoms)
		if len(runs) != 1 || runs[0].digits() != digits {
			t.Fatalf("%s said as %q is %v", digits, said, runs)
		}
	})
}

// TestIndonesianDigits checks the second language of numbers.
func TestIndonesianDigits(t *testing.T) {
	for said, want := range map[string]string{
		"nol delapan dua belas": "0812", "dua puluh lima tiga puluh": "2530", "sebelas sepuluh": "1110",
		"dobel tujuh": "77", "satu ratus": "100",
	} {
		var atoms []atom
		for i, w := range strings.Fields(said) {
			atoms = appendAtoms(atoms, w, i)
		}
		if runs := numberRuns(atoms); len(runs) != 1 || runs[0].digits() != want {
			t.Errorf("%s: %v, want %s", said, runs, want)
		}
	}
}
