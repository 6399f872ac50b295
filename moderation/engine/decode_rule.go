package engine

import (
	"fmt"

	"earshot/models"

	"go.yaml.in/yaml/v3"
)

func (d *decoder) rules(n *yaml.Node, f *rawFile) {
	if m := d.follow(n); m != nil && m.Kind == yaml.MappingNode {
		d.bad(n, "rules must be a list of rules with an id each (- id: …), not a mapping")
		return
	}
	d.each(n, "rules", func(n *yaml.Node) {
		if r := d.readRule(n, f); d.shape == nil {
			f.rules = append(f.rules, r)
		}
	})
	d.rule = ""
}

func (d *decoder) readRule(n *yaml.Node, f *rawFile) *rawRule {
	r := &rawRule{line: n.Line, pack: f, On: rawOn{Partial: "ignore", Final: "decide"}, Flag: rawFlag{Level: models.LevelMedium}}
	d.rule = d.ruleName(n, len(f.rules)+1)
	d.fields(n, "a rule",
		field{"id", func(n *yaml.Node) { r.ID = d.name(n, "id") }},
		field{"about", func(n *yaml.Node) {
			t, _ := d.text(n, "about")
			r.About = t.Text
		}},
		field{"mode", func(n *yaml.Node) { r.Mode = d.mode(n) }},
		field{"when", func(n *yaml.Node) { r.When = d.cond(n, "when", 0) }},
		field{"unless", func(n *yaml.Node) { r.Unless = d.cond(n, "unless", 0) }},
		field{"span", func(n *yaml.Node) { r.Span = d.span(n) }},
		field{"on", func(n *yaml.Node) { d.on(n, r) }},
		field{"second_look", func(n *yaml.Node) { r.SecondLook = d.secondLook(n) }},
		field{"at_most", func(n *yaml.Node) { r.AtMost = d.atMost(n) }},
		field{"automatic", func(n *yaml.Node) { r.Automatic = d.boolean(n, "automatic") }},
		field{"trust", func(n *yaml.Node) { r.Trust = d.gates(n, "trust") }},
		field{"then", func(n *yaml.Node) { d.then(n, r) }},
	)
	d.required(n, "id", "when", "then")
	return r
}

// ruleName is what problems call the rule: its id, or its place when it has none.
func (d *decoder) ruleName(n *yaml.Node, place int) string {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "id" && n.Content[i+1].Kind == yaml.ScalarNode && n.Content[i+1].Value != "" {
			return shorten(n.Content[i+1].Value)
		}
	}
	return fmt.Sprintf("#%d", place)
}

func hasKey(n *yaml.Node, key string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

// maxSpan bounds how far back a match may begin, in ms: what a session must remember of each speaker.
const maxSpan = 120_000

func (d *decoder) span(n *yaml.Node) *rawSpan {
	s := &rawSpan{}
	d.fields(n, "span",
		field{"last", func(n *yaml.Node) { s.Last = d.duration(n, "last") }},
		field{"gap", func(n *yaml.Node) { s.Gap = d.duration(n, "gap") }},
	)
	d.required(n, "last")
	if s.Last > maxSpan {
		d.bad(n, "span.last may be at most %ds", maxSpan/1000)
	}
	return s
}

func (d *decoder) on(n *yaml.Node, r *rawRule) {
	d.fields(n, "on",
		field{"partial", func(n *yaml.Node) { r.On.Partial = d.oneOf(n, "partial", "arm", "ignore") }},
		field{"final", func(n *yaml.Node) { r.On.Final = d.oneOf(n, "final", "decide") }},
	)
}

func (d *decoder) secondLook(n *yaml.Node) *rawLook {
	l := &rawLook{}
	d.fields(n, "second_look",
		field{"model", func(n *yaml.Node) { l.Model = d.name(n, "model") }},
		field{"must_agree", func(n *yaml.Node) { l.MustAgree = d.boolean(n, "must_agree") }},
	)
	return l
}

func (d *decoder) atMost(n *yaml.Node) *rawAtMost {
	a := &rawAtMost{By: "person"}
	d.fields(n, "at_most",
		field{"once_per", func(n *yaml.Node) { a.OncePer = d.duration(n, "once_per") }},
		field{"by", func(n *yaml.Node) { a.By = d.oneOf(n, "by", "person", "room") }},
	)
	d.required(n, "once_per")
	return a
}

func levelNames() []string {
	return []string{string(models.LevelInfo), string(models.LevelLow), string(models.LevelMedium), string(models.LevelHigh)}
}

func (d *decoder) check(n *yaml.Node, f *rawFile) {
	c := rawCheck{line: n.Line, wordP: 1}
	d.fields(n, "a check",
		field{"say", func(n *yaml.Node) { c.say = d.said(n) }},
		field{"wav", func(n *yaml.Node) {
			t, _ := d.text(n, "wav")
			c.wav = t.Text
		}},
		field{"by", func(n *yaml.Node) { c.by = models.Role(d.name(n, "by")) }},
		field{"word_p", func(n *yaml.Node) {
			if p := d.number(n, "word_p", 0, 1); p != nil {
				c.wordP = *p
			}
		}},
		field{"expect", func(n *yaml.Node) { d.expect(n, &c) }},
	)
	if d.shape != nil {
		d.shape.Required = []string{"expect"}
		return
	}
	if n.Kind == yaml.MappingNode && (!hasKey(n, "expect") || hasKey(n, "say") == hasKey(n, "wav")) {
		d.bad(n, "a check needs expect: and either say: or wav:")
		return
	}
	f.checks = append(f.checks, c)
}

// said reads what a check says: one line, or successive ones, each a text or a mapping with its time and speaker.
func (d *decoder) said(n *yaml.Node) []rawSaid {
	n = d.follow(n)
	if n == nil {
		return nil
	}
	var out []rawSaid
	one := func(n *yaml.Node) {
		line := rawSaid{at: -1, wordP: -1}
		d.either(n.Kind == yaml.MappingNode, func() { d.saidLine(n, &line) }, func() {
			t, _ := d.text(n, "say")
			line.text = t.Text
		})
		if out = append(out, line); len(out) == maxBatch {
			d.bad(n, "a check says at most %d lines", maxBatch)
		}
	}
	if d.shape != nil {
		single, many := &shape{}, &shape{}
		single.text()
		d.describe(many, func() { d.each(n, "say", one) })
		d.shape.AnyOf = []*shape{single, many}
		return nil
	}
	if n.Kind == yaml.SequenceNode {
		d.each(n, "say", one)
		return out
	}
	one(n)
	return out
}

func (d *decoder) saidLine(n *yaml.Node, line *rawSaid) {
	d.fields(n, "a line of say",
		field{"text", func(n *yaml.Node) {
			t, _ := d.text(n, "text")
			line.text = t.Text
		}},
		field{"at", func(n *yaml.Node) { line.at = d.offset(n) }},
		field{"by", func(n *yaml.Node) { line.by = models.Role(d.name(n, "by")) }},
		field{"speaker", func(n *yaml.Node) {
			t, _ := d.text(n, "speaker")
			line.speaker = t.Text
		}},
		field{"word_p", func(n *yaml.Node) {
			if p := d.number(n, "word_p", 0, 1); p != nil {
				line.wordP = *p
			}
		}},
	)
	d.required(n, "text")
}

// offset reads a time from the beginning: a duration, or 0s.
func (d *decoder) offset(n *yaml.Node) int64 {
	if d.shape == nil && n.Value == "0s" {
		return 0
	}
	return d.duration(n, "at")
}

func (d *decoder) expect(n *yaml.Node, c *rawCheck) {
	wants := append([]string{"none", string(models.ModeWatch), string(models.ModeSuggest), string(models.ModeAct)}, levelNames()...)
	rules := func() {
		d.entries(n, "expect", func(key, value *yaml.Node) {
			want := d.oneOf(value, "expectation", wants...)
			c.expect = append(c.expect, expectation{rule: key.Value, want: want, line: key.Line})
		})
	}
	none := func() { c.none = d.oneOf(n, "expectation", "none") == "none" }
	v := d.follow(n)
	d.either(v == nil || v.Kind != yaml.ScalarNode, rules, none)
}
