package media

import (
	"maps"
	"sync"
	"time"
)

// hearing says whether a track is listened to, and why not.
type hearing int32

const (
	heardNow  hearing = iota
	paused            // a host wants a pause
	objection         // the speaker does not want to be written down
)

// access is who is to be listened to. Times are those of the session. Its methods may be called from any goroutine.
type access struct {
	objected func(id string) bool // whether somebody objected earlier; nil: nobody did

	mu       sync.Mutex
	asked    map[string]bool          // of whom objected was asked
	objects  map[string]time.Duration // since when
	pausedAt time.Duration            // 0: no pause
}

func newAccess(objected func(id string) bool) *access {
	return &access{objected: objected, asked: map[string]bool{}, objects: map[string]time.Duration{}}
}

// of says whether somebody is listened to.
func (a *access) of(id string) hearing {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch _, objects := a.objects[id]; {
	case objects:
		return objection
	case a.pausedAt != 0:
		return paused
	}
	return heardNow
}

// recall finds out, the first time that somebody is seen, whether they object.
func (a *access) recall(id string, now time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asked[id] || a.objected == nil {
		return
	}
	a.asked[id] = true
	if _, known := a.objects[id]; !known && a.objected(id) {
		a.objects[id] = now
	}
}

// object notes whether somebody objects, and reports whether that is news, and since when they did.
func (a *access) object(id string, objects bool, now time.Duration) (since time.Duration, news bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	since, did := a.objects[id]
	if objects && !did {
		a.objects[id] = now
	} else if !objects {
		delete(a.objects, id)
	}
	return since, did != objects
}

// pause begins or ends a pause in which nobody is listened to, and reports whether that is news, and when it began.
func (a *access) pause(on bool, now time.Duration) (since time.Duration, news bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	since = a.pausedAt
	switch {
	case on == (since != 0):
		return since, false
	case on:
		a.pausedAt = max(now, 1)
	default:
		a.pausedAt = 0
	}
	return since, true
}

func (a *access) isPaused() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.pausedAt != 0
}

// end forgets all objections, and returns since when they were in force.
func (a *access) end() map[string]time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := maps.Clone(a.objects)
	clear(a.objects)
	return all
}
