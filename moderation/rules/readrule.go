package rules

import (
	"fmt"

	"earshot/configs/strict"
	"earshot/models"
)

// rules are the rules of the file.
func (r *reading) rules() strict.Shape {
	f := r.file
	all := strict.List("rules", func(at strict.Value) (strict.Shape, func()) {
		x := &Rule{Line: at.Line(), File: f.Name, On: On{Partial: "ignore", Final: "decide"}, Flag: Flag{Level: models.LevelMedium}}
		r.rule = ruleName(at, len(f.Rules)+1)
		return r.ruleShape(x), func() { f.Rules = append(f.Rules, x) }
	})
	return strict.Lazy(func(v strict.Value) strict.Shape {
		if v.IsMapping() {
			v.Bad("rules must be a list of rules with an id each (- id: …), not a mapping")
			return nil
		}
		return strict.After(all, func(strict.Value) { r.rule = "" })
	})
}

// ruleName is what problems call the rule: its id, or its place when it has none.
func ruleName(at strict.Value, place int) string {
	if id := at.At("id"); id.IsPlain() && id.Text() != "" {
		return strict.Shorten(id.Text())
	}
	return fmt.Sprintf("#%d", place)
}

func (r *reading) ruleShape(x *Rule) strict.Shape {
	return strict.Mapping{
		What: "a rule",
		Fields: []strict.Field{
			{Name: "id", Shape: strict.Name("id", &x.ID)},
			{Name: "about", Shape: strict.String("about", &x.About)},
			{Name: "mode", Shape: mode(&x.Mode)},
			{Name: "when", Shape: r.cond("when", &x.When)},
			{Name: "unless", Shape: r.cond("unless", &x.Unless)},
			{Name: "span", Shape: span(&x.Span)},
			{Name: "on", Shape: strict.Mapping{What: "on", Fields: []strict.Field{
				{Name: "partial", Shape: strict.OneOf("partial", &x.On.Partial, "arm", "ignore")},
				{Name: "final", Shape: strict.OneOf("final", &x.On.Final, "decide")},
			}}},
			{Name: "second_look", Shape: secondLook(&x.SecondLook)},
			{Name: "at_most", Shape: atMost(&x.AtMost)},
			{Name: "automatic", Shape: strict.Bool("automatic", &x.Automatic)},
			{Name: "override", Shape: strict.Bool("override", &x.Override)},
			{Name: "trust", Shape: gates("trust", &x.Trust)},
			{Name: "then", Shape: r.then(x)},
		},
		Required: []string{"id", "when", "then"},
	}
}

// cond is a condition. It has one key, so that nobody has to guess how two keys would be joined.
func (r *reading) cond(what string, into **Cond) strict.Shape {
	return strict.OneKey{
		What: what, Name: "condition",
		NotOne:   "must be one condition; put several under any:, all: or none:",
		NotAList: "must say how its conditions are joined: any: [...], all: [...] or none: [...]",
		Kinds: func(at strict.Value) []strict.Field {
			out := make([]strict.Field, len(r.lang.Conditions))
			for i, kind := range r.lang.Conditions {
				out[i] = strict.Field{Name: kind.Name, Shape: strict.Lazy(func(strict.Value) strict.Shape {
					*into = &Cond{Kind: kind.Name, Is: kind.New(), Line: at.Line()}
					return (*into).Is.Shape(r.nested)
				})}
			}
			return out
		},
	}
}

// nested is a list of conditions within one.
func (r *reading) nested(what string, into *[]*Cond) strict.Shape {
	return strict.List(what, func(strict.Value) (strict.Shape, func()) {
		var kid *Cond
		return r.cond(what, &kid), func() {
			if kid != nil {
				*into = append(*into, kid)
			}
		}
	})
}

// then are the steps of a rule. A step has one verb.
func (r *reading) then(x *Rule) strict.Shape {
	flags := 0
	flag := strict.Field{Name: "flag", Shape: strict.Lazy(func(strict.Value) strict.Shape {
		flags++
		return flag(&x.Flag)
	})}
	steps := strict.List("then", func(at strict.Value) (strict.Shape, func()) {
		var step *Step
		fields := []strict.Field{flag}
		for _, kind := range r.lang.Steps {
			fields = append(fields, strict.Field{Name: kind.Name, Shape: strict.Lazy(func(v strict.Value) strict.Shape {
				if step != nil {
					v.Bad("a step has one verb; begin a new step with a dash")
				}
				step = &Step{Kind: kind.Name, Is: kind.New(), Line: at.Line()}
				return step.Is.Shape()
			})})
		}
		return strict.Mapping{What: "a step of then", Fields: fields}, func() {
			if step != nil {
				x.Steps = append(x.Steps, *step)
			}
		}
	})
	return strict.After(steps, func(v strict.Value) {
		if flags > 1 {
			v.Bad("one flag per rule is enough: there are %d", flags)
		}
		if len(x.Steps) > maxBatch {
			v.Bad("a rule has at most %d steps", maxBatch)
		}
	})
}

// Levels are the levels of flags, mildest first.
var levels = []models.Level{models.LevelInfo, models.LevelLow, models.LevelMedium, models.LevelHigh}

func flag(f *Flag) strict.Shape {
	return strict.Mapping{What: "flag", Fields: []strict.Field{
		{Name: "level", Shape: strict.OneOf("level", &f.Level, levels...)},
		{Name: "title", Shape: Title(&f.Title)},
		{Name: "clip", Shape: clip(&f.Clip)},
	}}
}

// maxClip bounds the sound kept on each side of the words, in ms.
const maxClip = 60_000

func clip(into **Clip) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		c := &Clip{Before: Unsaid, After: Unsaid, Keep: Unsaid}
		*into = c
		return strict.After(strict.Mapping{What: "clip", Fields: []strict.Field{
			{Name: "before", Shape: strict.DurationOrZero("before", &c.Before)},
			{Name: "after", Shape: strict.DurationOrZero("after", &c.After)},
			{Name: "keep", Shape: strict.Duration("keep", &c.Keep)},
		}}, func(v strict.Value) {
			if max(c.Before, c.After) > maxClip {
				v.Bad("a clip reaches at most %ds to each side", maxClip/1000)
			}
		})
	})
}

// maxSpan bounds how far back a match may begin, in ms: what a session must remember of each speaker.
const maxSpan = 120_000

func span(into **Span) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		s := &Span{}
		*into = s
		return strict.After(strict.Mapping{
			What: "span",
			Fields: []strict.Field{
				{Name: "last", Shape: strict.Duration("last", &s.Last)},
				{Name: "gap", Shape: strict.Duration("gap", &s.Gap)},
			},
			Required: []string{"last"},
		}, func(v strict.Value) {
			if s.Gap > s.Last {
				v.Bad("span.gap is longer than span.last: no pause can be")
			}
			if s.Last > maxSpan {
				v.Bad("span.last may be at most %ds", maxSpan/1000)
			}
		})
	})
}

func secondLook(into **SecondLook) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		l := &SecondLook{}
		*into = l
		return strict.Mapping{What: "second_look", Fields: []strict.Field{
			{Name: "model", Shape: strict.Name("model", &l.Model)},
			{Name: "must_agree", Shape: strict.Bool("must_agree", &l.MustAgree)},
		}}
	})
}

func atMost(into **AtMost) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		a := &AtMost{By: "person"}
		*into = a
		return strict.Mapping{
			What: "at_most",
			Fields: []strict.Field{
				{Name: "once_per", Shape: strict.Duration("once_per", &a.OncePer)},
				{Name: "by", Shape: strict.OneOf("by", &a.By, "person", "room")},
			},
			Required: []string{"once_per"},
		}
	})
}
