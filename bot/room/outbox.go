package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// Bounds of the hand-over to the Sink. A clip of 14 s is 0.9 MB as PCM and 50 kB as Opus: while the disk is slow, all
// but the first few give their PCM up and are decoded again.
const (
	keepPCM    = 8
	maxClips   = 1024
	maxGaps    = 1024
	storeAgain = 200 * time.Millisecond
	storePause = 5 * time.Second
	maxPeople  = 1 << 16 // of whom something waits: a few MB
)

// outbox is the bounded queue between the tracks, which never wait, and the Sink, which may wait for a disk.
type outbox struct {
	mu       sync.Mutex
	items    []item
	clips    int
	gaps     int
	consents int
	observed int
	shed     int                        // clips that became gaps
	speakers map[string]*models.Speaker // those that wait and are not on their way, by id
	full     bool                       // it was said that no more people find a place
	closed   bool
	failing  bool // what comes first could not be stored at the latest try
	noted    bool // the sink has noted losses; of deliver's goroutine
	wake     chan struct{}
	sink     Sink
	observer Observer
	session  string
	log      *slog.Logger

	// Of the goroutine that delivers: whether the session is gone, so that nothing more is stored, and who is told of it once.
	gone   bool
	erased func()
}

// item holds one of five.
type item struct {
	clip     *models.Clip
	gap      *models.Gap
	speaker  *models.Speaker
	observed *models.Observation
	consent  *models.Consent
}

func newOutbox(sink Sink, log *slog.Logger) *outbox {
	return &outbox{wake: make(chan struct{}, 1), speakers: map[string]*models.Speaker{}, sink: sink, log: log, erased: func() {}}
}

// clip takes a clip over; when the queue is full its place is kept as a gap.
func (o *outbox) clip(c models.Clip) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.clips >= maxClips {
		o.shed++
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

// deliver stores item by item, in order, until the outbox is closed and empty or the context ends; then it stores gaps for
// the clips that are left, and tells how many they are.
func (o *outbox) deliver(ctx context.Context) error {
	for {
		it, state := o.first()
		switch state {
		case boxDone:
			return nil
		case boxEmpty:
			select {
			case <-o.wake:
			case <-ctx.Done():
				return o.giveUp()
			}
		case boxItem:
			if !o.store(ctx, it) {
				return o.giveUp()
			}
			o.pop(it)
			if o.noted {
				o.noteLosses(o.losses(false))
			}
		}
	}
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

// store hands one item to the sink until it succeeds, the session is gone or the context ends.
func (o *outbox) store(ctx context.Context, it item) bool {
	for pause := storeAgain; !o.gone; pause = min(2*pause, storePause) {
		err := o.send(ctx, it)
		o.setFailing(err != nil && !hopeless(err))
		switch {
		case err == nil:
			return true
		case ctx.Err() != nil:
			return false
		case errors.Is(err, models.ErrNotFound):
			o.log.Warn("the session was erased while it went on: nothing more of it is stored")
			o.gone = true
			o.erased()
			return true
		case hopeless(err):
			o.refused(it, err)
			return true
		}
		o.log.Error("cannot store what was heard, trying again", "ms", pause.Milliseconds(), "err", err)
		if !o.again(ctx, pause) {
			return false
		}
	}
	return true
}

// hopeless reports whether storing something again would fail again, so that it must not hold up what comes behind it.
func hopeless(err error) bool {
	return errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrInvalid)
}

// refused gives up what the record refuses for what it is; of a clip its place is kept.
func (o *outbox) refused(it item, err error) {
	o.log.Error("the record refuses something that was heard: it is given up", "clip_ms", it.lengthMS(), "err", err)
	if it.clip != nil {
		o.gap(models.LossOf(*it.clip).Gap)
	}
}

// lengthMS is the length of a clip; 0 of anything else.
func (it item) lengthMS() int64 {
	if it.clip == nil {
		return 0
	}
	return it.clip.DurationMS()
}

func (o *outbox) send(ctx context.Context, it item) error {
	switch {
	case it.gap != nil:
		return o.sink.Gap(ctx, *it.gap)
	case it.speaker != nil:
		return o.sink.Speaker(ctx, *it.speaker)
	case it.consent != nil:
		if s, ok := o.sink.(ConsentSink); ok {
			return s.Consent(ctx, *it.consent)
		}
		return nil
	case it.observed != nil:
		o.observer.Observe(ctx, o.session, *it.observed)
		return nil
	}
	if it.clip.PCM == nil {
		if err := audio.DecodeClip(it.clip); err != nil {
			o.log.Error("a clip cannot be decoded again", "key", it.clip.Key.String(), "err", err)
		}
	}
	return o.sink.Clip(ctx, *it.clip)
}

func (o *outbox) left() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.clips == 0 {
		return nil
	}
	return fmt.Errorf("bot: %d clips could not be stored in time: they are gaps", o.clips)
}

// sleep waits; it reports false when the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
