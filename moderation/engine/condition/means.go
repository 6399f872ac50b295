package condition

import (
	"fmt"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
	"earshot/moderation/rules"
)

// AskScore is the least score of what a line means for a host to be asked because of it alone.
const AskScore = 0.9

// least is a score that one label of the text model must reach.
type least struct {
	Label string
	Score float64
}

// means holds when the text model says that what was said means one of some things.
type means struct {
	Any   []least // in the order of textmodel.Labels
	Words int     `json:",omitempty"` // the least length of a line
}

// maxMeansWords bounds words:. Longer lines are rare.
const maxMeansWords = 30

// Shape is how means: is written.
func (c *means) Shape(rules.Nested) strict.Shape {
	scores := make([]*strict.Comparison, len(textmodel.Labels))
	m := strict.Mapping{What: "means", NeedsOne: textmodel.Labels[:]}
	for i, label := range textmodel.Labels {
		m.Fields = append(m.Fields, strict.Field{Name: label, Shape: strict.Compare(label, &scores[i])})
	}
	m.Fields = append(m.Fields, strict.Field{Name: "words", Shape: strict.Whole("words", &c.Words, 1, maxMeansWords)})
	return strict.After(m, func(v strict.Value) {
		for i, label := range textmodel.Labels {
			switch s := scores[i]; {
			case s == nil:
			case s.Op != ">=" || s.N <= 0 || s.N >= 1:
				v.Bad("%s must be the least score, such as \">=0.9\": more than 0 and less than 1", label)
			default:
				c.Any = append(c.Any, least{label, s.N})
			}
		}
	})
}

// Content is all that is written.
func (c *means) Content() (string, any) { return "Means", c }

func (c *means) compile(p *Part) Condition {
	p.Looks |= AtWords
	p.Meaning = true
	out := meaning{words: c.Words}
	for _, l := range c.Any {
		label := slices.Index(p.textModel().Labels, l.Label)
		if label < 0 {
			p.bad(p.line, "the text model does not know %s, only %s", l.Label, strings.Join(p.textModel().Labels, ", "))
			continue
		}
		out.any = append(out.any, reaches{label, l.Score})
	}
	return out
}

// reaches is a label, by its number in the model, with the score that it must reach.
type reaches struct {
	label int
	score float64
}

// meaning holds when one of its labels reaches its score.
type meaning struct {
	any   []reaches
	words int
}

// Eval gives a match over the words that counted, for each label that reached its score.
func (c meaning) Eval(e *Context, minP float64) (bool, []match.Match) {
	if e.Observe || e.Late || e.NoMeaning || !e.set.understands(e.Line.Language) {
		return false, nil
	}
	var out []match.Match
	for _, r := range c.any {
		line := e.soundsSo(r)
		if line == nil || line.length() < c.words {
			continue
		}
		m, ok := e.counted(line, r)
		if ok && float64(m.P) >= minP && m.First >= e.From && (!e.NowOnly || m.Last >= e.Window.Cut) {
			out = append(out, m)
		}
	}
	return len(out) > 0, out
}

// Explain says what the line sounds like, or what it does not.
func (c meaning) Explain(e *Context, held bool, ms []match.Match) string {
	if held {
		return e.Meaning(ms)
	}
	if !e.set.understands(e.Line.Language) {
		return fmt.Sprintf("the text model does not know the language %q", e.Line.Language)
	}
	now := e.current()
	if now.length() < c.words {
		return fmt.Sprintf("the line has fewer than %d words", c.words)
	}
	var out []string
	for _, r := range c.any {
		out = append(out, fmt.Sprintf("%s (%.2f of %.2f)", soundsLike(e.set.model.Labels[r.label]), now.scores[r.label], r.score))
	}
	return "it does not sound like " + strings.Join(out, " or ")
}

// soundsLike is a label in words.
func soundsLike(label string) string {
	switch label {
	case "hate":
		return "contempt for a group"
	case "insult":
		return "an insult"
	case "threat":
		return "a threat"
	case "sexual":
		return "a sexual remark"
	case "scam":
		return "a scam"
	}
	return label
}
