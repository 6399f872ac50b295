// Package pii finds personal data in what people say and write: numbers to call, payment cards, mail addresses and where
// somebody lives. It knows them as they are written and as they are spoken, digit words included.
package pii

import "earshot/models"

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
