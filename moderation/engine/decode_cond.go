package engine

import (
	"earshot/moderation/match/pii"
	"strings"

	"go.yaml.in/yaml/v3"
)

// hows are the ways in which words of a list may be said.
var hows = []string{howExact, howInflected, howNear, howSound, howInside}

// The ways, from the plainest.
const (
	howExact     = "exact"
	howInflected = "inflected"
	howNear      = "near"
	howSound     = "sound"
	howInside    = "inside"
)

// cond reads one condition. A condition has one key, so that nobody has to guess how two keys would be joined.
func (d *decoder) cond(n *yaml.Node, what string, depth int) *rawCond {
	if d.shape != nil {
		d.describeCond()
		return nil
	}
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
	d.fields(n, what, d.condFields(c, depth)...)
	if c.Kind == "" {
		return nil
	}
	return c
}

// describeCond makes the shape of a condition once; conditions inside of it refer to it.
func (d *decoder) describeCond() {
	d.shape.Ref = "#/$defs/condition"
	if d.defs["condition"] != nil {
		return
	}
	s := &shape{}
	d.defs["condition"] = s
	d.describe(s, func() { d.fields(blank(), "a condition", d.condFields(&rawCond{}, 0)...) })
	s.MinProps, s.MaxProps = 1, 1
}

// condFields are all kinds of conditions.
func (d *decoder) condFields(c *rawCond, depth int) []field {
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
	named := func(kind condKind) field {
		return field{string(kind), func(n *yaml.Node) {
			c.Kind = kind
			for _, t := range d.texts(n, string(kind)) {
				c.Names, c.lines = append(c.Names, t.Text), append(c.lines, t.line)
			}
		}}
	}
	truth := func(kind condKind) field {
		return field{string(kind), func(n *yaml.Node) { c.Kind, c.Want = kind, d.boolean(n, string(kind)) }}
	}
	return []field{
		group(condAny), group(condAll), group(condNone), named(condRole), named(condSpeaker),
		{string(condSays), func(n *yaml.Node) { c.Kind, c.Says = condSays, d.says(n) }},
		{string(condReveals), func(n *yaml.Node) {
			c.Kind, c.Names = condReveals, d.manyOf(n, "kind of personal data", pii.Kinds...)
		}},
		{string(condRepeats), func(n *yaml.Node) { c.Kind, c.Repeats = condRepeats, d.repeats(n) }},
		{string(condFloor), func(n *yaml.Node) { c.Kind, c.Floor = condFloor, d.floor(n) }},
		{string(condHeard), func(n *yaml.Node) { c.Kind, c.Heard = condHeard, d.sound(n) }},
		{string(condLanguage), func(n *yaml.Node) { c.Kind, c.Tongue = condLanguage, d.tongue(n) }},
		{string(condRoom), func(n *yaml.Node) { c.Kind, c.Room = condRoom, d.room(n) }},
		{string(condLedger), func(n *yaml.Node) { c.Kind, c.Ledgers = condLedger, d.balances(n) }},
		{string(condIf), func(n *yaml.Node) {
			t, _ := d.text(n, "if")
			c.Kind, c.If = condIf, t.Text
		}},
		truth(condNewcomer), truth(condReported),
	}
}

func (d *decoder) says(n *yaml.Node) *rawSays {
	s := &rawSays{line: n.Line}
	ways, gap := 0, false
	d.fields(n, "says",
		field{"words", func(n *yaml.Node) { ways++; s.Words = d.texts(n, "words") }},
		field{"phrase", func(n *yaml.Node) { ways++; s.Phrase = d.texts(n, "phrase") }},
		field{"pattern", func(n *yaml.Node) { ways++; s.Pattern = d.texts(n, "pattern") }},
		field{"how", func(n *yaml.Node) { s.How = d.oneOf(n, "how", hows...) }},
		field{"gap", func(n *yaml.Node) { gap = true; s.Gap = d.whole(n, "gap", 0, maxGap) }},
	)
	f := d.follow(n)
	if f == nil || f.Kind != yaml.MappingNode {
		return s
	}
	if ways != 1 {
		d.bad(n, "says needs exactly one of words, phrase, pattern; join several with any:")
	}
	if gap && s.Phrase == nil {
		d.bad(n, "gap belongs to phrase: only phrases may have words between")
	}
	if s.How != "" && s.How != howExact && s.Pattern != nil {
		d.bad(n, "how: %s belongs to words and phrase: a pattern says itself what it matches", s.How)
	}
	return s
}

func (d *decoder) repeats(n *yaml.Node) *rawRepeats {
	r := &rawRepeats{Times: 3, Within: 60_000, Similar: 0.9}
	d.fields(n, "repeats",
		field{"times", func(n *yaml.Node) { r.Times = d.whole(n, "times", 2, 50) }},
		field{"within", func(n *yaml.Node) { r.Within = d.duration(n, "within") }},
		field{"similar", func(n *yaml.Node) {
			if v := d.number(n, "similar", 0.5, 1); v != nil {
				r.Similar = *v
			}
		}},
	)
	if r.Within > maxRepeats {
		d.bad(n, "repeats.within may be at most %dm", maxRepeats/60_000)
	}
	return r
}

func (d *decoder) floor(n *yaml.Node) *rawFloor {
	f := &rawFloor{Of: 300_000, MinSpeakers: 2}
	parts := 0
	window := func(n *yaml.Node) { f.Of = d.duration(n, "within") }
	d.fields(n, "floor",
		field{"share_over", func(n *yaml.Node) { parts++; f.ShareOver = d.number(n, "share_over", 0, 1) }},
		field{"turn_over", func(n *yaml.Node) { parts++; f.TurnOver = d.duration(n, "turn_over") }},
		field{"interruptions", func(n *yaml.Node) { parts++; f.Interruptions = d.comparison(n, "interruptions") }},
		field{"overlap", func(n *yaml.Node) { parts++; f.Overlap = d.number(n, "overlap", 0, 1) }},
		field{"of", window},
		field{"within", window},
		field{"min_speakers", func(n *yaml.Node) { f.MinSpeakers = d.whole(n, "min_speakers", 1, 1000) }},
	)
	d.needsPart(n, parts, "floor", "share_over, turn_over, interruptions, overlap")
	if f.Of > maxFloor {
		d.bad(n, "floor looks back at most %dm", maxFloor/60_000)
	}
	return f
}

func (d *decoder) sound(n *yaml.Node) *rawHeard {
	h := &rawHeard{For: 1000}
	parts := 0
	d.fields(n, "heard",
		field{"loudness_above", func(n *yaml.Node) { parts++; h.LoudnessAbove = d.decibels(n, "loudness_above") }},
		field{"clipped", func(n *yaml.Node) { parts++; h.Clipped = d.comparison(n, "clipped") }},
		field{"music", func(n *yaml.Node) { parts++; h.Music = d.comparison(n, "music") }},
		field{"noise", func(n *yaml.Node) { parts++; h.Noise = d.comparison(n, "noise") }},
		field{"for", func(n *yaml.Node) { h.For = d.duration(n, "for") }},
	)
	d.needsPart(n, parts, "heard", "loudness_above, clipped, music, noise")
	if h.For > maxSound {
		d.bad(n, "heard.for may be at most %ds", maxSound/1000)
	}
	return h
}

func (d *decoder) tongue(n *yaml.Node) *rawTongue {
	t := &rawTongue{Sure: 0.8}
	d.fields(n, "spoken_language",
		field{"not_in", func(n *yaml.Node) {
			for _, x := range d.texts(n, "not_in") {
				t.NotIn = append(t.NotIn, strings.ToLower(x.Text))
			}
		}},
		field{"sure", func(n *yaml.Node) {
			if v := d.number(n, "sure", 0, 1); v != nil {
				t.Sure = *v
			}
		}},
	)
	d.required(n, "not_in")
	return t
}

func (d *decoder) room(n *yaml.Node) *rawRoom {
	r := &rawRoom{Within: 60_000}
	parts := 0
	d.fields(n, "room",
		field{"joins", func(n *yaml.Node) { parts++; r.Joins = d.comparison(n, "joins") }},
		field{"and_unmutes", func(n *yaml.Node) { parts++; r.Unmutes = d.comparison(n, "and_unmutes") }},
		field{"within", func(n *yaml.Node) { r.Within = d.duration(n, "within") }},
		field{"silence", func(n *yaml.Node) { parts++; r.Silence = d.duration(n, "silence") }},
	)
	d.needsPart(n, parts, "room", "joins, and_unmutes, silence")
	if r.Within > maxRoomWindow {
		d.bad(n, "room.within may be at most %dm", maxRoomWindow/60_000)
	}
	return r
}

// needsPart complains about a matcher that looks for nothing.
func (d *decoder) needsPart(n *yaml.Node, parts int, what, of string) {
	if f := d.follow(n); parts == 0 && f != nil && f.Kind == yaml.MappingNode {
		d.bad(n, "%s needs at least one of %s", what, of)
	}
}

func (d *decoder) balances(n *yaml.Node) []rawBalance {
	var out []rawBalance
	d.entries(n, "ledger", func(key, value *yaml.Node) {
		if c := d.comparison(value, "ledger."+key.Value); c != nil {
			out = append(out, rawBalance{key.Value, *c, key.Line})
		}
	})
	return out
}
