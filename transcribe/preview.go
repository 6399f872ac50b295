package transcribe

import (
	"context"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// Preview takes, and owns, the audio so far of a segment that is still being spoken, with the key of the clip that it will
// become. It is decoded when no final waits, and its text passed to Config.Partial; a later one of the same track replaces it
// until then. It never blocks and may be called from any goroutine.
func (s *Service) Preview(c models.Clip) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.balance(now)
	k := keyOf(c.Key)
	t := s.partials.track(k, now)
	if s.cfg.Partial == nil || s.ladder.rung >= RungNoPartials || c.Seq <= t.settled || len(c.PCM) == 0 ||
		s.ladder.rung == RungSlowPartials && now.Sub(t.began) < slowPartials {
		s.stats.PartialsShed++
		return
	}
	if _, waits := s.partials.waiting[k]; waits {
		s.stats.PartialsShed++
	} else {
		s.partials.order = append(s.partials.order, k)
	}
	s.partials.waiting[k] = c
	s.changed.Broadcast()
}

// takePartial returns the open segment that has waited longest, unless a final waits. Of several slots one is always left to
// finals. Called with the lock held.
func (s *Service) takePartial(now time.Time) (models.Clip, bool) {
	p := s.partials
	if s.queue.waiting > 0 || s.ladder.rung >= RungNoPartials || p.running >= max(1, len(s.slots)-1) {
		return models.Clip{}, false
	}
	for _, k := range p.order {
		t := p.tracks[k]
		if t.busy {
			continue
		}
		c := p.waiting[k]
		p.drop(k)
		t.busy, t.began, t.touched = true, now, now
		p.running++
		return c, true
	}
	return models.Clip{}, false
}

// settleTrack records that a final is being decoded, which makes its partials obsolete. Called with the lock held.
func (s *Service) settleTrack(k models.Key, now time.Time) {
	t := s.partials.tracks[keyOf(k)]
	if t == nil {
		return
	}
	t.settled, t.touched = max(t.settled, k.Seq), now
	if c, ok := s.partials.waiting[keyOf(k)]; ok && c.Seq <= k.Seq {
		s.partials.drop(keyOf(k))
		s.stats.PartialsShed++
	}
}

// preview decodes an open segment once and shows what is new. Failures do not matter: the final follows.
func (s *Service) preview(ctx context.Context, d Decoder, c models.Clip) {
	length := lengthOf(c)
	began := time.Now()
	r, err := s.transcribe(ctx, d, c, s.polls.choose(c, s.cfg.Options(c), true))
	now := time.Now()

	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
	s.partials.running--
	t := s.partials.tracks[keyOf(c.Key)]
	t.busy, t.touched = false, now
	s.stats.PreviewBusy += now.Sub(began)
	if err != nil {
		if ctx.Err() == nil {
			s.cfg.Logger.Debug("open segment not decoded", "session", c.Session, "key", c.Key.String(), "ms", c.DurationMS(), "err", err)
		}
		return
	}
	s.pace.learn(length, now.Sub(began))
	if c.Seq > t.settled {
		s.show(t, c, r)
	}
}

// show publishes the text so far if it has changed, but never text that looks invented. Called with the lock held, so that no
// partial follows its final.
func (s *Service) show(t *openTrack, c models.Clip, r Result) {
	if t.key != c.Key {
		t.agreement = agreement{key: c.Key}
	}
	words := strings.Fields(r.Text)
	if s.cfg.Filter.phantom(c, r) || repeats(c, r) {
		words = nil
	}
	before, seen := t.agreement, t.shown()
	retracted := t.update(words)
	if !seen && !t.shown() || slices.Equal(before.words, words) && before.stable == t.stable {
		return
	}
	s.stats.Partials++
	if !t.announced && t.shown() {
		t.announced = true
		s.measureFirst(c)
	}
	s.cfg.Partial(t.partial(c, retracted))
}

// measureFirst reports the latency of a segment's first text. Called with the lock held.
func (s *Service) measureFirst(c models.Clip) {
	if s.cfg.FirstPartial == nil || c.Spoken.IsZero() {
		return
	}
	began := c.Spoken.Add(-time.Duration(c.DurationMS()) * time.Millisecond)
	s.cfg.FirstPartial(max(0, time.Since(began)))
}

// conclude ends the partials of a clip whose final text is known. If stable words were wrong, viewers receive a retraction
// before the final.
func (s *Service) conclude(c models.Clip, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.partials.tracks[keyOf(c.Key)]
	if t == nil || t.key != c.Key || !t.shown() {
		return
	}
	if kept, ok := t.settle(text, c.Forced); !ok {
		t.words, t.stable = t.words[:kept], kept
		s.stats.Retracted++
		s.cfg.Partial(t.partial(c, true))
	}
	t.agreement = agreement{}
}
