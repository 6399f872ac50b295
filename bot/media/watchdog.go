package media

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"earshot/models"
)

// The bounds of the media watchdog. The platform's word that somebody talks is compared with what was decoded of them.
const (
	deafAlert  = 10 * time.Second // until the host is told
	deafRejoin = 30 * time.Second // until the connection is given up
	deafForget = 15 * time.Second // without talk: a cough or a noise that nobody heard
	deafTalk   = 3 * time.Second  // of talk, at least, for an alert: the talking signs of platforms flicker
	deafSure   = 8 * time.Second  // of talk, at least, for a rejoin
	deafMost   = 4                // doublings of deafRejoin, for somebody whom no rejoining makes audible
)

var errDeaf = errors.New("people talk and nothing of it arrives")

// talk is what a session's watchdogs found. Its methods may be called from any goroutine.
type talk struct {
	unheard atomic.Int64 // time.Duration: talk that the platform showed and of which nothing was decoded

	mu      sync.Mutex
	deaf    map[string]bool // who is shown as talking and not heard, now
	rejoins map[string]int  // how often the bot joined again for somebody who is not heard
}

// setDeaf notes whether somebody who is shown as talking is not heard.
func (t *talk) setDeaf(id string, deaf bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !deaf {
		delete(t.deaf, id)
		return
	}
	if t.deaf == nil {
		t.deaf = map[string]bool{}
	}
	t.deaf[id] = true
}

func (t *talk) deafTo() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.deaf))
}

// patience is how long somebody may not be heard until the connection is given up: the longer, the less it helped before.
func (t *talk) patience(id string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return deafRejoin << min(t.rejoins[id], deafMost)
}

// rejoin counts a connection that is given up for somebody; heard: they are heard after all.
func (t *talk) rejoin(id string, heard bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if heard {
		delete(t.rejoins, id)
		return
	}
	if t.rejoins == nil {
		t.rejoins = map[string]int{}
	}
	t.rejoins[id]++
}

// Watchdog looks, during one connection, whether those who talk are heard. Its methods may be called from any goroutine.
type Watchdog struct {
	parts *parts

	mu      sync.Mutex
	over    bool
	talking map[string]bool
	deaf    map[string]*deaf
}

// Watchdog makes the watchdog of a connection that begins. Its End must be called.
func (p *Pipeline) Watchdog() *Watchdog {
	return &Watchdog{parts: p.parts, talking: map[string]bool{}, deaf: map[string]*deaf{}}
}

// deaf is a stretch in which somebody talks, says the platform, and nothing of it is decoded.
type deaf struct {
	since, last time.Duration // session time: the stretch's beginning, and up to where talk was counted
	talked      time.Duration
	alerted     bool
}

// count adds the talk since the last count.
func (d *deaf) count(now time.Duration) {
	d.talked += now - d.last
	d.last = now
}

// Talking takes the platform's word that somebody talks, or no longer.
func (w *Watchdog) Talking(id string, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, d := w.parts.Now(), w.deaf[id]
	switch {
	case w.over || w.talking[id] == on:
	case on && w.parts.access.of(id) != heardNow: // by somebody's wish
	case !on:
		delete(w.talking, id)
		if d != nil {
			d.count(now)
		}
	default:
		w.talking[id] = true
		if d == nil {
			d = &deaf{since: now}
			w.deaf[id] = d
		}
		d.last = now
	}
}

// Left forgets that somebody talks.
func (w *Watchdog) Left(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.talking, id)
}

// Look is to be called about once a second. It returns whom the host should know not to be heard, each once a stretch, and an
// error when the connection should be given up.
func (w *Watchdog) Look() (alerts []string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.parts.Now()
	for id, d := range w.deaf {
		alert, err := w.look(id, d, now)
		if err != nil {
			return alerts, err
		}
		if alert {
			alerts = append(alerts, id)
		}
	}
	return alerts, nil
}

// look looks at one stretch; the caller holds mu.
func (w *Watchdog) look(id string, d *deaf, now time.Duration) (alert bool, err error) {
	if w.parts.access.of(id) != heardNow { // by somebody's wish
		w.end(id, d, d.since)
		return false, nil
	}
	silent, _ := w.parts.silentFor(id)
	heard := now-silent > d.since
	if w.talking[id] && !heard {
		d.count(now)
	}
	switch {
	case heard:
		w.end(id, d, now-silent)
		w.parts.talk.rejoin(id, true)
		if w.talking[id] {
			w.deaf[id] = &deaf{since: now, last: now}
		}
	case now-d.last > deafForget:
		w.end(id, d, d.last)
	case d.talked < deafTalk:
	case d.talked >= deafSure && now-d.since >= w.parts.talk.patience(id):
		w.parts.talk.rejoin(id, false)
		w.end(id, d, now)
		return false, fmt.Errorf("%w: %q for %v", errDeaf, id, (now - d.since).Round(time.Second))
	case now-d.since >= deafAlert && !d.alerted:
		d.alerted = true
		w.parts.talk.setDeaf(id, true)
		w.parts.event(models.RoomDeaf, id)
		w.parts.Log.Warn("somebody talks and is not heard", "speaker", id, "ms", (now - d.since).Milliseconds())
		return true, nil
	}
	return false, nil
}

// end ends a stretch and stores it as a gap when it was more than a flicker; the caller holds mu.
func (w *Watchdog) end(id string, d *deaf, until time.Duration) {
	delete(w.deaf, id)
	w.parts.talk.unheard.Add(int64(d.talked))
	if d.alerted {
		w.parts.talk.setDeaf(id, false)
	}
	if d.talked >= deafTalk {
		w.parts.gap(id, w.parts.people.name(id, id), d.since, until, min(d.talked, until-d.since), models.GapCut)
	}
}

// End ends all stretches: the connection is over.
func (w *Watchdog) End() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	now := w.parts.Now()
	for id, d := range w.deaf {
		w.end(id, d, min(now, d.last))
	}
}
