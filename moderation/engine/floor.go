package engine

import (
	"cmp"
	"slices"

	"earshot/models"
)

// What counts as a turn and as an interruption, in ms. A short sound ("mhm") takes the floor from nobody.
const (
	turnGap       = 1000 // a pause shorter than this does not end a turn
	backchannel   = 1000 // a turn shorter than this is no turn
	insideTurn    = 500  // who interrupts begins this long after the other's turn began
	yieldWithin   = 2000 // the other stops within this
	holdsFloorFor = 3000 // and who interrupts goes on this long
)

// floorState is when somebody spoke: stretches in order, parted by pauses of a turn's end.
type floorState struct{ spans []models.Span }

// add takes in a stretch of speech. It may lengthen the last one.
func (f *floorState) add(v models.Span) {
	if v.EndMS <= v.StartMS {
		return
	}
	i, _ := slices.BinarySearchFunc(f.spans, v, func(a, b models.Span) int { return cmp.Compare(a.StartMS, b.StartMS) })
	f.spans = slices.Insert(f.spans, i, v)
	if i > 0 {
		i--
	}
	for i+1 < len(f.spans) && f.spans[i+1].StartMS <= f.spans[i].EndMS { // stretches that touch are one
		f.spans[i].EndMS = max(f.spans[i].EndMS, f.spans[i+1].EndMS)
		f.spans = slices.Delete(f.spans, i+1, i+2)
	}
	for len(f.spans) > 0 && f.spans[0].EndMS < v.EndMS-maxFloor {
		f.spans = f.spans[1:]
	}
}

// after is the first stretch that ends after a time.
func (f *floorState) after(t int64) int {
	i, _ := slices.BinarySearchFunc(f.spans, t, func(v models.Span, t int64) int { return cmp.Compare(v.EndMS, t+1) })
	return i
}

// talk is how long somebody spoke within a window.
func (f *floorState) talk(w models.Span) int64 {
	var ms int64
	for _, v := range f.spans[f.after(w.StartMS):] {
		ms += max(0, min(v.EndMS, w.EndMS)-max(v.StartMS, w.StartMS))
	}
	return ms
}

// turns joins stretches over short pauses, and leaves out what is too short to be a turn. Turns that ended before a time are left out.
func (f *floorState) turns(since int64) []models.Span {
	var out []models.Span
	from := f.after(since - 1)
	for from > 0 && from < len(f.spans) && f.spans[from].StartMS-f.spans[from-1].EndMS < turnGap {
		from--
	}
	for _, v := range f.spans[from:] {
		if n := len(out); n > 0 && v.StartMS-out[n-1].EndMS < turnGap {
			out[n-1].EndMS = v.EndMS
			continue
		}
		out = append(out, v)
	}
	return slices.DeleteFunc(out, func(t models.Span) bool { return t.EndMS-t.StartMS < backchannel || t.EndMS < since })
}

// turn is how long the turn that goes on has lasted, or 0.
func (f *floorState) turn(now int64) int64 {
	turns := f.turns(now - turnGap)
	if len(turns) == 0 {
		return 0
	}
	t := turns[len(turns)-1]
	return t.EndMS - t.StartMS
}

// overlap is how long a person spoke while somebody else did.
func (s *Session) overlap(p *person, w models.Span) int64 {
	var others []models.Span
	for _, other := range s.people {
		if other != p {
			others = append(others, other.floor.spans[other.floor.after(w.StartMS):]...)
		}
	}
	slices.SortFunc(others, func(a, b models.Span) int { return cmp.Compare(a.StartMS, b.StartMS) })
	var ms int64
	for _, v := range p.floor.spans[p.floor.after(w.StartMS):] {
		until := max(v.StartMS, w.StartMS)
		for _, o := range others {
			from, to := max(o.StartMS, until), min(o.EndMS, v.EndMS, w.EndMS)
			if to > from {
				ms += to - from
				until = to
			}
		}
	}
	return ms
}

// interruptions counts how often a person interrupted within a window: began inside another's turn, after which the other
// stopped, while the person went on.
func (s *Session) interruptions(p *person, w models.Span) int {
	mine := slices.DeleteFunc(p.floor.turns(w.StartMS), func(t models.Span) bool {
		return t.StartMS < w.StartMS || t.EndMS-t.StartMS < holdsFloorFor
	})
	if len(mine) == 0 {
		return 0
	}
	var others [][]models.Span
	for _, other := range s.people {
		if other != p && len(other.floor.spans) > 0 {
			others = append(others, other.floor.turns(w.StartMS))
		}
	}
	n := 0
	for _, t := range mine {
		if slices.ContainsFunc(others, func(turns []models.Span) bool { return interrupted(turns, t, w.EndMS) }) {
			n++
		}
	}
	return n
}

// interrupted reports whether one of the turns was cut off by another's.
func interrupted(turns []models.Span, by models.Span, now int64) bool {
	return slices.ContainsFunc(turns, func(t models.Span) bool {
		stopped := t.EndMS > by.StartMS && t.EndMS <= by.StartMS+yieldWithin && now-t.EndMS >= turnGap
		return stopped && by.StartMS >= t.StartMS+insideTurn
	})
}

// Heard is how much somebody has spoken.
type Heard struct {
	ID, Name string
	TalkMS   int64
}

// LeastHeard are those who are there and spoke least, at most so many, who spoke least first: the fair order of who may speak
// next. Hosts are left out, and so is whoever has left. In a crowd it costs little more than looking at everybody once.
func (s *Session) LeastHeard(most int) []Heard {
	out := make([]Heard, 0, most+1)
	for id, p := range s.people {
		if id == "" || s.room.left[id] || s.isHost(p) {
			continue
		}
		h := Heard{id, p.Name, p.floor.talk(models.Span{EndMS: 1 << 62})}
		at, _ := slices.BinarySearchFunc(out, h, func(a, b Heard) int { return cmp.Or(cmp.Compare(a.TalkMS, b.TalkMS), cmp.Compare(a.ID, b.ID)) })
		if at == most {
			continue
		}
		out = slices.Insert(out, at, h)
		out = out[:min(len(out), most)]
	}
	return out
}

// isHost reports whether somebody has the host's role, from the room or by the rules.
func (s *Session) isHost(p *person) bool {
	return p.Role == models.RoleHost || slices.Contains(s.set.members[p.ID], models.RoleHost)
}

// roomState is what happened in the room.
type roomState struct {
	joins, unmutes []int64
	left           map[string]bool
	voiced         int64 // when somebody was last heard
	began          bool
	first          int64
}

func (r *roomState) event(o models.Observation) {
	if !r.began {
		r.began, r.first = true, o.AtMS
	}
	if r.left == nil {
		r.left = map[string]bool{}
	}
	recent := func(ts []int64) []int64 {
		return slices.DeleteFunc(ts, func(t int64) bool { return t < o.AtMS-maxRoomWindow })
	}
	switch o.Event {
	case models.RoomJoin:
		r.joins = append(recent(r.joins), o.AtMS)
		delete(r.left, o.SpeakerID)
	case models.RoomLeave:
		r.left[o.SpeakerID] = true
	case models.RoomUnmute:
		r.unmutes = append(recent(r.unmutes), o.AtMS)
	}
}
