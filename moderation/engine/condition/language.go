package condition

import (
	"slices"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// allowed refers to the languages that the profile allows.
const allowed = "allowed"

// spokenLanguage holds if a person speaks a language other than those named, with a certainty of at least Sure.
type spokenLanguage struct {
	NotIn []string
	Sure  float64
}

// Shape is how spoken_language: is written.
func (c *spokenLanguage) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{
		What:    "spoken_language",
		Instead: strict.As("not_in"),
		Fields: []strict.Field{
			{Name: "not_in", Shape: rules.LanguageCodes("not_in", &c.NotIn, allowed)},
			{Name: "sure", Shape: strict.Excluding(strict.Number("sure", &c.Sure, 0, 1), 0)},
		},
		Required: []string{"not_in"},
	}, func(v strict.Value) {
		if c.Sure == 0 {
			v.Bad("sure: 0 holds whatever is spoken: write a share such as 80%%")
		}
	})
}

// Content is everything that is set.
func (c *spokenLanguage) Content() (string, any) { return "Tongue", c }

func (c *spokenLanguage) compile(p *Part) Condition {
	p.Inputs |= InputPerson
	out := otherLanguage{c.NotIn, c.Sure}
	if slices.Contains(c.NotIn, allowed) {
		if len(p.set.Languages) == 0 {
			p.bad(p.line, "spoken_language: no allowed languages are defined: add languages: {allowed: […]}")
		}
		out.than = append(slices.Clone(c.NotIn), p.set.Languages...)
	}
	return out
}

// otherLanguage holds if a language other than the given ones is spoken, after enough speech to tell.
type otherLanguage struct {
	than []string
	sure float64
}

// Eval evaluates the votes on the person's language.
func (c otherLanguage) Eval(e *Context, _ float64) (bool, []match.Match) {
	weights := map[string]float64{}
	var voiced int64
	var total float64
	for _, v := range e.Person.votes {
		voiced += v.VoicedMS
		weights[v.Code] += v.P * float64(v.VoicedMS)
		total += float64(v.VoicedMS)
	}
	if voiced < e.set.VoteOver {
		return false, nil
	}
	var other float64
	for code, w := range weights {
		if !slices.Contains(c.than, code) {
			other += w
		}
	}
	return other/total >= c.sure, nil
}

// Explain says whether another language is spoken.
func (c otherLanguage) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("another language is spoken", held)
}
