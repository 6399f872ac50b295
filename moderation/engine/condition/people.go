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

// textsOf are the texts alone.
func textsOf(ts []strict.Text) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Text
	}
	return out
}

// role holds when whoever speaks has one of the roles.
type role struct{ names []strict.Text }

// Shape is how role: is written.
func (c *role) Shape(rules.Nested) strict.Shape { return strict.Texts("role", &c.names) }

// Content is the roles' names.
func (c *role) Content() (string, any) { return "Names", textsOf(c.names) }

func (c *role) compile(p *Part) Condition {
	p.Looks |= AtWho
	for _, name := range c.names {
		if !p.set.Roles[models.Role(name.Text)] {
			p.bad(name.Line, "unknown role %q%s: give its members under people:", strict.Shorten(name.Text),
				strict.DidYouMean(name.Text, p.set.RoleNames()))
		}
	}
	return c
}

// Eval looks at all roles of the speaker.
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

// speaker holds when one of the people speaks.
type speaker struct{ ids []strict.Text }

// Shape is how speaker: is written.
func (c *speaker) Shape(rules.Nested) strict.Shape { return strict.Texts("speaker", &c.ids) }

// Content is the people's identities.
func (c *speaker) Content() (string, any) { return "Names", textsOf(c.ids) }

func (c *speaker) compile(p *Part) Condition {
	p.Looks |= AtWho
	return c
}

// Eval looks at the speaker's identity.
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

// newcomer holds when the speaker is new, by what people: says of newcomers, or is not.
type newcomer struct{ want bool }

// Shape is how newcomer: is written.
func (c *newcomer) Shape(rules.Nested) strict.Shape { return strict.Bool("newcomer", &c.want) }

// Content is whether somebody new is wanted.
func (c *newcomer) Content() (string, any) { return wanted(c.want) }

// wanted is true as a content; false is the value that is not written.
func wanted(want bool) (string, any) {
	if want {
		return "Want", true
	}
	return "Want", nil
}

func (c *newcomer) compile(p *Part) Condition {
	p.Looks |= AtWho
	if p.set.Newcomers == nil {
		p.bad(p.line, "newcomer: nobody is new as long as no file says who is: give people: {newcomer: {until: {in_room: 10m}}}")
	}
	return c
}

// Eval looks at how long the speaker has been there and has spoken.
func (c *newcomer) Eval(e *Context, _ float64) (bool, []match.Match) {
	return e.Person.isNew(e.set.Newcomers, e.Now) == c.want, nil
}

// Explain says whether the speaker is new.
func (c *newcomer) Explain(_ *Context, held bool, _ []match.Match) string {
	if held == c.want {
		return "the speaker is new"
	}
	return "the speaker is not new"
}
