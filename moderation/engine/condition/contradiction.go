package condition

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"earshot/configs/strict"
	"earshot/moderation/rules"
)

// Contradiction finds two conditions of a rule that can never come out as the rule needs them: one that must hold and fail at the
// same time. It returns the lines on which they stand, the earlier first; ok is false when there are none.
func Contradiction(when, unless *rules.Cond) (first, second int, ok bool) {
	n, s := needs{}, &together{}
	n.add(when, true)
	n.add(unless, false)
	s.add(when)
	s.deny(unless)
	found := append(s.apart(), s.excused()...)
	for _, x := range n {
		if x[0] != 0 && x[1] != 0 {
			found = append(found, []int{min(x[0], x[1]), max(x[0], x[1])})
		}
	}
	if len(found) == 0 {
		return 0, 0, false
	}
	earliest := slices.MinFunc(found, slices.Compare)
	return earliest[0], earliest[1], true
}

// Certain reports whether a condition holds whatever happens, because one of two opposites is enough for it.
func Certain(when *rules.Cond) bool {
	n := needs{}
	n.add(when, false)
	for _, x := range n {
		if x[0] != 0 && x[1] != 0 {
			return true
		}
	}
	return false
}

// needs are the lines of conditions that must fail [0] and that must hold [1] for a rule to flag, by what they say; 0: none.
type needs map[string]*[2]int

// add notes that a condition must hold, or fail. Of several of which one is enough nothing follows.
func (n needs) add(c *rules.Cond, holds bool) {
	if c == nil {
		return
	}
	switch is := c.Is.(type) {
	case *allOf:
		n.addAll(is.kids, holds, true)
	case *anyOf:
		n.addAll(is.kids, holds, false)
	case *noneOf:
		n.addAll(is.kids, !holds, false)
	case *present:
		if holds != is.want || len(is.names) == 0 || len(is.ids) == 0 {
			n.oneOf("present ", is.names, c.Line, holds == is.want)
			n.oneOf("present person ", is.ids, c.Line, holds == is.want)
		}
	case *role:
		n.oneOf("role ", is.names, c.Line, holds)
	case *speaker:
		n.oneOf("speaker ", is.ids, c.Line, holds)
	case *says:
		n.said(is, c.Line, holds)
	case *newcomer:
		n.note("newcomer "+is.talks, c.Line, holds == is.want)
	case *reportedSpeech:
		n.note("reported", c.Line, holds == is.want)
	default:
		if said, err := json.Marshal(c); err == nil {
			n.note(string(said), c.Line, holds)
		}
	}
}

// addAll adds the conditions of a group of which all must hold for it to hold (all), or one must.
func (n needs) addAll(kids []*rules.Cond, holds, all bool) {
	if holds != all && len(kids) > 1 {
		return
	}
	for _, kid := range kids {
		n.add(kid, holds)
	}
}

// oneOf adds a condition that holds for one of some names: that one of them must be found, of which nothing follows when they are
// several, or that none must be.
func (n needs) oneOf(what string, names []strict.Text, line int, holds bool) {
	if holds && len(names) > 1 {
		return
	}
	for _, name := range names {
		n.note(what+name.Text, line, holds)
	}
}

// said adds phrases, patterns or lists, each of which is found alike wherever the rest is the same.
func (n needs) said(c *says, line int, holds bool) {
	rest, err := json.Marshal(says{How: c.How, Gap: c.Gap, Except: c.Except})
	if err != nil {
		return
	}
	for _, kind := range []struct {
		what  string
		names []strict.Text
	}{{"words ", c.Words}, {"phrase ", c.Phrase}, {"pattern ", c.Pattern}} {
		n.oneOf(string(rest)+kind.what, kind.names, line, holds)
	}
}

func (n needs) note(said string, line int, holds bool) {
	x := n[said]
	if x == nil {
		x = &[2]int{}
		n[said] = x
	}
	i := 0
	if holds {
		i = 1
	}
	if x[i] == 0 {
		x[i] = line
	}
}

// Outlasts says why a condition cannot hold for a number of ms without a break; "": it can.
func Outlasts(when *rules.Cond, ms int64) string {
	t := &together{}
	t.add(when)
	for _, c := range t.conds {
		switch is := c.Is.(type) {
		case *said:
			if ms > is.Last {
				return fmt.Sprintf("for: is longer than last: %s, after which what was said no longer counts: write a longer last:",
					time.Duration(is.Last)*time.Millisecond)
			}
		case *takesFloor:
			if most := max(is.TurnOver, is.Every); most > 0 && ms+is.TurnOver >= maxFloor {
				return fmt.Sprintf("for: is too long: a turn is followed for less than %dm", maxFloor/60_000)
			}
		case *notSaid:
			if is.Of == "turn" && ms+is.Within >= maxFloor {
				return fmt.Sprintf("for: is too long: a turn is followed for less than %dm", maxFloor/60_000)
			}
		}
	}
	return ""
}

// FromStart reports whether a condition already holds in a room in which nothing has happened, because it asks for few of something;
// line is where it says so.
func FromStart(c *rules.Cond) (line int, ok bool) {
	if c == nil {
		return 0, false
	}
	kids := []*rules.Cond(nil)
	switch is := c.Is.(type) {
	case *allOf:
		for _, kid := range is.kids {
			if line, ok = FromStart(kid); !ok {
				return 0, false
			}
		}
		return line, ok
	case *anyOf:
		kids = is.kids
	case *named:
		kids = []*rules.Cond{is.is}
	case *inRoom, *takesFloor, *balances:
		return c.Line, few(is.(measured))
	}
	for _, kid := range kids {
		if line, ok := FromStart(kid); ok {
			return line, true
		}
	}
	return 0, false
}

// few reports whether 0 of everything is enough.
func few(c measured) bool {
	all := c.measures()
	for _, m := range all {
		if !(measure{of: m.of}).within(m) {
			return false
		}
	}
	return len(all) > 0
}
