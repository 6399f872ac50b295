package bot

import (
	"context"
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
	keepPCM     = 8
	maxClips    = 1024
	maxGaps     = 1024
	storeAgain  = 200 * time.Millisecond
	storePause  = 5 * time.Second
	maxSpeakers = 4096
)

// outbox is the bounded queue between the tracks, which never wait, and the Sink, which may wait for a disk.
type outbox struct {
	mu       sync.Mutex
	items    []item
	clips    int
	gaps     int
	speakers int
	consents int
	observed int
	shed     int // clips that became gaps
	closed   bool
	failing  bool // what comes first could not be stored at the latest try
	noted    bool // the sink has noted losses; of deliver's goroutine
	wake     chan struct{}
	sink     Sink
	observer Observer
	session  string
	log      *slog.Logger
}

// item holds one of four.
type item struct {
	clip     *models.Clip
	gap      *models.Gap
	speaker  *models.Speaker
	observed *Observation
	consent  *models.Consent
}

func newOutbox(sink Sink, log *slog.Logger) *outbox {
	return &outbox{wake: make(chan struct{}, 1), sink: sink, log: log}
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
	for i := 1; i < len(o.items); i++ {
		if x := o.items[i].speaker; x != nil && x.ID == s.ID {
			*x = s
			return
		}
	}
	if o.speakers >= maxSpeakers {
		return
	}
	o.speakers++
	o.add(item{speaker: &s})
}

// consent takes an entry of the consent ledger over.
func (o *outbox) consent(c models.Consent) {
	if c.At.IsZero() {
		c.At = time.Now().UTC()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.consents >= maxSpeakers {
		return
	}
	o.consents++
	o.add(item{consent: &c})
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
		return o.items[0], boxItem
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
	case it.speaker != nil:
		o.speakers--
	case it.consent != nil:
		o.consents--
	case it.observed != nil:
		o.observed--
	}
}

// store hands one item to the sink until it succeeds or the context ends.
func (o *outbox) store(ctx context.Context, it item) bool {
	for pause := storeAgain; ; pause = min(2*pause, storePause) {
		err := o.send(ctx, it)
		o.setFailing(err != nil)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		o.log.Error("cannot store what was heard, trying again", "ms", pause.Milliseconds(), "err", err)
		if !o.again(ctx, pause) {
			return false
		}
	}
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
