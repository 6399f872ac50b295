package engine

import (
	"strings"

	"earshot/models"

	"go.yaml.in/yaml/v3"
)

// then reads the steps of a rule. A step has one key.
func (d *decoder) then(n *yaml.Node, r *rawRule) {
	flags := 0
	d.each(n, "then", func(n *yaml.Node) {
		s := rawStep{line: n.Line}
		d.fields(n, "a step of then", d.stepFields(&s, r, &flags)...)
		if s.Verb != "" && d.shape == nil {
			r.Steps = append(r.Steps, s)
		}
	})
	if flags > 1 {
		d.bad(n, "one flag per rule is enough: there are %d", flags)
	}
	if len(r.Steps) > maxBatch {
		d.bad(n, "a rule has at most %d steps", maxBatch)
	}
}

// stepFields are all verbs.
func (d *decoder) stepFields(s *rawStep, r *rawRule, flags *int) []field {
	verb := func(name string, read func(*yaml.Node)) field {
		return field{name, func(n *yaml.Node) {
			if s.Verb != "" {
				d.bad(n, "a step has one verb; begin a new step with a dash")
			}
			s.Verb = name
			read(n)
		}}
	}
	return []field{
		{"flag", func(n *yaml.Node) {
			*flags++
			d.flag(n, r)
		}},
		verb(stepAsk, func(n *yaml.Node) { d.ask(n, s) }),
		verb(stepAdd, func(n *yaml.Node) { d.add(n, s) }),
		verb(stepTell, func(n *yaml.Node) { d.tell(n, s) }),
		verb(stepNudge, func(n *yaml.Node) { d.message(n, s, "nudge") }),
		verb(stepWarn, func(n *yaml.Node) { d.message(n, s, "warn") }),
		verb(stepMute, func(n *yaml.Node) { d.timed(n, s, "mute") }),
		verb(stepToAudience, func(n *yaml.Node) { d.timed(n, s, "to_audience") }),
		verb(stepRemove, func(n *yaml.Node) { d.timed(n, s, "remove") }),
		verb(stepBan, func(n *yaml.Node) { d.timed(n, s, "ban") }),
		verb(stepRedact, func(n *yaml.Node) { d.redact(n, s) }),
	}
}

// The verbs of then.
const (
	stepAsk        = "ask"
	stepAdd        = "add"
	stepTell       = "tell"
	stepNudge      = "nudge"
	stepWarn       = "warn"
	stepMute       = "mute"
	stepToAudience = "to_audience"
	stepRemove     = "remove"
	stepBan        = "ban"
	stepRedact     = "redact"
)

func (d *decoder) flag(n *yaml.Node, r *rawRule) {
	r.Flag.Level = models.LevelMedium
	d.fields(n, "flag",
		field{"level", func(n *yaml.Node) {
			if l := d.oneOf(n, "level", levelNames()...); l != "" {
				r.Flag.Level = models.Level(l)
			}
		}},
		field{"title", func(n *yaml.Node) { r.Flag.Title = d.title(n) }},
		field{"clip", func(n *yaml.Node) { r.Flag.Clip = d.clip(n) }},
	)
}

// maxClip bounds the sound kept on each side of the words, in ms.
const maxClip = 60_000

func (d *decoder) clip(n *yaml.Node) *rawClip {
	c := &rawClip{Before: Unsaid, After: Unsaid, Keep: Unsaid}
	d.fields(n, "clip",
		field{"before", func(n *yaml.Node) { c.Before = d.durationFrom(n, "before", 0) }},
		field{"after", func(n *yaml.Node) { c.After = d.durationFrom(n, "after", 0) }},
		field{"keep", func(n *yaml.Node) { c.Keep = d.duration(n, "keep") }},
	)
	if max(c.Before, c.After) > maxClip {
		d.bad(n, "a clip reaches at most %ds to each side", maxClip/1000)
	}
	return c
}

func (d *decoder) ask(n *yaml.Node, s *rawStep) {
	s.Who, s.Expires = []string{string(models.RoleHost)}, 60_000
	d.fields(n, "ask",
		field{"who", func(n *yaml.Node) { s.Who = d.manyOf(n, "who", string(models.RoleHost), string(models.RoleCohost)) }},
		field{"offer", func(n *yaml.Node) { s.Offer = d.offers(n) }},
		field{"expires", func(n *yaml.Node) { s.Expires = d.duration(n, "expires") }},
	)
}

// offers reads what the host may choose: "mute 60s", "warn", "dismiss".
func (d *decoder) offers(n *yaml.Node) []string {
	if d.shape != nil {
		d.shape.oneOrMany(func(s *shape) { s.kind("string").Pattern = offerPattern })
		return nil
	}
	var out []string
	for _, t := range d.texts(n, "offer") {
		if _, err := parseOffer(t.Text); err != nil {
			word, _, _ := strings.Cut(t.Text, " ")
			d.bad(n, "%s%s", err, didYouMean(word, offerVerbs))
			continue
		}
		out = append(out, t.Text)
	}
	return out
}

func (d *decoder) add(n *yaml.Node, s *rawStep) {
	d.fields(n, "add",
		field{"to", func(n *yaml.Node) { s.Ledger = d.name(n, "to") }},
		field{"points", func(n *yaml.Node) {
			if v := d.number(n, "points", 0, 1000); v != nil {
				s.Points = *v
			}
		}},
	)
	d.required(n, "to", "points")
}

func (d *decoder) tell(n *yaml.Node, s *rawStep) {
	ways := 0
	d.fields(n, "tell",
		field{"who", func(n *yaml.Node) {
			ways++
			s.Who = d.manyOf(n, "who", string(models.RoleHost), string(models.RoleCohost))
		}},
		field{"webhook", func(n *yaml.Node) { ways++; s.Webhook = d.name(n, "webhook") }},
		field{"text", func(n *yaml.Node) { s.Text = d.title(n) }},
	)
	if f := d.follow(n); ways == 0 && f != nil && f.Kind == yaml.MappingNode {
		d.bad(n, "tell needs who: (host, cohost) or webhook: (its name)")
	}
}

func (d *decoder) message(n *yaml.Node, s *rawStep, what string) {
	s.To, s.Via = "speaker", "auto"
	d.fields(n, what,
		field{"to", func(n *yaml.Node) { s.To = d.oneOf(n, "to", "speaker", "room") }},
		field{"via", func(n *yaml.Node) { s.Via = d.oneOf(n, "via", "auto", "private", "chat", "voice") }},
		field{"text", func(n *yaml.Node) { s.Text = d.title(n) }},
	)
}

// timed reads a verb that may last: {} or {for: 60s}.
func (d *decoder) timed(n *yaml.Node, s *rawStep, what string) {
	var known []field
	if what != stepRemove {
		known = append(known, field{"for", func(n *yaml.Node) { s.ForMS = d.duration(n, "for") }})
	}
	d.fields(n, what, append(known, field{"text", func(n *yaml.Node) { s.Text = d.title(n) }})...)
}

func (d *decoder) redact(n *yaml.Node, s *rawStep) {
	s.RedactText = true
	d.fields(n, "redact",
		field{"text", func(n *yaml.Node) { s.RedactText = d.boolean(n, "text") }},
		field{"clip", func(n *yaml.Node) { s.RedactClip = d.oneOf(n, "clip", ClipBeep, ClipSilence, "keep") }},
	)
}
