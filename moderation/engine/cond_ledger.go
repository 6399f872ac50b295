package engine

import (
	"cmp"
	"slices"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// balance compares a person's balance in a ledger.
type balance struct {
	Name string
	Need strict.Comparison
	line int
}

// balances holds when a person's balances are as described.
type balances struct{ need []balance }

// Shape is how ledger: is written.
func (c *balances) Shape(rules.Nested) strict.Shape {
	return strict.Entries("ledger", func(key strict.Value) (strict.Shape, func()) {
		var need *strict.Comparison
		return strict.Compare("ledger."+key.Text(), &need), func() {
			if need != nil {
				c.need = append(c.need, balance{key.Text(), *need, key.Line()})
			}
		}
	})
}

// Content is the comparisons.
func (c *balances) Content() (string, any) {
	if len(c.need) == 0 {
		return "Ledgers", nil
	}
	return "Ledgers", c.need
}

func (c *balances) compile(p *part) condition {
	p.looks |= atLedger
	p.balances = append(p.balances, c.need...)
	for _, b := range c.need {
		p.knownLedger(b.Name, b.line)
	}
	return c
}

// Eval compares the balances of now.
func (c *balances) Eval(e *evalContext, _ float64) (bool, []match.Match) {
	for _, b := range c.need {
		if e.person == nil || !b.Need.Holds(e.ledgers.balance(b.Name, e.person.ID, after(e.started, e.now))) {
			return false, nil
		}
	}
	return len(c.need) > 0, nil
}

// Explain says whether somebody has come so far.
func (c *balances) Explain(_ *evalContext, held bool, _ []match.Match) string {
	return described("the ledger has come so far", held)
}

// ledgers keeps the entries of all ledgers that a session looks at. A balance is never stored: it is what the entries come to
// after fading, so that the same entries always give the same balance.
type ledgers struct {
	rules   map[string]rules.Ledger // by name
	session models.Session
	entries map[account][]models.LedgerEntry // rising in time, pending ones left out
	ids     map[string]bool
}

// account is one person's part of one ledger.
type account struct{ ledger, person string }

func newLedgers(session models.Session) *ledgers {
	return &ledgers{session: session, entries: map[account][]models.LedgerEntry{}, ids: map[string]bool{}}
}

// add enters an entry; one that is known already changes nothing.
func (b *ledgers) add(e models.LedgerEntry) {
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
func (b *ledgers) balance(ledger, person string, at time.Time) float64 {
	fade := b.rules[ledger].Fade
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

// scope is what entries of a ledger count in: the session, the room, or all rooms.
func (b *ledgers) scope(ledger string) string {
	switch b.rules[ledger].Across {
	case "this_session":
		return b.session.ID
	case "this_host":
		return ""
	}
	return b.session.Room
}

// counts reports whether an entry counts here.
func (b *ledgers) counts(e models.LedgerEntry) bool {
	_, ok := b.rules[e.Ledger]
	return ok && e.Scope == b.scope(e.Ledger)
}

// balances are a person's balances in all ledgers.
func (b *ledgers) balances(person string, at time.Time) map[string]float64 {
	if len(b.rules) == 0 {
		return nil
	}
	out := make(map[string]float64, len(b.rules))
	for name := range b.rules {
		out[name] = b.balance(name, person, at)
	}
	return out
}
