package condition

import (
	"cmp"
	"math"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// takesFloor holds if a person takes the floor in the way described. All parts given must hold, within Of ms.
type takesFloor struct {
	ShareOver, Overlap *float64           `json:",omitempty"`
	TurnOver           int64              `json:",omitempty"`
	Interruptions      *strict.Comparison `json:",omitempty"`
	Of                 int64
	MinSpeakers        int
	Every              int64 `json:",omitempty"` // between two turns
	Gap                int64 `json:",omitempty"` // of a turn; 0: longestPause
}

// Shape is how floor: is written.
func (c *takesFloor) Shape(rules.Nested) strict.Shape {
	return strict.After(strict.Mapping{
		What:    "floor",
		Instead: strict.As("turn_over"),
		Fields: []strict.Field{
			{Name: "share_over", Shape: strict.Excluding(strict.SomeNumber("share_over", &c.ShareOver, 0, 1), 0, 1)},
			{Name: "turn_over", Shape: strict.Seconds("turn_over", &c.TurnOver, (maxFloor-1000)*time.Millisecond)},
			{Name: "interruptions", Shape: strict.Count("interruptions", &c.Interruptions)},
			{Name: "overlap", Shape: strict.Excluding(strict.SomeNumber("overlap", &c.Overlap, 0, 1), 1)},
			{Name: "of", Shape: strict.Seconds("of", &c.Of, maxFloor*time.Millisecond)},
			{Name: "within", Shape: strict.Seconds("within", &c.Of, maxFloor*time.Millisecond)},
			{Name: "every", Shape: strict.Seconds("every", &c.Every, maxFloor*time.Millisecond)},
			{Name: "gap", Shape: strict.Duration("gap", &c.Gap, (maxFloor-1000)*time.Millisecond)},
			{Name: "min_speakers", Shape: strict.Whole("min_speakers", &c.MinSpeakers, 1, 1000)},
		},
		NeedsOne: []string{"share_over", "turn_over", "interruptions", "overlap", "every"},
	}, c.check)
}

// check reports what cannot hold, and keys that belong to others.
func (c *takesFloor) check(v strict.Value) {
	switch {
	case c.ShareOver != nil && *c.ShareOver == 0:
		v.Bad("share_over: 0%% holds for everybody who talks: write a share such as 60%%")
	case (c.ShareOver != nil || c.Overlap != nil) && c.Of < countsFrom:
		v.Bad("of: must be %ds at least, because a speaker counts from that much talk", countsFrom/1000)
	case c.TurnOver > 0 && c.Gap > c.TurnOver:
		v.Bad("gap: is longer than turn_over:, so a turn would consist of silence: write a pause such as 5s")
	case c.Interruptions != nil && c.Interruptions.N > float64(c.Of/holdsFloorFor) && strings.HasPrefix(c.Interruptions.Op, ">"):
		v.Bad("interruptions: nobody interrupts more than %d times within that time", c.Of/holdsFloorFor)
	case c.ShareOver != nil && *c.ShareOver == 1:
		v.Bad("share_over: nobody has more than 100%%")
	case c.ShareOver != nil && *c.ShareOver >= c.mostShare():
		v.Bad("share_over: %g%% is more than anybody can have of %ds beside %d speakers who talk for %ds each: write min_speakers: 2, "+
			"or a longer of:", math.Round(*c.ShareOver*1000)/10, c.Of/1000, c.MinSpeakers-1, countsFrom/1000)
	case c.Overlap != nil && *c.Overlap == 1:
		v.Bad("overlap: nobody has more than 100%%")
	case v.Has("of") && v.Has("within"):
		v.Bad("of: and within: are the same: write one of them")
	case v.Has("of", "within") && v.Has("turn_over", "every") && !v.Has("share_over", "overlap", "interruptions"):
		v.Bad("of: (or within:) belongs to share_over:, overlap: and interruptions:")
	case v.Has("gap") && v.Has("share_over", "overlap", "interruptions") && !v.Has("turn_over", "every"):
		v.Bad("gap: belongs to turn_over: and every:")
	case v.Has("min_speakers") && v.Has("turn_over", "every", "overlap", "interruptions") && !v.Has("share_over"):
		v.Bad("min_speakers: belongs to share_over:")
	}
}

// mostShare is the share of a person who talks all the time beside the least talk of the other speakers who must be there.
func (c *takesFloor) mostShare() float64 {
	return float64(c.Of) / float64(c.Of+int64(c.MinSpeakers-1)*countsFrom)
}

// Content is everything that is set.
func (c *takesFloor) Content() (string, any) { return "Floor", c }

func (c *takesFloor) compile(p *Part) Condition {
	p.Inputs |= InputPerson
	return c
}

// Eval evaluates who spoke when.
func (c *takesFloor) Eval(e *Context, _ float64) (bool, []match.Match) {
	w := models.Span{StartMS: e.Now - c.Of, EndMS: e.Now}
	if c.ShareOver != nil && !c.shareOver(e, w) {
		return false, nil
	}
	if c.Overlap != nil {
		if over, talk := e.roster.overlap(e.Person, w); talk < c.Of/20 || float64(over) <= *c.Overlap*float64(talk) {
			return false, nil
		}
	}
	if c.TurnOver > 0 && e.roster.turn(e.Person, e.Now, cmp.Or(c.Gap, longestPause)) <= c.TurnOver {
		return false, nil
	}
	if c.Every > 0 && !e.roster.again(e.Person, e.Now, cmp.Or(c.Gap, longestPause), c.Every) {
		return false, nil
	}
	return c.Interruptions == nil || c.Interruptions.Holds(float64(e.roster.interruptions(e.Person, w))), nil
}

// shareOver reports whether a person has had more than their share, once the session is as old as the window. A share is meaningful
// only if people have talked for a fifth of the window.
func (c *takesFloor) shareOver(e *Context, w models.Span) bool {
	mine, all, speakers := e.Person.floor.talk(w), int64(0), 0
	for _, other := range e.roster.People {
		t := other.floor.talk(w)
		if all += t; t >= countsFrom {
			speakers++
		}
	}
	return w.StartMS >= 0 && all >= c.Of/5 && speakers >= c.MinSpeakers && float64(mine) > *c.ShareOver*float64(all)
}

// Explain says whether the person takes the floor in this way.
func (c *takesFloor) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("the floor matches the condition", held)
}
