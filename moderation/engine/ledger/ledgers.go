package ledger

import (
	"cmp"
	"math"
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/rules"
)

// Ledgers holds the entries of all ledgers that a session uses. Balances are never stored: they are computed from the entries with
// decay, so that the same entries always give the same balance.
type Ledgers struct {
	Rules   map[string]rules.Ledger // by name
	Zone    *time.Location          // whose calendar resets ledgers; nil: UTC
	session models.Session
	entries map[account][]models.LedgerEntry // in order of time, without pending ones
	ids     map[string]bool
}

// account is one person's part of one ledger.
type account struct{ ledger, person string }

// New returns the ledgers of a session. Set their Rules before use.
func New(session models.Session) *Ledgers {
	return &Ledgers{session: session, entries: map[account][]models.LedgerEntry{}, ids: map[string]bool{}}
}

// Add adds an entry; one already known changes nothing.
func (b *Ledgers) Add(e models.LedgerEntry) {
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
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Points, a.Points), cmp.Compare(a.ID, b.ID)) // an entry before its correction
	})
	b.entries[at] = slices.Insert(list, i, e)
}

// Balance returns a person's balance in a ledger at a time; in a room's ledger, the room's. Points decay linearly and never below
// zero, or each expires as a whole, and all end at a reset; a correction removes what is left of the entry it corrects. A whole
// point counts in full until it has decayed completely: three strikes in one evening are three.
func (b *Ledgers) Balance(ledger, person string, at time.Time) float64 {
	l := b.Rules[ledger]
	since := lastReset(l.Reset, at.In(cmp.Or(b.Zone, time.UTC)))
	sum, whole := 0.0, true
	gone := map[string]bool{} // the flags whose points have expired
	var last time.Time
	for _, e := range b.entries[account{ledger, b.Owner(ledger, person)}] {
		switch {
		case e.At.After(at):
			return rounded(sum, l.Fade, whole, last, at)
		case e.At.Before(since):
			continue
		case e.Points > 0 && l.Each > 0 && at.Sub(e.At).Milliseconds() >= l.Each:
			gone[e.Flag] = e.Flag != ""
			continue
		case e.Points < 0 && gone[e.Flag]:
			continue
		}
		if !last.IsZero() {
			sum = faded(sum, l.Fade, last, e.At)
		}
		sum, last = max(0, sum+e.Points), e.At
		whole = whole && e.Points == math.Trunc(e.Points)
	}
	return rounded(sum, l.Fade, whole, last, at)
}

// faded returns what is left of a sum.
func faded(sum, fade float64, from, to time.Time) float64 {
	return max(0, sum-fade*float64(to.Sub(from).Milliseconds()))
}

// rounded returns what is left of a sum at a time; for whole points, rounded up to a whole number.
func rounded(sum, fade float64, whole bool, last, at time.Time) float64 {
	if last.IsZero() {
		return 0
	}
	if sum = faded(sum, fade, last, at); whole && fade > 0 {
		return math.Ceil(sum - 1e-6)
	}
	return sum
}

// lastReset returns when a ledger was last cleared, by the calendar of at; zero if it never is.
func lastReset(every string, at time.Time) time.Time {
	y, m, d := at.Date()
	switch every {
	case "daily":
	case "weekly":
		d -= (int(at.Weekday()) + 6) % 7
	case "monthly":
		d = 1
	case "yearly":
		m, d = time.January, 1
	default:
		return time.Time{}
	}
	return time.Date(y, m, d, 0, 0, 0, 0, at.Location())
}

// Owner returns whose balance a person's points count towards: the person's own or, in a room's ledger, the room's, which belongs to
// nobody.
func (b *Ledgers) Owner(ledger, person string) string {
	if b.Rules[ledger].Per == "room" {
		return ""
	}
	return person
}

// Scope returns what a ledger's entries count for: the session, the room, or all rooms.
func (b *Ledgers) Scope(ledger string) string {
	switch b.Rules[ledger].Across {
	case "this_session":
		return b.session.ID
	case "this_host":
		return ""
	}
	return b.session.Room
}

// Counts reports whether an entry counts here.
func (b *Ledgers) Counts(e models.LedgerEntry) bool {
	_, ok := b.Rules[e.Ledger]
	return ok && e.Scope == b.Scope(e.Ledger)
}

// Balances returns a person's balances in all ledgers.
func (b *Ledgers) Balances(person string, at time.Time) map[string]float64 {
	if len(b.Rules) == 0 {
		return nil
	}
	out := make(map[string]float64, len(b.Rules))
	for name := range b.Rules {
		out[name] = b.Balance(name, person, at)
	}
	return out
}
