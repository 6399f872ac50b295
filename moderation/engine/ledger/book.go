package ledger

import (
	"cmp"
	"math"
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

// Balance is what a person has in a ledger at a time; in a ledger of the room, what the room has. Points fade evenly and never
// below zero, or each expires as a whole, and all end at a reset; a correction takes away what is left of what it corrects. Whole
// points count as whole until they have faded whole: three strikes of an evening are three.
func (b *Book) Balance(ledger, person string, at time.Time) float64 {
	l := b.Rules[ledger]
	since := lastReset(l.Reset, at)
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

// faded is what is left of a sum.
func faded(sum, fade float64, from, to time.Time) float64 {
	return max(0, sum-fade*float64(to.Sub(from).Milliseconds()))
}

// rounded is what is left of a sum at a time; of whole points, the whole number that has not faded.
func rounded(sum, fade float64, whole bool, last, at time.Time) float64 {
	if last.IsZero() {
		return 0
	}
	if sum = faded(sum, fade, last, at); whole && fade > 0 {
		return math.Ceil(sum - 1e-6)
	}
	return sum
}

// lastReset is when a ledger was last cleared, by the calendar of at; zero where it never is.
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

// Owner is whose points of a ledger a person's are: their own, or those of the room, which are nobody's.
func (b *Book) Owner(ledger, person string) string {
	if b.Rules[ledger].Per == "room" {
		return ""
	}
	return person
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
