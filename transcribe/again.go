package transcribe

import (
	"context"
	"time"

	"earshot/models"
)

// widestWindow is the longest safe window of the encoder, in steps of 20 ms.
const widestWindow = 1280

const (
	// maxAgain bounds the clips that wait, with their audio, to be decoded a second time. Flags are rare.
	maxAgain = 64
	// lookWithin is how long after the end of speech a second look may begin; a later verdict is not enforced.
	lookWithin = 20 * time.Second
	// lookShare: while finals wait too, one decode in this many is a second look, so that neither starves the other.
	lookShare = 4
)

// Again queues a clip to be decoded a second time, independently of the first: in the widest safe window and without the
// vocabulary prompt, so that an artefact of one decode is unlikely to recur in the other. Second looks get a share of the decoders
// while finals wait. done receives the result on a goroutine of Run; its State is models.UtteranceFailed when decoding failed
// or came too late to be of use. The Service owns the clip from then on. Again never blocks; it returns false, and never
// calls done, when too many clips wait already or there is no slot.
func (s *Service) Again(c models.Clip, done func(models.Utterance)) bool {
	if c.Spoken.IsZero() {
		c.Spoken = time.Now()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.repeats) >= maxAgain || len(s.slots) == 0 {
		return false
	}
	s.repeats = append(s.repeats, again{clip: c, done: done})
	s.changed.Broadcast()
	return true
}

// takeAgain returns the next second look when its turn has come, or when it is too late for it. Called with the lock held.
func (s *Service) takeAgain(now time.Time) (*again, bool) {
	if len(s.repeats) == 0 {
		s.finals = 0
		return nil, false
	}
	a := s.repeats[0]
	a.late = models.Age(a.clip.Spoken, now) > lookWithin
	if !a.late && s.finals < lookShare-1 && s.queue.ready() {
		return nil, false
	}
	s.repeats = s.repeats[1:]
	s.looking++
	if !a.late {
		s.finals = 0
	}
	return &a, true
}

// looked ends a second look. Its done has returned by then, so that Drain waits for it.
func (s *Service) looked(count func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count(&s.stats)
	s.looking--
	s.changed.Broadcast()
}

// giveUp reports a second look that came too late as failed.
func (s *Service) giveUp(a *again) {
	defer s.looked(func(t *Stats) { t.LooksLate++ })
	s.cfg.Logger.Warn("second look skipped: it came too late", "session", a.clip.Session, "key", a.clip.Key.String(),
		"ms", models.Age(a.clip.Spoken, time.Now()).Milliseconds())
	a.done(failed(a.clip, s.cfg.Model))
}

// look decodes a clip a second time.
func (s *Service) look(ctx context.Context, d Decoder, a *again) {
	defer s.looked(func(t *Stats) { t.Looks++ })
	c := a.clip
	if err := unpack(d, &c, s.cfg.Decode); err != nil {
		a.done(failed(c, s.cfg.Model))
		return
	}
	r, err := s.transcribe(ctx, d, c, Options{Language: s.cfg.Options(c).Language, AudioCtx: widestWindow})
	if err != nil {
		a.done(failed(c, s.cfg.Model))
		return
	}
	a.done(NewUtterance(c, r, s.cfg.Model))
}
