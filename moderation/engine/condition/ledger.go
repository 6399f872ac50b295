package condition

import (
	"fmt"
	"math"
	"strconv"
	"strings"

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

// balances holds if a person's balances meet the comparisons.
type balances struct{ need []Balance }

// Shape is how ledger: is written.
func (c *balances) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Entries("ledger", func(key strict.Value) (strict.Shape, func()) {
		var need *strict.Comparison
		return strict.Amount("ledger."+key.Text(), &need), func() {
			if need != nil {
				c.need = append(c.need, Balance{key.Text(), *need, key.Line()})
			}
		}
	}), func(v strict.Value) {
		if v.IsMapping() && len(v.Keys()) == 0 {
			v.Bad("ledger: is empty: write the points of a ledger, such as {conduct: \">=100\"}")
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
	p.Inputs |= InputLedger
	p.Balances = append(p.Balances, c.need...)
	for _, b := range c.need {
		p.knownLedger(b.Name, b.line)
		if l, ok := p.set.Ledgers[b.Name]; ok && l.Per == "person" {
			p.Inputs |= InputWho
		}
	}
	return c
}

// Eval compares the current balances.
func (c *balances) Eval(e *Context, _ float64) (bool, []match.Match) {
	for _, b := range c.need {
		if e.Person == nil || !b.Need.Holds(e.ledgers.Balance(b.Name, e.Person.ID, After(e.Started, e.Now))) {
			return false, nil
		}
	}
	return len(c.need) > 0, nil
}

// Explain says what the balance is.
func (c *balances) Explain(e *Context, _ bool, _ []match.Match) string {
	if e.Person == nil {
		return "nobody has points"
	}
	out := make([]string, len(c.need))
	for i, b := range c.need {
		has := e.ledgers.Balance(b.Name, e.Person.ID, After(e.Started, e.Now))
		out[i] = fmt.Sprintf(
			"%s is at %s points (%s%g required)", b.Name, strconv.FormatFloat(math.Round(has*100)/100, 'f', -1, 64), b.Need.Op,
			b.Need.N,
		)
	}
	return strings.Join(out, ", ")
}
