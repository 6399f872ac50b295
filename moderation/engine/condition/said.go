package condition

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// maxSaid is how far back said: and not_said: may look, in ms.
const maxSaid = 4 * 3600_000

// said holds if something was said within the last Last ms, including the current line, by the person or by anybody.
type said struct {
	says
	Last int64
	By   string
}

// Shape is how said: is written.
func (c *said) Shape(n rules.Nested) strict.Shape {
	m := c.says.Shape(n).(strict.Mapping)
	m.What = "said"
	m.Fields = append(m.Fields,
		strict.Field{Name: "last", Shape: strict.Seconds("last", &c.Last, maxSaid*time.Millisecond)},
		strict.Field{Name: "by", Shape: strict.OneOf("by", &c.By, "person", "room")})
	m.Required = []string{"last"}
	m.Elsewhere = func(key string) string {
		if key == "within" {
			return "write last:"
		}
		return ""
	}
	return m
}

// Content is everything that is set.
func (c *said) Content() (string, any) { return "Said", c }

func (c *said) compile(p *Part) Condition {
	out := wasSaid{p.remembers(&c.says), c.Last, c.By == "room"}
	if !out.inRoom {
		p.Inputs |= InputWho
	}
	return out
}

// remembers compiles what must be remembered about when it was said, and returns the name under which it is stored.
func (p *Part) remembers(c *says) string {
	data, err := json.Marshal([]any{c, p.file.Name})
	if err != nil {
		panic("condition: " + err.Error()) // only this package's plain types are passed
	}
	looks, quotes, spans := p.Inputs, p.Quotes, p.Spans // earlier lines are not part of this one's matches
	for _, src := range c.compile(p).(wordsSaid).sources {
		p.set.remembered = append(p.set.remembered, remembered{src, string(data)})
	}
	p.Inputs, p.Quotes, p.Spans = looks, quotes, spans
	return string(data)
}

// remembered is a source whose matches are remembered under a name.
type remembered struct {
	source int
	name   string
}

// Remember records when the text of said: and not_said: was said, after a line has been judged.
func (sc *Context) Remember() {
	for _, r := range sc.set.remembered {
		for _, m := range sc.Found(r.source) {
			if m.Last < sc.Window.Cut {
				continue
			}
			for _, said := range []map[string]int64{sc.Person.said, sc.roster.room.said} {
				said[r.name] = sc.Line.EndMS
			}
		}
	}
}

// wasSaid holds if something was said recently.
type wasSaid struct {
	name   string
	last   int64
	inRoom bool
}

// Eval checks what is remembered, and the line.
func (c wasSaid) Eval(e *Context, _ float64) (bool, []match.Match) {
	at := e.saidAt(c.name, c.inRoom)
	return at >= 0 && e.Now-at <= c.last, nil
}

// Explain says whether it was.
func (c wasSaid) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("it was said recently", held)
}

// saidAt returns when something was last said, in ms from the session's start; -1: never.
func (sc *Context) saidAt(name string, inRoom bool) int64 {
	if !sc.Observe {
		for _, r := range sc.set.remembered {
			if r.name != name {
				continue
			}
			for _, m := range sc.Found(r.source) {
				if m.Last >= sc.Window.Cut {
					return sc.Line.EndMS
				}
			}
		}
	}
	said := sc.roster.room.said
	if !inRoom {
		said = sc.Person.said
	}
	if at, ok := said[name]; ok {
		return at
	}
	return -1
}

// notSaid holds if something has not been said within Within ms of a person's joining, of the beginning of their turn, or of what
// they said on a topic.
type notSaid struct {
	says
	Within int64
	Of, By string
	Topic  []strict.Text
}

// Shape is how not_said: is written.
func (c *notSaid) Shape(n rules.Nested) strict.Shape {
	m := c.says.Shape(n).(strict.Mapping)
	m.What = "not_said"
	m.Fields = append(m.Fields,
		strict.Field{Name: "within", Shape: strict.Seconds("within", &c.Within, maxSaid*time.Millisecond)},
		strict.Field{Name: "of", Shape: strict.OneOf("of", &c.Of, "join", "turn", "topic")},
		strict.Field{Name: "topic", Shape: strict.Texts("topic", &c.Topic)},
		strict.Field{Name: "by", Shape: strict.OneOf("by", &c.By, "person", "room")})
	m.Required = []string{"within", "of"}
	return strict.After(m, func(v strict.Value) {
		if (c.Of == "topic") != v.Has("topic") {
			v.Bad("not_said: of: topic and topic: (the phrases that begin it) go together")
		}
		for _, t := range c.Topic {
			if strings.Count(t.Text, ",") > 1 {
				v.Bad("topic: %q is one phrase: write what is between the commas in a list, [a, b c]", strict.Shorten(t.Text))
			}
			if c.Gap == 0 && slices.ContainsFunc(c.Phrase, func(p strict.Text) bool { return samePhrase(p, t) }) {
				v.Bad("not_said: whoever says %q, which begins the topic, has said it: give topic: other phrases", strict.Shorten(t.Text))
			}
		}
		if c.Of == "turn" && c.Within >= maxFloor {
			v.Bad("not_said: a turn is followed for less than %dm", maxFloor/60_000)
		}
	})
}

// samePhrase reports whether two phrases have the same words.
func samePhrase(a, b strict.Text) bool {
	return slices.Equal(match.Phrase(a.Text), match.Phrase(b.Text))
}

// Content is everything that is set.
func (c *notSaid) Content() (string, any) { return "NotSaid", c }

func (c *notSaid) compile(p *Part) Condition {
	out := missing{name: p.remembers(&c.says), within: c.Within, of: c.Of, inRoom: c.By == "room"}
	if c.Of == "topic" {
		out.topic = p.remembers(&says{Phrase: c.Topic})
	}
	p.Inputs |= InputPerson
	return out
}

// missing holds if something should have been said and was not.
type missing struct {
	name, topic, of string
	within          int64
	inRoom          bool
}

// Eval checks the latest time at which it should have been said.
func (c missing) Eval(e *Context, _ float64) (bool, []match.Match) {
	since := int64(-1)
	switch c.of {
	case "join":
		since = e.Person.FirstMS
	case "turn":
		if t := e.roster.turn(e.Person, e.Now, longestPause); t > 0 {
			since = e.Now - t
		}
	case "topic":
		since = e.saidAt(c.topic, false)
	}
	if since < 0 || e.Now-since < c.within {
		return false, nil
	}
	from := since
	if c.of == "topic" { // it may also have been said shortly before
		from -= c.within
	}
	at := e.saidAt(c.name, c.inRoom)
	return at < 0 || at < from, nil
}

// Explain says whether it is missing.
func (c missing) Explain(_ *Context, held bool, _ []match.Match) string {
	return described(strings.TrimSpace("it was not said in time after the "+c.of), held)
}
