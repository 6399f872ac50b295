package rules

import (
	"time"

	"earshot/configs/strict"
	"earshot/models"
)

// checks parses the checks of a file.
func checks(into *[]Check) strict.Shape {
	return strict.List("checks", func(at strict.Value) (strict.Shape, func()) {
		c := &Check{Line: at.Line(), WordP: 1}
		complete := true
		shape := strict.Mapping{
			What: "a check",
			Fields: []strict.Field{
				{Name: "say", Shape: said(&c.Say)},
				{Name: "wav", Shape: strict.String("wav", &c.WAV)},
				{Name: "scene", Shape: scene(&c.Scene)},
				{Name: "start", Shape: clock(&c.Start)},
				{Name: "by", Shape: strict.Name("by", &c.By)},
				{Name: "word_p", Shape: strict.Number("word_p", &c.WordP, 0, 1)},
				{Name: "expect", Shape: expect(c)},
			},
			Marked: []string{"expect"},
			Check: func(v strict.Value) {
				ways := 0
				for _, way := range []string{"say", "wav", "scene"} {
					if v.Has(way) {
						ways++
					}
				}
				if complete = v.Has("expect") && ways == 1; !complete {
					v.Bad("a check needs expect: and either say: or wav:, or scene:")
				}
				if v.Has("start") && !v.Has("scene") {
					v.Bad("start: belongs to scene:")
				}
				for _, key := range []string{"by", "word_p"} {
					if v.Has(key) && v.Has("scene") {
						v.Bad("%s: belongs to say: and wav:; give it to the events of the scene", key)
					}
				}
				if complete && !c.None && len(c.Expect) == 0 {
					v.Bad("expect: is empty: name the rules, or write none")
				}
			},
		}
		return shape, func() {
			if complete {
				*into = append(*into, *c)
			}
		}
	})
}

// said parses what a check says: one line, or successive ones, each a text or a mapping with its time and speaker.
func said(into *[]Said) strict.Shape {
	var latest int64
	line := func(at strict.Value) (strict.Shape, func()) {
		l := &Said{At: -1, WordP: -1}
		return strict.Either(strict.String("say", &l.Text), saidLine(l), strict.Value.IsMapping), func() {
			if l.At >= 0 && l.At < latest {
				at.Bad("at: %s is over when this is said: lines are said in their order", time.Duration(l.At)*time.Millisecond)
			}
			latest = max(latest, l.At)
			if *into = append(*into, *l); len(*into) == maxBatch+1 {
				at.Bad("a check says at most %d lines", maxBatch)
			}
		}
	}
	one := strict.Lazy(func(v strict.Value) strict.Shape {
		shape, done := line(v)
		return strict.After(shape, func(strict.Value) { done() })
	})
	return strict.Either(one, strict.AtMost(strict.List("say", line), maxBatch), strict.Value.IsList)
}

func saidLine(l *Said) strict.Shape {
	return strict.Mapping{
		What: "a line of say",
		Fields: []strict.Field{
			{Name: "text", Shape: strict.String("text", &l.Text)},
			{Name: "at", Shape: strict.DurationOrZero("at", &l.At)},
			{Name: "by", Shape: strict.Name("by", &l.By)},
			{Name: "speaker", Shape: strict.String("speaker", &l.Speaker)},
			{Name: "word_p", Shape: strict.Number("word_p", &l.WordP, 0, 1)},
		},
		Required: []string{"text"},
	}
}

// expect parses the expected results of a check: none, or one for each of some rules.
func expect(c *Check) strict.Shape {
	wants := []string{"none", string(models.ModeWatch), string(models.ModeSuggest), string(models.ModeAct)}
	for _, l := range levels {
		wants = append(wants, string(l))
	}
	var none string
	nothing := strict.After(strict.OneOf("expectation", &none, "none"), func(strict.Value) { c.None = none == "none" })
	rules := strict.Entries("expect", func(key strict.Value) (strict.Shape, func()) {
		e := Expectation{Rule: key.Text(), Line: key.Line()}
		return strict.OneOf("expectation", &e.Want, wants...), func() { c.Expect = append(c.Expect, e) }
	})
	return strict.Either(nothing, rules, func(v strict.Value) bool { return !v.IsPlain() })
}
