package engine

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const revealRules = `schema: 1
rules:
  - {id: phone, when: {reveals: phone}, then: [flag: {}]}
  - {id: card, when: {reveals: card}, then: [flag: {}]}
  - {id: email, when: {reveals: email}, then: [flag: {}]}
  - {id: address, when: {reveals: address}, then: [flag: {}]}
`

func TestReveals(t *testing.T) {
	checkFires(t, revealRules, []said{
		{"my number is five five five zero one two three", "phone: five five five zero one two three"},
		{"five five five | zero one two three", "phone: five five five zero one two three"},
		{"call me on double five five, uh, oh one two three", "phone: double five five … oh one two three"},
		{"oh eight one two three four five six seven eight nine", "phone: oh eight one two three four five six seven eight nine"},
		{"ring me at 555-0123", "phone: 555-0123"},
		{"plus four four seven seven oh oh nine oh oh one two three", "phone: four four seven seven oh oh nine oh oh one two three"},
		{"it is 020 7946 0958", "phone: 020 7946 0958"},
		{"text four one five for one for two six seven one", "phone: four one five for one for two six seven one"},
		{"nomor saya nol delapan satu dua tiga empat lima enam tujuh delapan", "phone: nol delapan satu dua tiga empat lima enam tujuh delapan"},
		{"one eight hundred five five five twelve twelve", "phone: one eight hundred five five five twelve twelve"},
		{"one two three four five six seven eight nine ten", ""},
		{"ten nine eight seven six five four three two one", ""},
		{"it was 1,000,000 dollars", ""},
		{"in 2019 2020 and 2021", ""},
		{"we won three to two and then one to zero", ""},
		{"order number 4 5 5 1 2 3 4", ""},
		{"two or three people", ""},
		{"the price went from 100 to 2000 in 2021", ""},
		{"my card is 4242 4242 4242 4242", "card: 4242 4242 4242 4242"},
		{"my card is 4444 4444 4444 4444", ""}, // only two digits that differ
		{"my card is 4539 1488 0343 6467", "card: 4539 1488 0343 6467"},
		{"my card is 4539 1488 0343 6466", ""},
		{
			"forty five thirty nine fourteen eighty eight | oh three forty three sixty four sixty seven",
			"card: forty five thirty nine fourteen eighty eight oh three forty three sixty four sixty seven",
		},
		{"write to john dot smith at gmail dot com", "email: john dot smith at gmail dot com"},
		{"john.smith@example.org", "email: john.smith@example.org"},
		{"write j o h n at my company dot co dot uk", "email: j o h n at my company dot co dot uk"},
		{"john smith at gmail com", "email: smith at gmail com"},
		{"mail anna | at proton dot me", "email: anna at proton dot me"},
		{"look at example dot com", ""},
		{"we are live at example.com", ""},
		{"meet me at the station.", ""},
		{"she lives at 12 Baker Street", "address: 12 Baker Street"},
		{"my address is one twenty three Old Mill Road", "address: one twenty three Old Mill Road"},
		{"rumah saya di jalan Mawar nomor 12", "address: jalan Mawar nomor 12"},
		{"five minutes down the road", ""},
		{"the 10 best street food places", ""},
		{"I live on a one way street", ""},
	})
}

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
		"nol delapan dua belas": "0812", "dua puluh lima tiga puluh": "2530", "sebelas sepuluh": "1110", "dobel tujuh": "77", "satu ratus": "100",
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

// FuzzReveals checks that no text makes the reader of numbers and addresses fail.
func FuzzReveals(f *testing.F) {
	for _, s := range []string{"five five five 0123", "john@gmail.com", "double double", "12 Baker Street", "plus + . @ at dot com", "twenty", "dua puluh"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		set := mustLoad(t, revealRules)
		for _, v := range mustTry(t, set, s) {
			if v.Fired && len(v.Matched) == 0 {
				t.Fatalf("%q: a find without words", s)
			}
		}
	})
}

func mustTry(t *testing.T, set *Set, say ...string) []Verdict {
	t.Helper()
	vs, err := set.Try(Example{Say: say, WordP: 1})
	if err != nil {
		t.Fatal(err)
	}
	return vs
}
