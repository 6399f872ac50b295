package condition

import (
	"cmp"
	"slices"

	"earshot/models"
)

// What counts as a turn and as an interruption, in ms. A short sound ("mhm") takes the floor from nobody.
const (
	turnGap       = 1000 // a pause shorter than this parts no stretches of speech
	longestPause  = 2000 // a silence of this length ends a turn, unless gap: says otherwise
	countsFrom    = 5000 // who talked for this long counts for min_speakers
	backchannel   = 1000 // a turn shorter than this is no turn
	insideTurn    = 500  // who interrupts begins this long after the other's turn began
	leastOverlap  = 500  // both speak for this long: whoever begins as the other ends only takes over
	yieldWithin   = 2000 // the other stops within this
	holdsFloorFor = 3000 // and who interrupts goes on this long
)

// maxFloor is how far back somebody's speech is remembered, in ms.
const maxFloor = 3600_000

// floorState is when somebody spoke: stretches in order, parted by pauses of a turn's end.
type floorState struct {
	spans []models.Span
	past  int64 // ms of speech that is remembered no more
}

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
		f.past += f.spans[0].EndMS - f.spans[0].StartMS
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

// held are the stretches of speech within a window that belong to turns: a short sound ("mhm") is none.
func (f *floorState) held(w models.Span) []models.Span {
	turns := f.turns(w.StartMS)
	var out []models.Span
	for _, v := range f.spans[f.after(w.StartMS):] {
		if len(turns) > 0 && v.StartMS > turns[0].EndMS {
			turns = turns[1:]
		}
		if v = clip(v, w); v.EndMS > v.StartMS && len(turns) > 0 && v.EndMS > turns[0].StartMS && v.StartMS < turns[0].EndMS {
			out = append(out, v)
		}
	}
	return out
}

// clip is the part of a stretch within a window.
func clip(v, w models.Span) models.Span {
	return models.Span{StartMS: max(v.StartMS, w.StartMS), EndMS: min(v.EndMS, w.EndMS)}
}

// length is how long some stretches are together.
func length(spans []models.Span) (ms int64) {
	for _, v := range spans {
		ms += v.EndMS - v.StartMS
	}
	return ms
}

// turn is how long the turn of a person that goes on has lasted, or 0. It ends with a silence of gap ms, and when somebody else
// takes the floor in a pause.
func (r *Roster) turn(p *Person, now, gap int64) int64 {
	spans := p.floor.spans
	i := len(spans) - 1
	if i < 0 || now-spans[i].EndMS >= gap {
		return 0
	}
	end := spans[i].EndMS
	for ; i > 0; i-- {
		pause := models.Span{StartMS: spans[i-1].EndMS, EndMS: spans[i].StartMS}
		if pause.EndMS-pause.StartMS >= gap || r.taken(p, pause) {
			break
		}
	}
	if d := end - spans[i].StartMS; d >= backchannel {
		return d
	}
	return 0
}

// again reports whether a turn goes on that began less than so many ms after the person's turn before. Short sounds are no turns.
func (r *Roster) again(p *Person, now, gap, every int64) bool {
	took := r.turn(p, now, gap)
	if took == 0 {
		return false
	}
	began := p.floor.spans[len(p.floor.spans)-1].EndMS - took
	before := slices.DeleteFunc(p.floor.turns(began-every), func(t models.Span) bool { return t.StartMS >= began })
	return len(before) > 0 && began-before[len(before)-1].EndMS < every
}

// taken reports whether somebody else took the floor in a pause of a person.
func (r *Roster) taken(p *Person, pause models.Span) bool {
	if pause.EndMS-pause.StartMS < backchannel {
		return false
	}
	for _, other := range r.People {
		if other != p && other.floor.talk(pause) >= backchannel {
			return true
		}
	}
	return false
}

// interrupted reports whether one of the turns was cut off by another's.
func interrupted(turns []models.Span, by models.Span, now int64) bool {
	return slices.ContainsFunc(turns, func(t models.Span) bool {
		stopped := t.EndMS > by.StartMS && t.EndMS <= by.StartMS+yieldWithin && now-t.EndMS >= turnGap
		return stopped && by.StartMS >= t.StartMS+insideTurn && t.EndMS-by.StartMS >= leastOverlap
	})
}
