package ledger

import (
	"cmp"
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/rules"
)

// Book keeps the entries of all ledgers that a session looks at. A balance is never stored: it is what the entries come to
// after fading, so that the same entries always give the same balance.
type Book struct {
	Rules   map[string]rules.Ledger // by name
	session models.Session
	entries map[account][]models.LedgerEntry // rising in time, pending ones left out
	ids     map[string]bool
}

// account is one person's part of one ledger.
type account struct{ ledger, person string }

// New begins the ledgers of a session. Their Rules are to be set before anything is asked of them.
func New(session models.Session) *Book {
	return &Book{session: session, entries: map[account][]models.LedgerEntry{}, ids: map[string]bool{}}
}

// Add enters an entry; one that is known already changes nothing.
func (b *Book) Add(e models.LedgerEntry) {
	if b.ids[e.ID] {
		return
	}
	b.ids[e.ID] = true
	if e.Pending {
		return
	}
	at := account{e.Ledger, e.Person}
	list := b.entries[at]
	i, _ := slices.BinarySearchFunc(list, e, func(a, b models.LedgerEntry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	b.entries[at] = slices.Insert(list, i, e)
}

// Balance is what a person has in a ledger at a time. Points fade evenly and never below zero; a correction takes away what is
// left of what it corrects.
func (b *Book) Balance(ledger, person string, at time.Time) float64 {
	fade := b.Rules[ledger].Fade
	sum := 0.0
	var last time.Time
	for _, e := range b.entries[account{ledger, person}] {
		if e.At.After(at) {
			break
		}
		if !last.IsZero() {
			sum = max(0, sum-fade*float64(e.At.Sub(last).Milliseconds()))
		}
		sum, last = max(0, sum+e.Points), e.At
	}
	if last.IsZero() {
		return 0
	}
	return max(0, sum-fade*float64(at.Sub(last).Milliseconds()))
}

// Scope is what entries of a ledger count in: the session, the room, or all rooms.
func (b *Book) Scope(ledger string) string {
	switch b.Rules[ledger].Across {
	case "this_session":
		return b.session.ID
	case "this_host":
		return ""
	}
	return b.session.Room
}

// Counts reports whether an entry counts here.
func (b *Book) Counts(e models.LedgerEntry) bool {
	_, ok := b.Rules[e.Ledger]
	return ok && e.Scope == b.Scope(e.Ledger)
}

// Balances are a person's balances in all ledgers.
func (b *Book) Balances(person string, at time.Time) map[string]float64 {
	if len(b.Rules) == 0 {
		return nil
	}
	out := make(map[string]float64, len(b.Rules))
	for name := range b.Rules {
		out[name] = b.Balance(name, person, at)
	}
	return out
}
