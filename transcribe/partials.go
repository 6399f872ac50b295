package transcribe

import (
	"slices"
	"time"

	"earshot/models"
)

// forgetPartials is how long the text of a stretch is remembered that never became final, because its track broke off.
const forgetPartials = time.Minute

// partials are the open stretches that wait for a decode, at most one for each track. It is guarded by the Service's lock.
type partials struct {
	waiting map[trackKey]models.Clip
	order   []trackKey // of waiting, by who waits longest
	tracks  map[trackKey]*openTrack
	running int
}

// openTrack is what is known of a track with an open stretch.
type openTrack struct {
	agreement
	busy    bool
	settled int       // sequence number of the latest final that was taken up
	began   time.Time // of the latest decode
	touched time.Time
}

func newPartials() *partials {
	return &partials{waiting: map[trackKey]models.Clip{}, tracks: map[trackKey]*openTrack{}}
}

// track finds or makes a track's state, and forgets those of tracks that are over.
func (p *partials) track(k trackKey, now time.Time) *openTrack {
	t := p.tracks[k]
	if t == nil {
		for o, old := range p.tracks {
			if now.Sub(old.touched) > forgetPartials && !old.busy {
				p.drop(o)
				delete(p.tracks, o)
			}
		}
		t = &openTrack{}
		p.tracks[k] = t
	}
	t.touched = now
	return t
}

// drop takes a waiting stretch back.
func (p *partials) drop(k trackKey) {
	if _, ok := p.waiting[k]; ok {
		delete(p.waiting, k)
		p.order = slices.DeleteFunc(p.order, func(o trackKey) bool { return o == k })
	}
}
