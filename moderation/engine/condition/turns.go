package condition

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

// maxFloor is how far back somebody's speech is remembered, in ms.
const maxFloor = 3600_000

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

// interrupted reports whether one of the turns was cut off by another's.
func interrupted(turns []models.Span, by models.Span, now int64) bool {
	return slices.ContainsFunc(turns, func(t models.Span) bool {
		stopped := t.EndMS > by.StartMS && t.EndMS <= by.StartMS+yieldWithin && now-t.EndMS >= turnGap
		return stopped && by.StartMS >= t.StartMS+insideTurn
	})
}
