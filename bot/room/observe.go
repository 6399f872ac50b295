package room

import (
	"context"
	"maps"
	"slices"
	"time"

	"earshot/models"
)

// Observer takes what was noticed. Its method is called by the goroutine that calls the Sink, in order with what the Sink
// gets, and may block on a disk.
type Observer interface {
	Observe(ctx context.Context, session string, o models.Observation)
}

const (
	// maxObservations may wait for the Observer; what tracks sound like is dropped then, and not what people do.
	maxObservations = 4096
	// arriving is for how long after the bot's own join people are taken to have been there before it.
	arriving = 3 * time.Second
	// returning is how long those who were there before a lost connection may take to be found again after it.
	returning = 10 * time.Second
	// unheardFor is the silence after which somebody who is heard has opened the microphone. Platforms that tell of muting
	// and those that do not look the same this way.
	unheardFor = 30 * time.Second
)

// observe tells of something, if anybody is to know.
func (p *pipeline) observe(o models.Observation) {
	if p.observed {
		p.out.observe(o)
	}
}

// event tells what somebody did.
func (p *pipeline) event(e models.RoomEvent, speaker string) {
	p.observe(models.Observation{AtMS: p.now().Milliseconds(), SpeakerID: speaker, Event: e})
}

// heard notes that a voice came from somebody, and tells when it is the first for long.
func (f *feed) heard(at time.Duration) {
	f.p.lastVoice.Store(int64(at))
	last := time.Duration(f.voice.last.Swap(max(1, int64(at))))
	if last == 0 || at-last > unheardFor {
		f.p.observe(models.Observation{AtMS: at.Milliseconds(), SpeakerID: f.info.SpeakerID, Event: models.RoomUnmute})
	}
}

// observer is what a track's sound is told to; nil when nobody is to know.
func (f *feed) observer() func(models.Observation) {
	if !f.p.observed {
		return nil
	}
	return func(o models.Observation) {
		o.SpeakerID = f.info.SpeakerID
		f.p.observe(o)
	}
}

// observe takes an observation over, unless too many wait already.
func (o *outbox) observe(x models.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.observed >= maxObservations && (x.Event == "" || o.observed >= maxPeople) {
		return
	}
	o.observed++
	o.add(item{observed: &x})
}

// arrive notes that somebody is there, and tells it unless they were there before the bot; the caller holds the visit's lock.
// It reports whether they came just now.
func (v *visit) arrive(id string) bool {
	r := v.room
	if r.there[id] {
		return false
	}
	r.there[id] = true
	comes := v.joined && r.now()-v.since > arriving
	if comes {
		r.pipe.event(models.RoomJoin, id)
	}
	return comes
}

// depart notes that somebody is gone; the caller holds the visit's lock.
func (v *visit) depart(id string) {
	if r := v.room; r.there[id] {
		delete(r.there, id)
		r.pipe.event(models.RoomLeave, id)
	}
}

// settle tells once, a while after the join, of those who went while the bot was out: nobody else will.
func (v *visit) settle() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.joined || v.settled || v.room.now()-v.since < returning {
		return
	}
	v.settled = true
	for _, id := range slices.Sorted(maps.Keys(v.room.there)) {
		if !v.people[id] {
			v.depart(id)
		}
	}
}
