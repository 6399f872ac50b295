package rules

import (
	"fmt"
	"slices"
	"time"

	"earshot/configs/strict"
	"earshot/models"
)

// rules parses the rules of the file.
func (r *reading) rules() strict.Shape {
	f := r.file
	all := strict.List("rules", func(at strict.Value) (strict.Shape, func()) {
		x := &Rule{Line: at.Line(), File: f.Name, source: at, On: On{Partial: "ignore", Final: "decide"}, Flag: Flag{Level: models.LevelMedium}}
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

// ruleName is how problems refer to the rule: by its id, or by its position if it has none.
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
			{Name: "for", Shape: strict.Seconds("for", &x.For, maxHolds*time.Millisecond)},
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
		Required:  []string{"id", "when", "then"},
		Elsewhere: r.belongs,
	}
}

// belongs says where a key belongs that was written as one of a rule.
func (r *reading) belongs(key string) string {
	if slices.ContainsFunc(r.lang.Conditions, func(k ConditionKind) bool { return k.Name == key }) {
		return "it is a condition: put it under when: or unless:"
	}
	if slices.ContainsFunc(r.lang.Steps, func(k StepKind) bool { return k.Name == key }) || key == "flag" {
		return "it is a step: put it under then:"
	}
	return ""
}

// bare says how a step is written whose name alone was.
func (r *reading) bare(verb string) string {
	if slices.ContainsFunc(r.lang.Steps, func(k StepKind) bool { return k.Name == verb }) || verb == "flag" {
		return "write " + verb + ": {}"
	}
	return ""
}

// cond parses a condition. It has one key, so that nobody has to guess how several keys would be combined.
func (r *reading) cond(what string, into **Cond) strict.Shape {
	return strict.OneKey{
		What: what, Name: "condition",
		NotOne:   "must be one condition; put several under any:, all: or none:",
		NotAList: "must say how its conditions are joined: any: [...], all: [...] or none: [...]",
		Instead:  asCondition, Elsewhere: r.inCondition,
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

// asCondition says how a condition is written whose text alone was.
func asCondition(text string) string {
	if slices.Contains([]models.Role{models.RoleHost, models.RoleCohost, models.RoleSpeaker, models.RoleGuest}, models.Role(text)) {
		return AsRole(text)
	}
	return fmt.Sprintf("write {says: {phrase: %q}}", text)
}

// inCondition says in which condition a key belongs that was written as one.
func (r *reading) inCondition(key string) string {
	for _, kind := range r.lang.Conditions {
		if slices.Contains(strict.Keys(kind.New().Shape(r.nested)), key) {
			return "write " + kind.Name + ": {" + key + ": …}"
		}
	}
	return ""
}

// conditions parses the named conditions.
func (r *reading) conditions() strict.Shape {
	return strict.Entries("conditions", func(key strict.Value) (strict.Shape, func()) {
		n := Named{Name: key.Name("condition")}
		return r.cond("condition "+n.Name, &n.Cond), func() {
			if n.Name != "" && n.Cond != nil {
				r.file.Named = append(r.file.Named, n)
			}
		}
	})
}

// nested parses a list of conditions within one.
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

// then parses the steps of a rule. A step has one verb.
func (r *reading) then(x *Rule) strict.Shape {
	flags, asks := 0, 0
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
		return strict.Mapping{What: "a step of then", Fields: fields, Instead: r.bare}, func() {
			if step != nil {
				if step.Kind == "ask" {
					asks++
				}
				x.Steps = append(x.Steps, *step)
			}
		}
	})
	return strict.After(strict.AtMost(steps, maxBatch), func(v strict.Value) {
		if flags > 1 {
			v.Bad("one flag per rule is enough: there are %d", flags)
		}
		if asks > 1 {
			v.Bad("one ask per rule is enough: there are %d; give it all that it offers", asks)
		}
		if len(x.Steps) > maxBatch {
			v.Bad("a rule has at most %d steps", maxBatch)
		}
	})
}

// Levels are the levels of flags, mildest first.
var levels = []models.Level{models.LevelInfo, models.LevelLow, models.LevelMedium, models.LevelHigh}

func flag(f *Flag) strict.Shape {
	return strict.Mapping{What: "flag", Instead: strict.As("level"), Fields: []strict.Field{
		{Name: "level", Shape: strict.OneOf("level", &f.Level, levels...)},
		{Name: "title", Shape: Title(&f.Title)},
		{Name: "clip", Shape: clip(&f.Clip)},
	}}
}

// maxClip limits the audio kept on each side of the words, in ms.
const maxClip = 60_000

func clip(into **Clip) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		c := &Clip{Before: Unsaid, After: Unsaid, Keep: Unsaid}
		*into = c
		return strict.After(strict.Mapping{What: "clip", Fields: []strict.Field{
			{Name: "before", Shape: strict.DurationOrZero("before", &c.Before, maxClip*time.Millisecond)},
			{Name: "after", Shape: strict.DurationOrZero("after", &c.After, maxClip*time.Millisecond)},
			{Name: "keep", Shape: strict.Seconds("keep", &c.Keep)},
		}}, func(v strict.Value) {
			if c.Before == 0 && c.After == 0 && v.Has("keep") {
				v.Bad("keep: has no effect, because 0s of audio are kept: remove it, or write how much before: and after:")
			}
		})
	})
}

// maxHolds limits how long a condition must hold, in ms.
const maxHolds = 4 * 3600_000

// maxSpan limits how far back a match may begin, in ms: it is what a session must remember of each speaker.
const maxSpan = 120_000

func span(into **Span) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		s := &Span{}
		*into = s
		return strict.After(strict.Mapping{
			What:    "span",
			Instead: strict.As("last"),
			Fields: []strict.Field{
				{Name: "last", Shape: strict.Seconds("last", &s.Last, maxSpan*time.Millisecond)},
				{Name: "gap", Shape: strict.Duration("gap", &s.Gap, maxSpan*time.Millisecond)},
			},
			Required: []string{"last"},
		}, func(v strict.Value) {
			if s.Gap > s.Last {
				v.Bad("span.gap is longer than span.last: no pause can be that long")
			}
		})
	})
}

func secondLook(into **SecondLook) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		l := &SecondLook{}
		*into = l
		return strict.Mapping{What: "second_look", Instead: strict.As("must_agree"), Fields: []strict.Field{
			{Name: "model", Shape: strict.Deprecated(strict.Name("model", &l.Model))},
			{Name: "must_agree", Shape: strict.Bool("must_agree", &l.MustAgree)},
		}}
	})
}

func atMost(into **AtMost) strict.Shape {
	return strict.Lazy(func(strict.Value) strict.Shape {
		a := &AtMost{By: "person"}
		*into = a
		return strict.Mapping{
			What:    "at_most",
			Instead: strict.As("once_per"),
			Fields: []strict.Field{
				{Name: "once_per", Shape: strict.Seconds("once_per", &a.OncePer)},
				{Name: "by", Shape: strict.OneOf("by", &a.By, "person", "room")},
			},
			Required: []string{"once_per"},
		}
	})
}
