// Package pii finds personal data in what people say and write: phone numbers, payment cards, mail addresses, home addresses and
// family names, written or spoken, including digits in words.
package pii

import "earshot/models"

// Kinds are the kinds of personal data recognised in speech.
var Kinds = []string{Phone, Email, Card, Address, Surname}

// The kinds.
const (
	Phone   = "phone"
	Email   = "email"
	Card    = "card"
	Address = "address"
	Surname = "surname" // of whoever is named with their given name or a title
)

// WindowMS is how long it may take to say one number or address, in ms: people pause between groups.
const WindowMS = 12_000

// Finding is one piece of personal data.
type Finding struct {
	Kind string
	// Words are the indices of its words, in ascending order.
	Words []int
}

// Find finds personal data of the wanted kinds in what one person said, in the order of Kinds. Consecutive words may be from several
// lines.
func Find(words []models.Word, wanted func(kind string) bool) []Finding {
	atoms := make([]atom, 0, len(words)+8)
	for i, w := range words {
		atoms = appendAtoms(atoms, w.Text, i)
	}
	var runs []numberRun
	if wanted(Phone) || wanted(Card) {
		runs = numberRuns(atoms)
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
			for _, run := range runs {
				if len(cardIn(run)) == 0 && run.isPhone(atoms) {
					found(run.atoms()...)
				}
			}
		case Card:
			for _, run := range runs {
				if card := cardIn(run); len(card) > 0 {
					found(numberRun{numbers: card}.atoms()...)
				}
			}
		case Email:
			findEmails(atoms, found)
		case Address:
			findAddresses(atoms, found)
		case Surname:
			findSurnames(words, atoms, found)
		}
	}
	return out
}
