//go:build !race

package engine

import "testing"

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
		{"call five five five | zero one two three", "phone: five five five zero one two three"},
		{"five five five | zero one two three", ""},
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

// FuzzReveals checks that no text makes the search for numbers and addresses fail.
func FuzzReveals(f *testing.F) {
	for _, s := range []string{
		"five five five 0123", "john@gmail.com", "double double", "12 Baker Street", "plus + . @ at dot com", "twenty", "dua puluh",
	} {
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
