package review

import (
	"cmp"
	"slices"
	"time"

	"earshot/models"
)

const (
	// partialFor is how long a partial is given to those who come, when no final follows it: its track broke off.
	partialFor = time.Minute
	// maxPartials bounds the open lines that are kept; beyond it the oldest are forgotten.
	maxPartials = 1024
)

// openLines are the lines that are being spoken, as their latest partials say. The Hub's lock guards them.
type openLines map[models.Key]openLine

type openLine struct {
	event models.Event
	at    time.Time
}

// note takes what an event says of open lines: a partial opens its line or renews it, what becomes of the line ends it.
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
	case e.Gap != nil: // the stretch was lost whole
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

// shown are the open lines that a watcher wants, in the order of their partials, as they stand at seq: who resumes after them
// misses nothing and gets nothing twice.
func (o openLines) shown(w *Watcher, seq uint64, now time.Time) []models.Event {
	var out []models.Event
	for _, l := range o {
		if w.wants(l.event) && now.Sub(l.at) <= partialFor {
			out = append(out, l.event)
		}
	}
	slices.SortFunc(out, func(a, b models.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := range out {
		out[i].Seq = seq
	}
	return out
}
