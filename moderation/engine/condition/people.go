package condition

import (
	"fmt"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// textsOf returns the plain texts.
func textsOf(ts []strict.Text) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Text
	}
	return out
}

// role holds if the speaker has one of the roles.
type role struct{ names []strict.Text }

// Shape is how role: is written.
func (c *role) Shape(rules.Nested) strict.Shape { return strict.Names("role", &c.names) }

// Content is the roles' names.
func (c *role) Content() (string, any) { return "Names", textsOf(c.names) }

func (c *role) compile(p *Part) Condition {
	p.Inputs |= InputWho
	for _, name := range c.names {
		p.asked[models.Role(name.Text)] = true
		if !p.set.Roles[models.Role(name.Text)] {
			p.bad(name.Line, "unknown role %q%s: give its members under people:", strict.Shorten(name.Text),
				strict.DidYouMean(name.Text, p.set.RoleNames()))
		}
	}
	return c
}

// Eval checks all roles of the speaker.
func (c *role) Eval(e *Context, _ float64) (bool, []match.Match) {
	return slices.ContainsFunc(c.names, func(n strict.Text) bool { return slices.Contains(e.Roles, models.Role(n.Text)) }), nil
}

// Explain names the speaker's roles.
func (c *role) Explain(e *Context, held bool, _ []match.Match) string {
	has := make([]string, len(e.Roles))
	for i, r := range e.Roles {
		has[i] = string(r)
	}
	said := "the speaker is " + strings.Join(has, " and ")
	if held {
		return said
	}
	return fmt.Sprintf("%s, not %s", said, strings.Join(textsOf(c.names), " or "))
}

// speaker holds if one of the people speaks.
type speaker struct{ ids []strict.Text }

// Shape is how speaker: is written.
func (c *speaker) Shape(rules.Nested) strict.Shape { return strict.Names("speaker", &c.ids) }

// Content is the people's identities.
func (c *speaker) Content() (string, any) { return "Names", textsOf(c.ids) }

func (c *speaker) compile(p *Part) Condition {
	p.Inputs |= InputWho
	return c
}

// Eval checks the speaker's identity.
func (c *speaker) Eval(e *Context, _ float64) (bool, []match.Match) {
	return slices.ContainsFunc(c.ids, func(id strict.Text) bool { return id.Text == e.Line.SpeakerID }), nil
}

// Explain says who it is.
func (c *speaker) Explain(e *Context, held bool, _ []match.Match) string {
	if held {
		return "it is said by " + e.Line.SpeakerID
	}
	return "it is said by somebody else"
}

// newcomer holds if the speaker is new as defined under people:, or is not; with talks, if a newcomer talks.
type newcomer struct {
	want  bool
	talks string
}

// Shape is how newcomer: is written.
func (c *newcomer) Shape(rules.Nested) strict.Shape {
	talks := strict.Checked("newcomer", "^talks$", func(v strict.Value, t strict.Text) {
		if t.Text != "talks" {
			v.Bad("newcomer must be true, false or talks, not %q", strict.Shorten(t.Text))
			return
		}
		c.talks, c.want = "talks", true
	})
	return strict.Either(strict.Bool("newcomer", &c.want), talks, func(v strict.Value) bool { return v.IsPlain() && !v.IsTruth() })
}

// Content is whether newcomers are wanted.
func (c *newcomer) Content() (string, any) {
	if c.talks != "" {
		return "Want", c.talks
	}
	return wanted(c.want)
}

// wanted returns true as content; false is the value that is omitted.
func wanted(want bool) (string, any) {
	if want {
		return "Want", true
	}
	return "Want", nil
}

func (c *newcomer) compile(p *Part) Condition {
	p.Inputs |= InputWho
	if c.talks != "" {
		p.Inputs |= InputPerson
	}
	if p.set.Newcomers == nil {
		p.bad(p.line, "newcomer: no file defines who is new: add people: {newcomer: {until: {in_room: 10m}}}")
	}
	return c
}

// Eval checks how long the speaker has been present and has spoken.
func (c *newcomer) Eval(e *Context, _ float64) (bool, []match.Match) {
	held := e.Person.isNew(e.set.Newcomers, e.Now) == c.want
	return held && (c.talks == "" || e.roster.turn(e.Person, e.Now, longestPause) > 0), nil
}

// Explain says whether the speaker is new.
func (c *newcomer) Explain(_ *Context, held bool, _ []match.Match) string {
	if c.talks != "" {
		return described("a newcomer talks", held)
	}
	if held == c.want {
		return "the speaker is new"
	}
	return "the speaker is not new"
}
