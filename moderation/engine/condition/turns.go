package condition

import (
	"cmp"
	"slices"

	"earshot/models"
)

// What counts as a turn and as an interruption, in ms. A short sound ("mhm") does not take the floor.
const (
	turnGap       = 1000 // a shorter pause does not separate segments of speech
	longestPause  = 2000 // a silence of this length ends a turn, unless gap: says otherwise
	countsFrom    = 5000 // talking this long counts for min_speakers
	backchannel   = 1000 // a shorter one is not a turn
	insideTurn    = 500  // an interruption begins this long after the other's turn began
	leastOverlap  = 500  // both speak for this long: otherwise it is a normal change of turns
	yieldWithin   = 2000 // the other stops within this
	holdsFloorFor = 3000 // and the interrupting person goes on this long
)

// maxFloor is how far back somebody's speech is remembered, in ms.
const maxFloor = 3600_000

// floorState is when somebody spoke: ordered spans, separated by pauses that end a turn.
type floorState struct {
	spans []models.Span
	past  int64 // ms of speech that is no longer remembered
}

// add adds a span of speech. It may extend the last one.
func (f *floorState) add(v models.Span) {
	if v.EndMS <= v.StartMS {
		return
	}
	i, _ := slices.BinarySearchFunc(f.spans, v, func(a, b models.Span) int { return cmp.Compare(a.StartMS, b.StartMS) })
	f.spans = slices.Insert(f.spans, i, v)
	if i > 0 {
		i--
	}
	for i+1 < len(f.spans) && f.spans[i+1].StartMS <= f.spans[i].EndMS { // merge spans that touch
		f.spans[i].EndMS = max(f.spans[i].EndMS, f.spans[i+1].EndMS)
		f.spans = slices.Delete(f.spans, i+1, i+2)
	}
	for len(f.spans) > 0 && f.spans[0].EndMS < v.EndMS-maxFloor {
		f.past += f.spans[0].EndMS - f.spans[0].StartMS
		f.spans = f.spans[1:]
	}
}

// after returns the first span that ends after a time.
func (f *floorState) after(t int64) int {
	i, _ := slices.BinarySearchFunc(f.spans, t, func(v models.Span, t int64) int { return cmp.Compare(v.EndMS, t+1) })
	return i
}

// talk returns how long somebody spoke within a window.
func (f *floorState) talk(w models.Span) int64 {
	var ms int64
	for _, v := range f.spans[f.after(w.StartMS):] {
		ms += max(0, min(v.EndMS, w.EndMS)-max(v.StartMS, w.StartMS))
	}
	return ms
}

// turns joins spans across short pauses, and drops those too short to be a turn. Turns that ended before a time are omitted.
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

// held returns the spans of speech within a window that belong to turns, without short sounds ("mhm").
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

// clip returns the part of a span within a window.
func clip(v, w models.Span) models.Span {
	return models.Span{StartMS: max(v.StartMS, w.StartMS), EndMS: min(v.EndMS, w.EndMS)}
}

// length returns the total length of spans.
func length(spans []models.Span) (ms int64) {
	for _, v := range spans {
		ms += v.EndMS - v.StartMS
	}
	return ms
}

// turn returns how long a person's current turn has lasted, or 0. It ends with a silence of gap ms, and when somebody else takes the
// floor during a pause.
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

// again reports whether the current turn began less than that many ms after the person's previous turn. Short sounds are not turns.
func (r *Roster) again(p *Person, now, gap, every int64) bool {
	took := r.turn(p, now, gap)
	if took == 0 {
		return false
	}
	began := p.floor.spans[len(p.floor.spans)-1].EndMS - took
	before := slices.DeleteFunc(p.floor.turns(began-every), func(t models.Span) bool { return t.StartMS >= began })
	return len(before) > 0 && began-before[len(before)-1].EndMS < every
}

// taken reports whether somebody else took the floor during a pause of a person.
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
