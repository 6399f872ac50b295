package media

import (
	"log/slog"
	"sync"
	"time"

	"earshot/models"
)

// Limits of the outbox. A clip of 14 s takes 0.9 MB as PCM and 50 kB as Opus: while the disk is slow, all but the first few clips drop
// their PCM and are decoded again.
const (
	keepPCM   = 8
	maxClips  = 1024
	maxGaps   = 1024
	maxPeople = 1 << 16 // a few MB

	// maxObservations limits observations of audio; beyond it, only observations of events are queued, up to maxPeople.
	maxObservations = 4096
)

// outbox is the queue between the tracks, which never block, and the Sink, which may. Its size is limited, except for objections. Its
// methods may be called from any goroutine.
type outbox struct {
	wake chan struct{} // signals an addition
	log  *slog.Logger

	mu       sync.Mutex
	items    []item
	clips    int
	gaps     int
	consents int
	observed int
	speakers map[string]*models.Speaker // queued and not being stored, by id
	full     bool                       // the overflow has been logged
	closed   bool
	failing  bool // the latest attempt to store the first item failed
}

// item holds exactly one of these five.
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

// clip queues a clip, or a gap in its place if the queue is full.
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

// gap queues a gap.
func (o *outbox) gap(g models.Gap) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addGap(g)
}

// addGap queues a gap, or merges it with one of the same speaker and cause if there are too many.
func (o *outbox) addGap(g models.Gap) {
	if o.gaps >= maxGaps {
		for i := len(o.items) - 1; i > 0; i-- { // not the first, which the sink may be storing
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

// speaker queues a person, replacing a queued entry of the same person.
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

// consent queues an entry for the consent ledger. Objections and their withdrawals are never refused.
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

// observe queues an observation unless too many are queued.
func (o *outbox) observe(x models.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.observed >= maxObservations && (x.Event == "" || o.observed >= maxPeople) {
		return
	}
	o.observed++
	o.add(item{observed: &x})
}

// refuse logs an overflow, once. The caller holds mu.
func (o *outbox) refuse(what string) {
	if !o.full {
		o.log.Error("the store accepts nothing and the queue is full: some items are lost", "what", what)
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

// close makes deliver return once everything has been stored.
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

// first returns the oldest item, which stays queued until pop.
func (o *outbox) first() (item, boxState) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.items) > 0 {
		it := o.items[0]
		if s := it.speaker; s != nil && o.speakers[s.ID] == s {
			delete(o.speakers, s.ID) // it is being stored: a change is queued separately
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
	o.items[0] = item{} // frees the audio
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

// losses returns the queued clips and gaps.
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

// unstored returns the total duration of queued clips while storing fails.
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

// waiting returns the number of queued clips.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clips
}
