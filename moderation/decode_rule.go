package moderation

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
	d.each(n, "rules", func(n *yaml.Node) { f.rules = append(f.rules, d.readRule(n, f)) })
	d.rule = ""
}

func (d *decoder) readRule(n *yaml.Node, f *rawFile) *rawRule {
	r := &rawRule{line: n.Line, pack: f}
	d.rule = d.ruleName(n, len(f.rules)+1)
	when, then := false, false
	known := []field{
		{"id", func(n *yaml.Node) { r.ID = d.name(n, "id") }},
		{"about", func(n *yaml.Node) {
			t, _ := d.text(n, "about")
			r.About = t.Text
		}},
		{"mode", func(n *yaml.Node) { r.Mode = d.mode(n) }},
		{"when", func(n *yaml.Node) { when = true; r.When = d.cond(n, "when", 0) }},
		{"unless", func(n *yaml.Node) { r.Unless = d.cond(n, "unless", 0) }},
		{"trust", func(n *yaml.Node) { r.Trust = d.gates(n, "trust") }},
		{"then", func(n *yaml.Node) { then = true; d.then(n, r) }},
	}
	d.fields(n, "a rule", append(known, d.later("span", "on", "second_look", "at_most", "automatic")...)...)
	if n.Kind != yaml.MappingNode {
		return r
	}
	for _, missing := range []struct {
		absent bool
		key    string
	}{{!hasKey(n, "id"), "id"}, {!when, "when"}, {!then, "then"}} {
		if missing.absent {
			d.bad(n, "%q is missing", missing.key)
		}
	}
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

// cond reads one condition. A condition has one key, so that nobody has to guess how two keys would be joined.
func (d *decoder) cond(n *yaml.Node, what string, depth int) *rawCond {
	if n = d.follow(n); n == nil {
		return nil
	}
	if depth > maxDepth {
		d.bad(n, "conditions are nested more than %d deep", maxDepth)
		return nil
	}
	if n.Kind == yaml.SequenceNode {
		d.bad(n, "%s must say how its conditions are joined: any: [...], all: [...] or none: [...]", what)
		return nil
	}
	if n.Kind == yaml.MappingNode && len(n.Content) != 2 {
		d.bad(n, "%s must be one condition; put several under any:, all: or none:", what)
	}
	c := &rawCond{line: n.Line}
	group := func(kind condKind) field {
		return field{string(kind), func(n *yaml.Node) {
			c.Kind = kind
			d.each(n, string(kind), func(n *yaml.Node) {
				if kid := d.cond(n, string(kind), depth+1); kid != nil {
					c.Kids = append(c.Kids, kid)
				}
			})
		}}
	}
	names := func(kind condKind) field {
		return field{string(kind), func(n *yaml.Node) {
			c.Kind = kind
			for _, t := range d.texts(n, string(kind)) {
				c.Names, c.lines = append(c.Names, t.Text), append(c.lines, t.line)
			}
		}}
	}
	known := []field{
		group(condAny), group(condAll), group(condNone), names(condRole), names(condSpeaker),
		{string(condSays), func(n *yaml.Node) { c.Kind, c.Says = condSays, d.says(n) }},
	}
	d.fields(n, what, append(known, d.later("reveals", "repeats", "floor", "heard", "spoken_language", "room", "ledger", "if",
		"newcomer", "reported_speech")...)...)
	if c.Kind == "" {
		return nil
	}
	return c
}

func (d *decoder) says(n *yaml.Node) *rawSays {
	s := &rawSays{line: n.Line}
	ways, gap := 0, false
	known := []field{
		{"words", func(n *yaml.Node) { ways++; s.Words = d.texts(n, "words") }},
		{"phrase", func(n *yaml.Node) { ways++; s.Phrase = d.texts(n, "phrase") }},
		{"pattern", func(n *yaml.Node) { ways++; s.Pattern = d.texts(n, "pattern") }},
		{"how", func(n *yaml.Node) { d.how(n) }},
		{"gap", func(n *yaml.Node) {
			gap = true
			if v := d.number(n, "gap", 0, maxGap); v != nil {
				if s.Gap = int(*v); float64(s.Gap) != *v {
					d.bad(n, "gap must be a whole number of words")
				}
			}
		}},
	}
	d.fields(n, "says", known...)
	if f := d.follow(n); f != nil && f.Kind == yaml.MappingNode {
		if ways != 1 {
			d.bad(n, "says needs exactly one of words, phrase, pattern; join several with any:")
		}
		if gap && s.Phrase == nil {
			d.bad(n, "gap belongs to phrase: only phrases may have words between")
		}
	}
	return s
}

func (d *decoder) how(n *yaml.Node) {
	switch how := d.oneOf(n, "how", "exact", "inflected", "near", "sound", "inside"); how {
	case "", "exact":
	default:
		d.bad(n, "how: %s is not supported yet; exact (whole words) is", how)
	}
}

func (d *decoder) then(n *yaml.Node, r *rawRule) {
	flags := 0
	d.each(n, "then", func(n *yaml.Node) {
		known := []field{{"flag", func(n *yaml.Node) {
			flags++
			d.flag(n, r)
		}}}
		d.fields(n, "a step of then", append(known, d.later("ask", "add", "nudge", "tell", "warn", "mute", "redact", "remove",
			"ban", "to_audience", "webhook")...)...)
	})
	if flags > 1 {
		d.bad(n, "one flag per rule is enough: there are %d", flags)
	}
}

func (d *decoder) flag(n *yaml.Node, r *rawRule) {
	r.Flag.Level = models.LevelMedium
	known := []field{
		{"level", func(n *yaml.Node) {
			if l := d.oneOf(n, "level", levelNames()...); l != "" {
				r.Flag.Level = models.Level(l)
			}
		}},
		{"title", func(n *yaml.Node) { r.Flag.Title = d.title(n) }},
	}
	d.fields(n, "flag", append(known, d.later("clip")...)...)
}

func levelNames() []string {
	return []string{string(models.LevelInfo), string(models.LevelLow), string(models.LevelMedium), string(models.LevelHigh)}
}

func (d *decoder) check(n *yaml.Node, f *rawFile) {
	c := rawCheck{line: n.Line, wordP: 1}
	say, expect := false, false
	known := []field{
		{"say", func(n *yaml.Node) {
			say = true
			t, _ := d.text(n, "say")
			c.say = t.Text
		}},
		{"by", func(n *yaml.Node) { c.by = models.Role(d.name(n, "by")) }},
		{"word_p", func(n *yaml.Node) {
			if p := d.number(n, "word_p", 0, 1); p != nil {
				c.wordP = *p
			}
		}},
		{"expect", func(n *yaml.Node) { expect = true; d.expect(n, &c) }},
	}
	d.fields(n, "a check", append(known, d.later("wav")...)...)
	if n.Kind == yaml.MappingNode && (!expect || !say) && !hasKey(n, "wav") {
		d.bad(n, "a check needs say: and expect:")
		return
	}
	f.checks = append(f.checks, c)
}

func (d *decoder) expect(n *yaml.Node, c *rawCheck) {
	if v := d.follow(n); v != nil && v.Kind == yaml.ScalarNode {
		c.none = d.oneOf(n, "expectation", "none") == "none"
		return
	}
	wants := append([]string{"none", string(models.ModeWatch), string(models.ModeSuggest), string(models.ModeAct)}, levelNames()...)
	d.entries(n, "expect", func(key, value *yaml.Node) {
		c.expect = append(c.expect, expectation{rule: key.Value, want: d.oneOf(value, "expectation", wants...), line: key.Line})
	})
}
