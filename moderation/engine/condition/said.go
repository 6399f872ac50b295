package condition

import (
	"encoding/json"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// maxSaid is how far back said: and not_said: may look, in ms.
const maxSaid = 4 * 3600_000

// said holds when something was said within the last Last ms, the current line included, by the person or by anybody.
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
		strict.Field{Name: "last", Shape: strict.Duration("last", &c.Last)},
		strict.Field{Name: "by", Shape: strict.OneOf("by", &c.By, "person", "room")})
	m.Required = []string{"last"}
	return strict.After(m, func(v strict.Value) {
		if c.Last > maxSaid {
			v.Bad("said looks back at most %dh", maxSaid/3600_000)
		}
	})
}

// Content is all that is written.
func (c *said) Content() (string, any) { return "Said", c }

func (c *said) compile(p *Part) Condition {
	return wasSaid{p.remembers(&c.says), c.Last, c.By == "room"}
}

// remembers compiles what is to be remembered of when it was said, and gives the name under which it is.
func (p *Part) remembers(c *says) string {
	data, err := json.Marshal([]any{c, p.file.Name})
	if err != nil {
		panic("condition: " + err.Error()) // only our own plain types come here
	}
	looks := p.Looks // that of a line long ago is no part of this one
	for _, src := range c.compile(p).(wordsSaid).sources {
		p.set.remembered = append(p.set.remembered, remembered{src, string(data)})
	}
	p.Looks = looks
	return string(data)
}

// remembered is a source whose finds are remembered under a name.
type remembered struct {
	source int
	name   string
}

// Remember notes when what said: and not_said: look for was said, once a line has been judged.
func (sc *Context) Remember() {
	for _, r := range sc.set.remembered {
		for _, m := range sc.Found[r.source] {
			if m.Last < sc.Window.Cut {
				continue
			}
			for _, said := range []map[string]int64{sc.Person.said, sc.roster.room.said} {
				said[r.name] = sc.Line.EndMS
			}
		}
	}
}

// wasSaid holds when something was said lately.
type wasSaid struct {
	name   string
	last   int64
	inRoom bool
}

// Eval looks at what is remembered, and at the line.
func (c wasSaid) Eval(e *Context, _ float64) (bool, []match.Match) {
	at := e.saidAt(c.name, c.inRoom)
	return at >= 0 && e.Now-at <= c.last, nil
}

// Explain says whether it was.
func (c wasSaid) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("it was said lately", held)
}

// saidAt is when something was last said, in ms from the session's start; -1: never.
func (sc *Context) saidAt(name string, inRoom bool) int64 {
	if !sc.Observe {
		for _, r := range sc.set.remembered {
			if r.name != name {
				continue
			}
			for _, m := range sc.Found[r.source] {
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

// notSaid holds when something has not been said within Within ms of a person's coming, of the beginning of their turn, or of what
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
		strict.Field{Name: "within", Shape: strict.Duration("within", &c.Within)},
		strict.Field{Name: "of", Shape: strict.OneOf("of", &c.Of, "join", "turn", "topic")},
		strict.Field{Name: "topic", Shape: strict.Texts("topic", &c.Topic)},
		strict.Field{Name: "by", Shape: strict.OneOf("by", &c.By, "person", "room")})
	m.Required = []string{"within", "of"}
	return strict.After(m, func(v strict.Value) {
		if (c.Of == "topic") != v.Has("topic") {
			v.Bad("not_said: of: topic and topic: (the phrases that begin it) go together")
		}
		if c.Within > maxSaid {
			v.Bad("not_said looks back at most %dh", maxSaid/3600_000)
		}
	})
}

// Content is all that is written.
func (c *notSaid) Content() (string, any) { return "NotSaid", c }

func (c *notSaid) compile(p *Part) Condition {
	out := missing{name: p.remembers(&c.says), within: c.Within, of: c.Of, inRoom: c.By == "room"}
	if c.Of == "topic" {
		out.topic = p.remembers(&says{Phrase: c.Topic})
	}
	p.Looks |= AtPerson
	return out
}

// missing holds when something was to be said and was not.
type missing struct {
	name, topic, of string
	within          int64
	inRoom          bool
}

// Eval looks at when it was to be said at the latest.
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
	if c.of == "topic" { // it may also come shortly before
		from -= c.within
	}
	at := e.saidAt(c.name, c.inRoom)
	return at < 0 || at < from, nil
}

// Explain says whether it is missing.
func (c missing) Explain(_ *Context, held bool, _ []match.Match) string {
	return described(strings.TrimSpace("it was not said in time after the "+c.of), held)
}
