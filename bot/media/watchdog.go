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

// Limits of the watchdog, which compares the platform's talking signal with the decoded audio.
const (
	deafAlert  = 10 * time.Second // until the host is alerted
	deafRejoin = 30 * time.Second // until the connection is abandoned
	deafForget = 15 * time.Second // without the signal: it was a cough or a noise
	deafTalk   = 3 * time.Second  // the minimum of talking for an alert: platforms' signals flicker
	deafSure   = 8 * time.Second  // the minimum of talking for a rejoin
	deafMost   = 4                // doublings of deafRejoin for a speaker whom rejoining does not make audible
)

var errDeaf = errors.New("a speaker is talking and no audio arrives")

// talk holds the findings of a session's watchdogs. Its methods may be called from any goroutine.
type talk struct {
	unheard atomic.Int64 // Stats.Unheard, as a time.Duration

	mu      sync.Mutex
	deaf    map[string]bool // who is shown as talking but not heard now
	rejoins map[string]int  // rejoins because of a speaker who was not heard
}

// setDeaf records whether a speaker is shown as talking but not heard.
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

// patience returns how long a speaker may remain unheard before the connection is abandoned. It doubles with every rejoin.
func (t *talk) patience(id string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return deafRejoin << min(t.rejoins[id], deafMost)
}

// rejoin counts a connection abandoned because of a speaker, or resets the count if heard is set.
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

// Watchdog checks during one connection whether the people who talk are heard. Its methods may be called from any goroutine.
type Watchdog struct {
	parts *parts

	mu      sync.Mutex
	over    bool
	talking map[string]bool
	spans   map[string]*unheardSpan
}

// Watchdog returns the watchdog of a new connection. The caller must call its End.
func (p *Pipeline) Watchdog() *Watchdog {
	return &Watchdog{parts: p.parts, talking: map[string]bool{}, spans: map[string]*unheardSpan{}}
}

// unheardSpan is a span in which a speaker is talking, according to the platform, while nothing is decoded.
type unheardSpan struct {
	since, last time.Duration // session time: its start, and until when talking has been counted
	talked      time.Duration
	alerted     bool
}

// count adds the talking since the last count.
func (d *unheardSpan) count(now time.Duration) {
	d.talked += now - d.last
	d.last = now
}

// Talking handles the platform's talking signal.
func (w *Watchdog) Talking(id string, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, d := w.parts.Now(), w.spans[id]
	switch {
	case w.over || w.talking[id] == on:
	case on && w.parts.access.of(id) != heardNow: // not heard on purpose
	case !on:
		delete(w.talking, id)
		if d != nil {
			d.count(now)
		}
	default:
		w.talking[id] = true
		if d == nil {
			d = &unheardSpan{since: now}
			w.spans[id] = d
		}
		d.last = now
	}
}

// Left resets a speaker's talking signal.
func (w *Watchdog) Left(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.talking, id)
}

// Look must be called about once a second. It returns the speakers newly found to be unheard, for the host, and an error if the connection
// should be abandoned.
func (w *Watchdog) Look() (alerts []string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.parts.Now()
	for id, d := range w.spans {
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

// look checks one span. The caller holds mu.
func (w *Watchdog) look(id string, d *unheardSpan, now time.Duration) (alert bool, err error) {
	if w.parts.access.of(id) != heardNow { // not heard on purpose
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
			w.spans[id] = &unheardSpan{since: now, last: now}
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

// end ends a span and stores it as a gap unless it was only a flicker. The caller holds mu.
func (w *Watchdog) end(id string, d *unheardSpan, until time.Duration) {
	delete(w.spans, id)
	w.parts.talk.unheard.Add(int64(d.talked))
	if d.alerted {
		w.parts.talk.setDeaf(id, false)
	}
	if d.talked >= deafTalk {
		w.parts.gap(id, w.parts.people.name(id, id), d.since, until, min(d.talked, until-d.since), models.GapCut)
	}
}

// End ends all spans when the connection ends.
func (w *Watchdog) End() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	now := w.parts.Now()
	for id, d := range w.spans {
		w.end(id, d, min(now, d.last))
	}
}
