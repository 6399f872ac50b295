package media

import (
	"maps"
	"sync"
	"time"
)

// hearing says whether a speaker's tracks are processed and, if not, why.
type hearing int32

const (
	heardNow  hearing = iota
	paused            // a host has paused listening
	objection         // the speaker objects to being recorded
)

// access holds pauses and objections. Times are session times. Its methods may be called from any goroutine.
type access struct {
	objected func(id string) bool // Config.Objected

	mu       sync.Mutex
	asked    map[string]bool          // for whom objected has been called
	objects  map[string]time.Duration // since when
	pausedAt time.Duration            // 0: not paused
}

func newAccess(objected func(id string) bool) *access {
	return &access{objected: objected, asked: map[string]bool{}, objects: map[string]time.Duration{}}
}

// of returns the hearing of a speaker.
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

// recall looks up an earlier objection the first time a speaker is seen.
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

// object records whether a speaker objects. It returns whether that is a change, and since when the speaker had objected.
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

// pause begins or ends a pause. It returns whether that is a change, and when the pause began.
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

// end removes and returns all objections, with the times since when they were in force.
func (a *access) end() map[string]time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := maps.Clone(a.objects)
	clear(a.objects)
	return all
}
