package condition

import (
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// Condition is a compiled condition. It is immutable.
type Condition interface {
	// Eval reports whether the condition holds when only matches of at least minP count, and the matches that made it hold.
	Eval(e *Context, minP float64) (bool, []match.Match)
	// Explain says in a few words why the condition holds or does not, given the result of Eval with every match counted.
	Explain(e *Context, held bool, ms []match.Match) string
}

// written is a condition as parsed from YAML.
type written interface {
	rules.Condition
	// compile compiles the condition; it records in p what the condition looks at and any problems.
	compile(p *Part) Condition
}

// Inputs is what conditions look at.
type Inputs uint8

// What a condition looks at; several may be combined.
const (
	InputWords  Inputs = 1 << iota // what was said
	InputLine                      // observations of a person
	InputPerson                    // events in the room
	InputRoom                      // what happens in the room
	InputLedger                    // somebody's points
	InputWho                       // who the person is
)

// Part is the when: or unless: of a rule during compilation.
type Part struct {
	*Builder
	file *rules.File
	rule *rules.Rule
	line int // of the condition being compiled

	Inputs Inputs
	// Excludes is the part of Inputs that stands under none:.
	Excludes Inputs
	Quotes   bool // matches of words make it hold
	Spans    bool // and a span can extend them to earlier lines
	BySound  bool // some source matches by sound
	Meaning  bool // the text model is used
	Balances []Balance
	Lists    []any // the contents of the word lists, for the rule's hash

	sources []int // of the matcher
}

// bad records a problem in the rule.
func (p *Part) bad(line int, format string, args ...any) {
	p.probs.Add(p.file.Name, line, p.rule.ID, format, args...)
}

// reach records how far back lines are needed, in ms.
func (p *Part) reach(ms int64) { p.set.Reach = max(p.set.Reach, ms) }

// quotes records that the condition looks at what was said and quotes it, and whether a span can extend that to earlier lines.
func (p *Part) quotes(spans bool) {
	p.Inputs |= InputWords
	p.Quotes, p.Spans = true, p.Spans || spans
}

// looksFor records sources of the matcher.
func (p *Part) looksFor(sources []int) {
	p.sources = append(p.sources, sources...)
	for _, src := range sources {
		p.BySound = p.BySound || p.set.sources[src].form == match.Sound
		if p.rule.Span != nil {
			p.match.OverLines(src)
		}
	}
}

// knownLedger reports a ledger that no file defines as a problem.
func (p *Part) knownLedger(name string, line int) { p.Builder.KnownLedger(p.file, p.rule, name, line) }

// Condition compiles a condition and its nested conditions; nil stays nil.
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
	return "it is not the case that " + what
}
