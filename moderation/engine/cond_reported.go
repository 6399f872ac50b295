package engine

import (
	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// reportedSpeech holds when what was said are somebody else's words, or are not.
type reportedSpeech struct{ want bool }

// Shape is how reported_speech: is written.
func (c *reportedSpeech) Shape(rules.Nested) strict.Shape {
	return strict.Bool("reported_speech", &c.want)
}

// Content is whether reported speech is wanted.
func (c *reportedSpeech) Content() (string, any) { return wanted(c.want) }

func (c *reportedSpeech) compile(p *part) condition {
	p.reach(match.ReportedWindow)
	return c
}

// Eval looks for who is said to have said the evidence.
func (c *reportedSpeech) Eval(e *evalContext, _ float64) (bool, []match.Match) {
	return (!e.observe && e.Window.Reported(e.evidence)) == c.want, nil
}

// Explain says whose words they are.
func (c *reportedSpeech) Explain(_ *evalContext, held bool, _ []match.Match) string {
	if held == c.want {
		return "the words are reported, not the speaker's own"
	}
	return "the words are the speaker's own"
}
