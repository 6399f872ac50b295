package condition

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
	"earshot/moderation/rules"
)

// AskScore is the minimum score at which a host is asked because of the text model alone.
const AskScore = 0.9

// least is a minimum score for one label of the text model.
type least struct {
	Label string
	Score float64
}

// means holds if the text model gives what was said one of some labels.
type means struct {
	Any   []least // in the order of textmodel.Labels
	Words int     `json:",omitempty"` // minimum number of words in the line
}

// maxMeansWords limits words:. Longer lines are rare.
const maxMeansWords = 30

// Shape is how means: is written.
func (c *means) Shape(rules.Nested) strict.Shape {
	scores := make([]*strict.Comparison, len(textmodel.Labels))
	m := strict.Mapping{What: "means", NeedsOne: textmodel.Labels[:], Instead: func(label string) string {
		if slices.Contains(textmodel.Labels[:], label) {
			return "write {" + label + ": \">=0.9\"}"
		}
		return ""
	}}
	for i, label := range textmodel.Labels {
		m.Fields = append(m.Fields, strict.Field{Name: label, Shape: strict.Score(label, &scores[i])})
	}
	m.Fields = append(m.Fields, strict.Field{Name: "words", Shape: strict.Whole("words", &c.Words, 1, maxMeansWords)})
	return strict.After(m, func(v strict.Value) {
		for i, label := range textmodel.Labels {
			switch s := scores[i]; {
			case s == nil:
			case s.Op != ">=" || s.N <= 0 || s.N >= 1:
				v.Bad("%s must be a minimum score, such as \">=0.9\": more than 0 and less than 1", label)
			default:
				c.Any = append(c.Any, least{label, s.N})
			}
		}
	})
}

// Content is everything that is set.
func (c *means) Content() (string, any) { return "Means", c }

func (c *means) compile(p *Part) Condition {
	p.quotes(true)
	p.Meaning = true
	known := map[string]bool{}
	for _, m := range p.textModels() {
		for _, label := range m.Labels {
			known[label] = true
		}
	}
	for _, l := range c.Any {
		if !known[l.Label] {
			p.bad(p.line, "the text model does not know %s, only %s", l.Label, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	return meaning{any: c.Any, words: c.Words}
}

// meaning holds if one of its labels reaches its score.
type meaning struct {
	any   []least
	words int
}

// Eval returns a match over the words that counted, for each label that reached its score.
func (c meaning) Eval(e *Context, minP float64) (bool, []match.Match) {
	if e.Observe || e.Late || e.NoMeaning || e.textModel() == nil {
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

// Explain says which labels the line has, or lacks.
func (c meaning) Explain(e *Context, held bool, ms []match.Match) string {
	if held {
		return e.Meaning(ms)
	}
	if e.textModel() == nil {
		return fmt.Sprintf("the text model does not know the language %q", e.Line.Language)
	}
	now := e.current()
	if now.length() < c.words {
		return fmt.Sprintf("the line has fewer than %d words", c.words)
	}
	var out []string
	for _, r := range c.any {
		out = append(out, fmt.Sprintf("%s (%.2f of %.2f)", soundsLike(r.Label), e.scoreOf(now, r.Label), r.Score))
	}
	return "it does not sound like " + strings.Join(out, " or ")
}

// soundsLike describes a label in words.
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
