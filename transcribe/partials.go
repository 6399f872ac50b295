package transcribe

import (
	"slices"
	"time"

	"earshot/models"
)

// forgetPartials is how long the text of an open segment is kept that never becomes final, because its track ended.
const forgetPartials = time.Minute

// partials holds the open segments queued for decoding, at most one per track. The Service's lock guards it.
type partials struct {
	waiting map[trackKey]models.Clip
	order   []trackKey // the keys of waiting, longest wait first
	tracks  map[trackKey]*openTrack
	running int
}

// openTrack is the state of a track with an open segment.
type openTrack struct {
	agreement
	busy    bool
	settled int       // sequence number of the latest final taken from the queue
	began   time.Time // of the latest decode
	touched time.Time
}

func newPartials() *partials {
	return &partials{waiting: map[trackKey]models.Clip{}, tracks: map[trackKey]*openTrack{}}
}

// track returns a track's state, creating it if need be, and forgets the states of tracks that have ended.
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

// drop removes a queued segment.
func (p *partials) drop(k trackKey) {
	if _, ok := p.waiting[k]; ok {
		delete(p.waiting, k)
		p.order = slices.DeleteFunc(p.order, func(o trackKey) bool { return o == k })
	}
}
