package transcribe

import (
	"context"

	"earshot/models"
)

// widestWindow is the longest safe window of the encoder, in steps of 20 ms.
const widestWindow = 1280

// maxAgain bounds the clips that wait for a second look, with their sound: flags are rare.
const maxAgain = 64

// again is a clip that is to be decoded a second time.
type again struct {
	clip models.Clip
	done func(models.Utterance)
}

// Again decodes a clip once more, independently of its first decoding: in the widest window that is safe, and without the
// vocabulary prompt, so that what both hear is not an accident of either. It waits until no final does. done gets what
// was heard, from a goroutine of Run; its State is models.UtteranceFailed when nothing could be decoded. The Service
// owns the clip from then on. It never blocks; false says that too many clips wait already, and done will not be called.
func (s *Service) Again(c models.Clip, done func(models.Utterance)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.repeats) >= maxAgain {
		return false
	}
	s.repeats = append(s.repeats, again{c, done})
	s.changed.Broadcast()
	return true
}

// takeAgain gives out the next second look. Called with the lock held.
func (s *Service) takeAgain() (*again, bool) {
	if len(s.repeats) == 0 {
		return nil, false
	}
	a := s.repeats[0]
	s.repeats = s.repeats[1:]
	s.looking++
	return &a, true
}

// look carries a second look out.
func (s *Service) look(ctx context.Context, e Engine, a *again) {
	defer func() {
		s.mu.Lock()
		s.looking--
		s.changed.Broadcast()
		s.mu.Unlock()
	}()
	c := a.clip
	if c.PCM == nil && s.cfg.Decode != nil {
		if err := s.cfg.Decode(&c); err != nil {
			a.done(failed(c, s.cfg.Model))
			return
		}
	}
	r, err := s.transcribe(ctx, e, c.PCM, Options{Language: s.cfg.Options(c).Language, AudioCtx: widestWindow})
	if err != nil {
		a.done(failed(c, s.cfg.Model))
		return
	}
	a.done(NewUtterance(c, r, s.cfg.Model))
}
