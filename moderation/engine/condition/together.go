package condition

import (
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/rules"
)

// together are conditions that must all hold at once for a rule to flag, and those that must all fail.
type together struct{ conds, denied []*rules.Cond }

// add adds a condition that must hold.
func (t *together) add(c *rules.Cond) {
	if c == nil {
		return
	}
	kids := []*rules.Cond(nil)
	switch is := c.Is.(type) {
	case *allOf:
		kids = is.kids
	case *anyOf:
		if len(is.kids) == 1 {
			kids = is.kids
		}
	case *noneOf:
		for _, kid := range is.kids {
			t.deny(kid)
		}
		t.conds = append(t.conds, c)
	default:
		t.conds = append(t.conds, c)
	}
	for _, kid := range kids {
		t.add(kid)
	}
}

// apart finds pairs that can never hold at once, by their lines, the earlier first.
func (t *together) apart() (found [][]int) {
	for i, a := range t.conds {
		for _, b := range t.conds[:i] {
			if excludes(a, b) || excludes(b, a) {
				found = append(found, []int{min(a.Line, b.Line), max(a.Line, b.Line)})
			}
		}
	}
	return found
}

// deny adds a condition that must fail.
func (t *together) deny(c *rules.Cond) {
	if c == nil {
		return
	}
	if is, ok := c.Is.(*anyOf); ok {
		for _, kid := range is.kids {
			t.deny(kid)
		}
		return
	}
	t.denied = append(t.denied, c)
}

// excused finds conditions that hold only where one does that must fail.
func (t *together) excused() (found [][]int) {
	for _, a := range t.conds {
		for _, b := range t.denied {
			if implies(a, b) {
				found = append(found, []int{min(a.Line, b.Line), max(a.Line, b.Line)})
			}
		}
	}
	return found
}

// implies reports whether b holds wherever a does, because it asks for less of the same.
func implies(a, b *rules.Cond) bool {
	switch a := a.Is.(type) {
	case *means:
		b, ok := b.Is.(*means)
		return ok && b.Words <= a.Words && !slices.ContainsFunc(a.Any, func(x least) bool {
			return !slices.ContainsFunc(b.Any, func(y least) bool { return x.Label == y.Label && x.Score >= y.Score })
		})
	case *says: // said: covers the current line too
		b, ok := b.Is.(*said)
		return ok && a.isPartOf(&b.says)
	case *reveals:
		b, ok := b.Is.(*reveals)
		return ok && holdsAll(b.kinds, a.kinds)
	case *spokenLanguage:
		b, ok := b.Is.(*spokenLanguage)
		return ok && holdsAll(a.NotIn, b.NotIn) && a.Sure >= b.Sure
	case *clock:
		b, ok := b.Is.(*clock)
		return ok && slices.Equal(both(a.week(), b.week()), a.week())
	case measured:
		b, ok := b.Is.(measured)
		return ok && narrower(a, b)
	}
	return false
}

// excludes reports whether b cannot hold while a does.
func excludes(a, b *rules.Cond) bool {
	switch a := a.Is.(type) {
	case *speaker:
		b, ok := b.Is.(*speaker)
		return ok && !overlap(textsOf(a.ids), textsOf(b.ids))
	case *clock:
		b, ok := b.Is.(*clock)
		return ok && !slices.Contains(both(a.week(), b.week()), true)
	case *notSaid:
		return a.saidBy(b)
	case *inRoom: // nobody speaks in silence
		switch b := b.Is.(type) {
		case *inRoom:
			return disjoint(a, b)
		case *says, *means, *reveals, *repeats, *reportedSpeech:
			return a.Silence > 0
		case *takesFloor:
			return a.Silence > 0 && b.TurnOver > 0
		}
	case measured:
		b, ok := b.Is.(measured)
		return ok && disjoint(a, b)
	}
	return false
}

// holdsAll reports whether a list has everything that another has.
func holdsAll(list, these []string) bool {
	return !slices.ContainsFunc(these, func(x string) bool { return !slices.Contains(list, x) })
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// isPartOf reports whether everything that is looked for is looked for in the same way by another condition too.
func (c *says) isPartOf(other *says) bool {
	in := func(some, all []strict.Text) bool {
		return !slices.ContainsFunc(some, func(t strict.Text) bool {
			return !slices.ContainsFunc(all, func(u strict.Text) bool { return t.Text == u.Text || samePhrase(t, u) })
		})
	}
	return c.How == other.How && c.Gap <= other.Gap && len(other.Except) == 0 && in(c.Words, other.Words) && in(c.Phrase, other.Phrase) &&
		in(c.Pattern, other.Pattern)
}

// saidBy reports whether something that is missing has been said wherever another condition holds.
func (c *notSaid) saidBy(other *rules.Cond) bool {
	switch b := other.Is.(type) {
	case *says:
		return b.isPartOf(&c.says)
	case *said:
		return c.Of == "join" && b.Last >= maxSaid && c.By == b.By && b.isPartOf(&c.says)
	}
	return false
}

// both are the minutes of a week in which two conditions hold.
func both(a, b []bool) []bool {
	out := make([]bool, len(a))
	for i := range a {
		out[i] = a[i] && b[i]
	}
	return out
}

// OnlyOf reports whether a condition holds only for people with some of the given roles, or some of the given people: who they are,
// and the line that says so.
func OnlyOf(when *rules.Cond, roles, people []strict.Text) (line int, who string, ok bool) {
	t := &together{}
	t.add(when)
	all := func(these, of []strict.Text) bool {
		return len(of) > 0 && !slices.ContainsFunc(textsOf(these), func(x string) bool { return !slices.Contains(textsOf(of), x) })
	}
	for _, c := range t.conds {
		switch is := c.Is.(type) {
		case *role:
			if all(is.names, roles) {
				return c.Line, "everybody with role: " + strings.Join(textsOf(is.names), ", "), true
			}
		case *speaker:
			if all(is.ids, people) {
				return c.Line, "speaker: " + strings.Join(textsOf(is.ids), ", "), true
			}
		}
	}
	return 0, "", false
}

// LongestAt is for how many minutes the clock conditions of a rule hold without a break, at most; ok is false where it has none.
func LongestAt(when *rules.Cond) (minutes int, ok bool) {
	t := &together{}
	t.add(when)
	var week []bool
	for _, c := range t.conds {
		switch at, is := c.Is.(*clock); {
		case is && week == nil:
			week = at.week()
		case is:
			week = both(week, at.week())
		}
	}
	run := 0
	for range 2 { // a stretch may go on from Saturday to Sunday
		for _, holds := range week {
			if run++; !holds {
				run = 0
			}
			minutes = max(minutes, run)
		}
	}
	return minutes, week != nil
}
