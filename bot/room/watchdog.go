package room

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"earshot/models"
)

// The bounds of the media watchdog. The platform's word that somebody talks is compared with what was decoded of them.
const (
	deafLook   = time.Second
	deafAlert  = 10 * time.Second // until the host is told
	deafRejoin = 30 * time.Second // until the connection is given up
	deafForget = 15 * time.Second // without talk: a cough or a noise that nobody heard
	deafTalk   = 3 * time.Second  // of talk, at least, for an alert: the talking signs of platforms flicker
	deafSure   = 8 * time.Second  // of talk, at least, for a rejoin
	deafMost   = 4                // doublings of deafRejoin, for somebody whom no rejoining makes audible
)

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

var errDeaf = errors.New("people talk and nothing of it arrives")

// Talking implements RoomHandler.
func (v *visit) Talking(id string, on bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now, d := v.room.now(), v.deaf[id]
	switch {
	case v.over || v.talking[id] == on:
	case on && v.room.pipe.isClosed(id): // by somebody's wish
	case !on:
		delete(v.talking, id)
		if d != nil {
			d.count(now)
		}
	default:
		v.talking[id] = true
		if d == nil {
			d = &deaf{since: now}
			v.deaf[id] = d
		}
		d.last = now
	}
}

// listen looks once a second whether those who talk are heard. It reports errDeaf when the connection should be given up.
func (v *visit) listen() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.room.now()
	for id, d := range v.deaf {
		if v.room.pipe.isClosed(id) { // by somebody's wish
			v.undeaf(id, d, d.since)
			continue
		}
		quiet, _ := v.room.pipe.quiet(id)
		heard := now-quiet > d.since
		if v.talking[id] && !heard {
			d.count(now)
		}
		switch {
		case heard:
			v.undeaf(id, d, now-quiet)
			delete(v.room.unheard, id)
			if v.talking[id] {
				v.deaf[id] = &deaf{since: now, last: now}
			}
		case now-d.last > deafForget:
			v.undeaf(id, d, d.last)
		case d.talked < deafTalk:
		case d.talked >= deafSure && now-d.since >= deafRejoin<<min(v.room.unheard[id], deafMost):
			v.room.unheard[id]++
			v.undeaf(id, d, now)
			return fmt.Errorf("%w: %q for %v", errDeaf, id, (now - d.since).Round(time.Second))
		case now-d.since >= deafAlert && !d.alerted:
			d.alerted = true
			v.room.deafTo(id, true)
			v.room.pipe.event(models.RoomDeaf, id)
			v.room.log.Warn("somebody talks and is not heard", "speaker", id, "ms", (now - d.since).Milliseconds())
			v.room.note(v.can, v.room.pipe.name(id, id)+" talks and is not heard: joining again soon if this goes on")
		}
	}
	return nil
}

// undeaf ends a stretch and stores it as a gap when it was more than a flicker; the caller holds mu.
func (v *visit) undeaf(id string, d *deaf, until time.Duration) {
	delete(v.deaf, id)
	v.room.pipe.talked.Add(int64(d.talked))
	if d.alerted {
		v.room.deafTo(id, false)
	}
	if d.talked < deafTalk {
		return
	}
	v.room.out.gap(models.Gap{
		Session: v.room.cfg.Session.ID, SpeakerID: id, SpeakerName: v.room.pipe.name(id, id),
		StartMS: d.since.Milliseconds(), EndMS: until.Milliseconds(), LostMS: min(d.talked, until-d.since).Milliseconds(),
		Cause: models.GapCut,
	})
}

// deafTo notes whom the room does not hear although they are shown as talking.
func (r *Room) deafTo(id string, deaf bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !deaf {
		delete(r.deaf, id)
		return
	}
	if r.deaf == nil {
		r.deaf = map[string]bool{}
	}
	r.deaf[id] = true
}

// DeafTo names those who are shown as talking and of whom nothing was heard for more than ten seconds, in order. Any
// goroutine may call it.
func (r *Room) DeafTo() []string {
	r.mu.Lock()
	ids := slices.Sorted(maps.Keys(r.deaf))
	r.mu.Unlock()
	for i, id := range ids {
		ids[i] = r.pipe.name(id, id)
	}
	return ids
}
