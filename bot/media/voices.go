package media

import (
	"sync"
	"sync/atomic"
)

// voices records when speakers were last heard. Its methods may be called from any goroutine.
type voices struct {
	last atomic.Int64 // session time at which anybody was last heard, as a time.Duration

	mu sync.Mutex
	of map[string]*voice // of everybody who has had a track
}

// voice records when a speaker was last heard.
type voice struct {
	last  atomic.Int64 // session time, as a time.Duration
	apart atomic.Bool  // the speaker has a track of their own
}

// open returns a speaker's voice, which it creates if necessary. apart says that nobody else is on the track.
func (v *voices) open(id string, apart bool) *voice {
	v.mu.Lock()
	defer v.mu.Unlock()
	x := v.of[id]
	if x == nil {
		x = &voice{}
		if v.of == nil {
			v.of = map[string]*voice{}
		}
		v.of[id] = x
	}
	x.apart.Store(apart)
	return x
}

// get returns a speaker's voice, or nil if they never had a track.
func (v *voices) get(id string) *voice {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.of[id]
}
