package engine

import (
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// condition is a compiled condition. It is immutable.
type condition interface {
	// Eval reports whether the condition holds when only matches of at least minP count, and the matches that made it hold.
	Eval(e *evalContext, minP float64) (bool, []match.Match)
	// Explain says in a few words why the condition holds or does not, given what Eval says of it when every match counts.
	Explain(e *evalContext, held bool, ms []match.Match) string
}

// written is a condition as it is written, which knows what it means.
type written interface {
	rules.Condition
	// compile notes at p what the condition looks at and what is wrong with it.
	compile(p *part) condition
}

// looks is what conditions look at.
type looks uint8

const (
	atWords  looks = 1 << iota // what was said
	atLine                     // the line as a whole
	atPerson                   // what is observed of a person
	atRoom                     // what happens in the room
	atLedger                   // somebody's points
)

// part is the when: or unless: of a rule while it is compiled.
type part struct {
	*compiler
	file *rules.File
	rule *rules.Rule
	line int // where the condition stands that is being compiled

	looks    looks
	bySound  bool // some source finds words by their sound
	balances []balance
	lists    []any // the contents of the word lists, for the rule's hash
}

// bad notes a mistake in the rule.
func (p *part) bad(line int, format string, args ...any) {
	p.probs.Add(p.file.Name, line, p.rule.ID, format, args...)
}

// reach notes how far back lines are looked at, in ms.
func (p *part) reach(ms int64) { p.set.reach = max(p.set.reach, ms) }

// looksFor notes sources of the matcher.
func (p *part) looksFor(sources []int) {
	for _, src := range sources {
		p.bySound = p.bySound || p.set.sources[src].form == match.Sound
		if p.rule.Span != nil {
			p.match.OverLines(src)
		}
	}
}

// knownLedger complains about a ledger that no file describes.
func (p *part) knownLedger(name string, line int) { p.compiler.knownLedger(p.file, p.rule, name, line) }

// condition compiles a condition and all below it; nil stays nil.
func (p *part) condition(c *rules.Cond) condition {
	if c == nil {
		return nil
	}
	p.line = c.Line
	return c.Is.(written).compile(p)
}

// because says in a few words why a condition holds or does not.
func because(c condition, e *evalContext) string {
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
