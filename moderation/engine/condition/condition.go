package condition

import (
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// Condition is a compiled condition. It is immutable.
type Condition interface {
	// Eval reports whether the condition holds when only matches of at least minP count, and the matches that made it hold.
	Eval(e *Context, minP float64) (bool, []match.Match)
	// Explain says in a few words why the condition holds or does not, given what Eval says of it when every match counts.
	Explain(e *Context, held bool, ms []match.Match) string
}

// written is a condition as it is written, which knows what it means.
type written interface {
	rules.Condition
	// compile notes at p what the condition looks at and what is wrong with it.
	compile(p *Part) Condition
}

// Looks is what conditions look at.
type Looks uint8

// What a condition looks at; several may be combined.
const (
	AtWords  Looks = 1 << iota // what was said
	AtLine                     // the line as a whole
	AtPerson                   // what is observed of a person
	AtRoom                     // what happens in the room
	AtLedger                   // somebody's points
	AtWho                      // who it is
)

// Part is the when: or unless: of a rule while it is compiled.
type Part struct {
	*Builder
	file *rules.File
	rule *rules.Rule
	line int // where the condition stands that is being compiled

	Looks    Looks
	BySound  bool // some source finds words by their sound
	Meaning  bool // the text model is asked
	Balances []Balance
	Lists    []any // the contents of the word lists, for the rule's hash
}

// bad notes a mistake in the rule.
func (p *Part) bad(line int, format string, args ...any) {
	p.probs.Add(p.file.Name, line, p.rule.ID, format, args...)
}

// reach notes how far back lines are looked at, in ms.
func (p *Part) reach(ms int64) { p.set.Reach = max(p.set.Reach, ms) }

// looksFor notes sources of the matcher.
func (p *Part) looksFor(sources []int) {
	for _, src := range sources {
		p.BySound = p.BySound || p.set.sources[src].form == match.Sound
		if p.rule.Span != nil {
			p.match.OverLines(src)
		}
	}
}

// knownLedger complains about a ledger that no file describes.
func (p *Part) knownLedger(name string, line int) { p.Builder.KnownLedger(p.file, p.rule, name, line) }

// Condition compiles a condition and all below it; nil stays nil.
func (p *Part) Condition(c *rules.Cond) Condition {
	if c == nil {
		return nil
	}
	p.line = c.Line
	return c.Is.(written).compile(p)
}

// Because says in a few words why a condition holds or does not.
func Because(c Condition, e *Context) string {
	held, ms := c.Eval(e, 0)
	return c.Explain(e, held, ms)
}

// described explains a condition on the sound, the room or the ledgers.
func described(what string, held bool) string {
	if held {
		return what
	}
	return "it is not so that " + what
}
