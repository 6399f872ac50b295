package transcribe

import (
	"context"
	"time"

	"earshot/models"
)

// widestWindow is the longest safe window of the encoder, in steps of 20 ms.
const widestWindow = 1280

const (
	// maxAgain bounds the clips that wait for a second look, with their sound: flags are rare.
	maxAgain = 64
	// lookWithin is how long after the words a second look may begin: a verdict that comes later acts on nobody.
	lookWithin = 20 * time.Second
	// lookShare: while finals wait too, one of so many decodes is a second look, so that neither starves the other.
	lookShare = 4
)

// Again decodes a clip once more, independently of its first decoding: in the widest window that is safe, and without the
// vocabulary prompt, so that what both hear is not an accident of either. It gets a share of the decoding while finals wait.
// done gets what was heard, from a goroutine of Run; its State is models.UtteranceFailed when nothing could be decoded, or
// not in time for anything to come of it. The Service owns the clip from then on. It never blocks; false says that too many
// clips wait already, and done will not be called.
func (s *Service) Again(c models.Clip, done func(models.Utterance)) bool {
	if c.Spoken.IsZero() {
		c.Spoken = time.Now()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.repeats) >= maxAgain {
		return false
	}
	s.repeats = append(s.repeats, again{clip: c, done: done})
	s.changed.Broadcast()
	return true
}

// takeAgain gives out the next second look when it is its turn, or is too late. Called with the lock held.
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

// looked ends a second look. What came of it is told before a Drain ends.
func (s *Service) looked(count func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count(&s.stats)
	s.looking--
	s.changed.Broadcast()
}

// giveUp says that a second look was not made in time.
func (s *Service) giveUp(a *again) {
	defer s.looked(func(t *Stats) { t.LooksLate++ })
	s.cfg.Logger.Warn("a second look came too late and was not made", "session", a.clip.Session, "key", a.clip.Key.String(),
		"ms", models.Age(a.clip.Spoken, time.Now()).Milliseconds())
	a.done(failed(a.clip, s.cfg.Model))
}

// look carries a second look out.
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
