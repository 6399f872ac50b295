package engine

import (
	"cmp"
	"slices"
	"time"

	"earshot/models"
)

// book keeps the entries of all ledgers that a session looks at. A balance is never stored: it is what the entries come to
// after fading, so that the same entries always give the same balance.
type book struct {
	set     *Set
	entries map[account][]models.LedgerEntry // rising in time, pending ones left out
	ids     map[string]bool
}

// account is one person's part of one ledger.
type account struct{ ledger, person string }

func newBook(set *Set) book {
	return book{set: set, entries: map[account][]models.LedgerEntry{}, ids: map[string]bool{}}
}

// add enters an entry; one that is known already changes nothing.
func (b *book) add(e models.LedgerEntry) {
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

// balance is what a person has in a ledger at a time. Points fade evenly and never below zero; a correction takes away what is
// left of what it corrects.
func (b *book) balance(ledger, person string, at time.Time) float64 {
	fade := b.set.ledgers[ledger].Fade
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

// Balance is a person's points in a ledger at a time, after fading.
func (s *Session) Balance(ledger, person string, at time.Time) float64 {
	return s.book.balance(ledger, person, at)
}

// scope is what entries of a ledger count in: the session, the room, or all rooms.
func (s *Session) scope(ledger string) string {
	switch s.set.ledgers[ledger].Across {
	case "this_session":
		return s.session.ID
	case "this_host":
		return ""
	}
	return s.session.Room
}

// at is a time of the session's clock as people have it.
func (s *Session) at(ms int64) time.Time {
	return s.session.Started.Add(time.Duration(ms) * time.Millisecond)
}

// Restore takes up, after a restart or in a new session, what was stored: the decisions of the session, of which those whose ask
// is open or that wait for a second look or opinion go on, and all tell when rules with at_most last reached somebody; and the
// entries of ledgers that count here (those of the session, of its room, and of all rooms). It may be called more than once;
// what is known already changes nothing.
func (s *Session) Restore(decisions []models.Decision, entries []models.LedgerEntry) {
	for _, d := range decisions {
		if d.Session == s.session.ID && (d.Ask == models.AskOpen || d.Verdict == models.VerdictPending) {
			s.open[d.ID] = &d
		}
		if d.Session == s.session.ID {
			s.refire(d)
		}
	}
	for _, e := range entries {
		if _, ok := s.set.ledgers[e.Ledger]; ok && e.Scope == s.scope(e.Ledger) {
			s.book.add(e)
		}
	}
}
