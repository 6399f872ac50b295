package room

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"earshot/bot"
)

const (
	// captionEvery is the minimum time between two captions.
	captionEvery = 100 * time.Millisecond
	// captionFresh is the maximum age of a caption: a later one would appear under somebody else's words.
	captionFresh = 10 * time.Second
	// captionWithin limits sending a caption.
	captionWithin = 5 * time.Second
	// maxCaptions limits the queued lines: if there are more, the oldest is not shown.
	maxCaptions = 64
)

// captions is a queue of captions that holds only the latest one of each line. Its methods may be called from any goroutine.
type captions struct {
	added chan struct{} // signals an addition

	mu      sync.Mutex
	waiting []waitingCaption
	shown   map[string]bool // lines whose preliminary text is shown
}

type waitingCaption struct {
	bot.Caption
	since time.Time
}

func newCaptions() *captions {
	return &captions{added: make(chan struct{}, 1), shown: map[string]bool{}}
}

// add queues a caption, replacing an earlier one of its line. Preliminary text never replaces the final text.
func (q *captions) add(c bot.Caption, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.IndexFunc(q.waiting, func(o waitingCaption) bool { return o.Line == c.Line }); i >= 0 {
		if c.Final || !q.waiting[i].Final {
			q.waiting[i].Caption = c
		}
		return
	}
	if len(q.waiting) >= maxCaptions {
		q.waiting = slices.Delete(q.waiting, 0, 1)
	}
	q.waiting = append(q.waiting, waitingCaption{c, now})
	ring(q.added)
}

// next takes the next caption to send: final lines before preliminary ones, then the oldest. It skips those that are too old, and does not
// clear lines that were never shown. Nothing is shown of people for whom objects returns true.
func (q *captions) next(now time.Time, objects func(speakerID string) bool) (c bot.Caption, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) > 0 {
		i := max(0, slices.IndexFunc(q.waiting, func(w waitingCaption) bool { return w.Final }))
		w := q.waiting[i]
		q.waiting = slices.Delete(q.waiting, i, i+1)
		if objects(w.SpeakerID) || now.Sub(w.since) > captionFresh {
			w.Text, w.Final = "", true
		}
		if w.Text == "" && !q.shown[w.Line] {
			continue
		}
		if w.Final {
			delete(q.shown, w.Line)
		} else {
			q.shown[w.Line] = true
		}
		return w.Caption, true
	}
	return c, false
}

// drop forgets what is queued and what is shown, when a connection ends.
func (q *captions) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = nil
	clear(q.shown)
}

// Caption shows a line in the room, if Config.Captions is set and the connector supports it. It does not wait: captions are sent one at a
// time at a limited rate, a later one of a line replaces an earlier one, and none is sent after ten seconds. Nothing is shown of people who
// object. It may be called from any goroutine, before, during and after Run.
func (r *Room) Caption(c bot.Caption) {
	if r.stay.cfg.Captions {
		r.stay.captions.add(c, time.Now())
	}
}

// caption sends captions until the context ends, or until it turns out that none can be shown here, in which case it tells the host.
func (s *stay) caption(ctx context.Context) {
	defer s.captions.drop()
	if !s.cfg.Captions {
		return
	}
	captioner, can := s.cfg.Connector.(bot.Captioner)
	if !can {
		s.noCaptions(bot.Refuse("this kind of room has no place for them", nil))
		return
	}
	for {
		select {
		case <-s.captions.added:
		case <-ctx.Done():
			return
		}
		for c, ok := s.captions.next(time.Now(), s.pipe.Objects); ok; c, ok = s.captions.next(time.Now(), s.pipe.Objects) {
			if err := s.showCaption(ctx, captioner, c); err != nil {
				s.noCaptions(err)
				return
			}
			if !sleep(ctx, captionEvery) {
				return
			}
		}
	}
}

// showCaption sends a caption. An error means that the room refuses captions, so that no other one needs to be tried.
func (s *stay) showCaption(ctx context.Context, captioner bot.Captioner, c bot.Caption) error {
	ctx, cancel := context.WithTimeout(ctx, captionWithin)
	defer cancel()
	err := captioner.Caption(ctx, c)
	var refused *bot.RefusalError
	if errors.As(err, &refused) {
		return err
	}
	if err != nil {
		s.log.Warn("a caption was not shown", "speaker", c.SpeakerID, "chars", len(c.Text), "err", err)
	}
	return nil
}

// noCaptions tells the host that captions are not shown in the room.
func (s *stay) noCaptions(why error) {
	s.log.Warn("no captions are shown", "err", why)
	s.note("captions are not shown here: " + why.Error())
}
