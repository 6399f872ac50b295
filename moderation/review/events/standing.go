package events

import (
	"cmp"
	"slices"
	"time"

	"earshot/models"
)

const (
	// partialFor is how long a partial is shown to new watchers if no final follows it: its track was cut off.
	partialFor = time.Minute
	// maxPartials limits the unfinished lines kept; beyond it the oldest are forgotten.
	maxPartials = 1024
)

// standing is the current state shown to new watchers that is not held as events: only the latest of each kind counts. It is guarded
// by the Hub's lock.
type standing struct {
	lines  openLines
	floors map[string]models.Event // by session: who may speak next
	alarm  *models.Event           // the latest that is not held as an event
}

func newStanding() *standing { return &standing{lines: openLines{}, floors: map[string]models.Event{}} }

// passes reports whether an event is superseded by a later one, so that it is not held for resuming.
func passes(e models.Event) bool { return e.Partial != nil || e.Floor != nil }

// note records an event.
func (s *standing) note(e models.Event, now time.Time) {
	switch {
	case e.Floor != nil:
		s.floors[e.SessionID] = e
	case e.Session != nil && !e.Session.Ended.IsZero():
		delete(s.floors, e.SessionID)
	}
	s.lines.note(e, now)
}

// shown returns the state as of seq for a watcher that has seen everything up to after, so that resuming afterwards misses nothing
// and repeats nothing.
func (s *standing) shown(session string, wants func(models.Event) bool, after, seq uint64, now time.Time) []models.Event {
	out := s.lines.shown(wants, now)
	if f, ok := s.floors[session]; ok && f.Seq > after {
		out = append(out, f)
	}
	if s.alarm != nil {
		out = append(out, *s.alarm)
	}
	for i := range out {
		out[i].Seq = seq
	}
	return out
}

// forget drops what matches.
func (s *standing) forget(match func(models.Event) bool) {
	s.lines.end(func(k models.Key, _ *models.Partial) bool { return match(s.lines[k].event) })
	for id, f := range s.floors {
		if match(f) {
			delete(s.floors, id)
		}
	}
}

// clear forgets everything.
func (s *standing) clear() {
	clear(s.lines)
	clear(s.floors)
}

// openLines are the unfinished lines, as of their latest partials.
type openLines map[models.Key]openLine

type openLine struct {
	event models.Event
	at    time.Time
}

// note records what an event says about unfinished lines: a partial starts or updates its line, the final or its loss ends it.
func (o openLines) note(e models.Event, now time.Time) {
	switch {
	case e.Partial != nil && e.Partial.Stable+e.Partial.Tail == "":
		delete(o, e.Partial.Key)
	case e.Partial != nil:
		if _, known := o[e.Partial.Key]; !known && len(o) >= maxPartials {
			o.forgetOldest(now)
		}
		o[e.Partial.Key] = openLine{e, now}
	case e.Utterance != nil: // lines of a track end in order
		o.end(func(k models.Key, _ *models.Partial) bool {
			u := e.Utterance.Key
			return k.Session == u.Session && k.Epoch == u.Epoch && k.Track == u.Track && k.Seq <= u.Seq
		})
	case e.Gap != nil: // the segment was lost completely
		o.end(func(k models.Key, p *models.Partial) bool {
			g := e.Gap
			return k.Session == g.Session && (g.SpeakerID == "" || g.SpeakerID == p.SpeakerID) && g.StartMS <= p.StartMS && p.StartMS < g.EndMS
		})
	case e.Session != nil && !e.Session.Ended.IsZero():
		o.end(func(k models.Key, _ *models.Partial) bool { return k.Session == e.Session.ID })
	}
}

func (o openLines) end(over func(models.Key, *models.Partial) bool) {
	for k, l := range o {
		if over(k, l.event.Partial) {
			delete(o, k)
		}
	}
}

func (o openLines) forgetOldest(now time.Time) {
	oldest, age := models.Key{}, time.Duration(-1)
	for k, l := range o {
		if a := now.Sub(l.at); a > partialFor {
			delete(o, k)
		} else if a > age {
			oldest, age = k, a
		}
	}
	if len(o) >= maxPartials {
		delete(o, oldest)
	}
}

// shown returns the unfinished lines that a watcher wants, in the order of their partials.
func (o openLines) shown(wants func(models.Event) bool, now time.Time) []models.Event {
	var out []models.Event
	for _, l := range o {
		if wants(l.event) && now.Sub(l.at) <= partialFor {
			out = append(out, l.event)
		}
	}
	slices.SortFunc(out, func(a, b models.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return out
}
