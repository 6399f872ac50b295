package media

import (
	"sync"
	"sync/atomic"
)

// voices is when people were heard. Its methods may be called from any goroutine.
type voices struct {
	last atomic.Int64 // time.Duration of the session: when anybody was last heard

	mu sync.Mutex
	of map[string]*voice // of everybody who had a track
}

// voice is when somebody was last heard.
type voice struct {
	last  atomic.Int64 // time.Duration of the session
	apart atomic.Bool  // they have a track of their own
}

// open finds or makes the voice of somebody with a track; apart: nobody else is heard on it.
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

// get is the voice of somebody; nil: they never had a track.
func (v *voices) get(id string) *voice {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.of[id]
}
