package imports

import (
	"cmp"
	"context"
	"slices"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/live"
)

const (
	// arriving is how late a person's first track may begin, in ms, for the person to count as present from the start.
	arriving = 3000
	// unheardFor is the silence after which speech counts as unmuting, in ms.
	unheardFor = 30_000
	// lookEvery is the interval at which rules that depend on time are judged, in ms.
	lookEvery = 1000
)

// observations returns what rules look at besides lines, in order and in the session's time: loudness and activity, people who join or
// speak after a silence, and the passing of time. Departures are unknown, since a track may end before its person leaves.
func (d *Decoded) observations(rules *engine.Set, length int64) (out []models.Observation) {
	if rules == nil || !rules.Observes() {
		return nil
	}
	for at := int64(lookEvery); at <= length; at += lookEvery {
		out = append(out, models.Observation{AtMS: at})
	}
	first := map[string]int64{}
	for i, t := range d.Plan.Tracks {
		for _, o := range d.journal.ends[i].Observed {
			out = append(out, shifted(o, t))
		}
		if at, ok := first[t.SpeakerID]; !t.Mixed && (!ok || t.OffsetMS < at) {
			first[t.SpeakerID] = t.OffsetMS
		}
	}
	for id, at := range first {
		if at > arriving {
			out = append(out, models.Observation{AtMS: at, SpeakerID: id, Event: models.RoomJoin})
		}
	}
	order(out)
	out = append(out, unmutes(out)...)
	order(out)
	return out
}

// shifted converts an observation from the track's time to the session's.
func shifted(o models.Observation, t Track) models.Observation {
	o.SpeakerID, o.AtMS = t.SpeakerID, o.AtMS+t.OffsetMS
	o.Voiced = slices.Clone(o.Voiced)
	for i := range o.Voiced {
		o.Voiced[i].StartMS += t.OffsetMS
		o.Voiced[i].EndMS += t.OffsetMS
	}
	if o.Sound != nil {
		s := *o.Sound
		s.StartMS, s.EndMS = s.StartMS+t.OffsetMS, s.EndMS+t.OffsetMS
		o.Sound = &s
	}
	return o
}

// unmutes returns the times at which each person first speaks, or speaks after a long silence.
func unmutes(all []models.Observation) (out []models.Observation) {
	last := map[string]int64{}
	for _, o := range all {
		for _, v := range o.Voiced {
			if at, spoke := last[o.SpeakerID]; !spoke || v.StartMS-at > unheardFor {
				out = append(out, models.Observation{AtMS: v.StartMS, SpeakerID: o.SpeakerID, Event: models.RoomUnmute})
			}
			last[o.SpeakerID] = max(last[o.SpeakerID], v.EndMS)
		}
	}
	return out
}

// order sorts observations by time. At the same time, events come first and the passing of time last.
func order(all []models.Observation) {
	rank := func(o models.Observation) int {
		switch {
		case o.Event != "":
			return 0
		case o.SpeakerID != "":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b models.Observation) int {
		return cmp.Or(cmp.Compare(a.AtMS, b.AtMS), cmp.Compare(rank(a), rank(b)), cmp.Compare(a.SpeakerID, b.SpeakerID))
	})
}

// observe passes observations to the judge until the context ends.
func observe(ctx context.Context, s *live.Session, all []models.Observation) {
	for _, o := range all {
		if ctx.Err() != nil {
			return
		}
		s.Observe(ctx, o)
	}
}
