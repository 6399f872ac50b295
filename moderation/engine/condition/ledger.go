package condition

import (
	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// Balance compares a person's balance in a ledger.
type Balance struct {
	Name string
	Need strict.Comparison
	line int
}

// balances holds when a person's balances are as described.
type balances struct{ need []Balance }

// Shape is how ledger: is written.
func (c *balances) Shape(rules.Nested) strict.Shape {
	return strict.Entries("ledger", func(key strict.Value) (strict.Shape, func()) {
		var need *strict.Comparison
		return strict.Compare("ledger."+key.Text(), &need), func() {
			if need != nil {
				c.need = append(c.need, Balance{key.Text(), *need, key.Line()})
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

func (c *balances) compile(p *Part) Condition {
	p.Looks |= AtLedger
	p.Balances = append(p.Balances, c.need...)
	for _, b := range c.need {
		p.knownLedger(b.Name, b.line)
	}
	return c
}

// Eval compares the balances of now.
func (c *balances) Eval(e *Context, _ float64) (bool, []match.Match) {
	for _, b := range c.need {
		if e.Person == nil || !b.Need.Holds(e.ledgers.Balance(b.Name, e.Person.ID, After(e.Started, e.Now))) {
			return false, nil
		}
	}
	return len(c.need) > 0, nil
}

// Explain says whether somebody has come so far.
func (c *balances) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("the ledger has come so far", held)
}
