package media

import (
	"log/slog"
	"sync"
	"time"

	"earshot/models"
)

// Bounds of the hand-over to the Sink. A clip of 14 s is 0.9 MB as PCM and 50 kB as Opus: while the disk is slow, all
// but the first few give their PCM up and are decoded again.
const (
	keepPCM   = 8
	maxClips  = 1024
	maxGaps   = 1024
	maxPeople = 1 << 16 // of whom something waits: a few MB

	// maxObservations may wait for the Observer; what tracks sound like is dropped then, and not what people do.
	maxObservations = 4096
)

// outbox is the queue between the tracks, which never wait, and the Sink, which may wait for a disk. It is bounded, but for
// what people want of the bot. Its methods may be called from any goroutine.
type outbox struct {
	wake chan struct{} // rings when something was added
	log  *slog.Logger

	mu       sync.Mutex
	items    []item
	clips    int
	gaps     int
	consents int
	observed int
	speakers map[string]*models.Speaker // those that wait and are not on their way, by id
	full     bool                       // it was said that no more people find a place
	closed   bool
	failing  bool // what comes first could not be stored at the latest try
}

// item holds one of five.
type item struct {
	clip     *models.Clip
	gap      *models.Gap
	speaker  *models.Speaker
	observed *models.Observation
	consent  *models.Consent
}

func newOutbox(log *slog.Logger) *outbox {
	return &outbox{wake: make(chan struct{}, 1), speakers: map[string]*models.Speaker{}, log: log}
}

// clip takes a clip over; when the queue is full its place is kept as a gap.
func (o *outbox) clip(c models.Clip) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.clips >= maxClips {
		lost := models.LossOf(c).Gap
		if !o.failing {
			lost.Cause = models.GapOverload
		}
		o.addGap(lost)
		return
	}
	if o.clips >= keepPCM {
		c.PCM = nil
	}
	o.clips++
	o.add(item{clip: &c})
}

// gap takes a gap over.
func (o *outbox) gap(g models.Gap) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addGap(g)
}

// addGap joins gaps of one speaker and cause when there are very many.
func (o *outbox) addGap(g models.Gap) {
	if o.gaps >= maxGaps {
		for i := len(o.items) - 1; i > 0; i-- { // not the first: it may be on its way to the sink
			if x := o.items[i].gap; x != nil && x.SpeakerID == g.SpeakerID && x.Cause == g.Cause {
				x.StartMS, x.EndMS = min(x.StartMS, g.StartMS), max(x.EndMS, g.EndMS)
				x.LostMS += g.LostMS
				return
			}
		}
	}
	o.gaps++
	o.add(item{gap: &g})
}

// speaker replaces what waits of the same person.
func (o *outbox) speaker(s models.Speaker) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if x := o.speakers[s.ID]; x != nil {
		*x = s
		return
	}
	if len(o.speakers) >= maxPeople {
		o.refuse("people")
		return
	}
	o.speakers[s.ID] = &s
	o.add(item{speaker: &s})
}

// consent takes an entry of the consent ledger over. What people want of the bot always finds a place.
func (o *outbox) consent(c models.Consent) {
	if c.At.IsZero() {
		c.At = time.Now().UTC()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.consents >= maxPeople && (c.What == models.ConsentTold || c.What == models.ConsentNotTold) {
		o.refuse("entries of the consent ledger")
		return
	}
	o.consents++
	o.add(item{consent: &c})
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

// refuse says once that something found no place; the caller holds mu.
func (o *outbox) refuse(what string) {
	if !o.full {
		o.log.Error("the record takes nothing, and more has come than can wait: some is lost", "what", what)
	}
	o.full = true
}

func (o *outbox) add(i item) {
	o.items = append(o.items, i)
	o.ring()
}

func (o *outbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// close lets deliver return once everything has been stored.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.ring()
}

type boxState int

const (
	boxEmpty boxState = iota
	boxItem
	boxDone
)

// first returns the oldest item, which stays in its place until it is stored.
func (o *outbox) first() (item, boxState) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.items) > 0 {
		it := o.items[0]
		if s := it.speaker; s != nil && o.speakers[s.ID] == s {
			delete(o.speakers, s.ID) // it is on its way: what is news now waits anew
		}
		return it, boxItem
	}
	if o.closed {
		return item{}, boxDone
	}
	return item{}, boxEmpty
}

func (o *outbox) pop(it item) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.items[0] = item{} // let go of the sound
	o.items = o.items[1:]
	switch {
	case it.clip != nil:
		o.clips--
	case it.gap != nil:
		o.gaps--
	case it.consent != nil:
		o.consents--
	case it.observed != nil:
		o.observed--
	}
}

// losses are the clips and gaps that wait.
func (o *outbox) losses(settled bool) (out []models.Loss) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, it := range o.items {
		switch {
		case it.clip != nil:
			out = append(out, models.LossOf(*it.clip))
		case it.gap != nil:
			out = append(out, models.Loss{Gap: *it.gap})
		default:
			continue
		}
		out[len(out)-1].Settled = settled
	}
	return out
}

// unstored is how much sound waits because it could not be stored.
func (o *outbox) unstored() (d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.failing {
		return 0
	}
	for _, it := range o.items {
		if it.clip != nil {
			d += time.Duration(it.clip.DurationMS()) * time.Millisecond
		}
	}
	return d
}

func (o *outbox) setFailing(failing bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failing = failing
}

// waiting is how many clips are left.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clips
}
