package transcribe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/models"
)

// Stats are a Service's figures since it was made.
type Stats struct {
	// Queued clips wait, QueuedMS is their length, and Working are being decoded or handed on.
	Queued   int
	QueuedMS int64
	Working  int
	// Overdue is how far the most urgent waiting clip is beyond its deadline; 0 when none is.
	Overdue time.Duration
	// Decoded and Failed clips, and Retried attempts.
	Decoded, Failed, Retried uint64
	// Redelivered counts results that could not be stored at the first attempt, each time.
	Redelivered uint64
	// Audio is the length of what was decoded, and Busy the engines' time for it.
	Audio, Busy time.Duration
}

// Stats may be called from any goroutine.
func (s *Service) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.stats
	t.Queued, t.QueuedMS, t.Working = s.queue.waiting, s.queue.audioMS, s.working
	if o := s.queue.oldest(); !o.IsZero() {
		t.Overdue = max(0, time.Since(o))
	}
	return t
}

func (s *Service) count(f func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.stats)
}

// decode makes an utterance of a clip, or a failed one when attempts at it have failed too often. false says that
// nothing is known of the clip and it is to be left alone: ctx ended, or the clip is not wanted any more.
func (s *Service) decode(ctx context.Context, e Engine, c *models.Clip) (models.Utterance, bool) {
	for c.Attempts < givenUp {
		if !s.ready(ctx, e) || !s.note(ctx, c, begun) {
			return models.Utterance{}, false
		}
		r, err := s.attempt(ctx, e, c)
		if err == nil {
			s.count(func(t *Stats) { t.Decoded++ })
			return NewUtterance(*c, r, s.cfg.Model), true
		}
		if ctx.Err() != nil {
			return models.Utterance{}, false
		}
		hopeless := errors.Is(err, errBadClip) || errors.Is(err, ErrTooLong)
		if !errors.Is(err, ErrUnavailable) && !hopeless && !s.note(ctx, c, begunAndFailed-begun) {
			return models.Utterance{}, false
		}
		s.cfg.Logger.Warn("clip not decoded", "session", c.Session, "key", c.Key.String(), "attempts", c.Attempts, "ms", c.DurationMS(), "err", err)
		if hopeless {
			break
		}
		if c.Attempts < givenUp {
			s.count(func(t *Stats) { t.Retried++ })
		}
	}
	s.count(func(t *Stats) { t.Failed++ })
	return failed(*c, s.cfg.Model), true
}

// ready waits until an engine can work; false says that ctx ended, or that the engine never will.
func (s *Service) ready(ctx context.Context, e Engine) bool {
	r, ok := e.(Readier)
	return ctx.Err() == nil && (!ok || r.Ready(ctx) == nil)
}

// note adds to a clip's count of attempts, in the spool before what it counts is done, so that a clip that takes the
// program down is known after the restart. A spool that can't be written (the disk is full) keeps nobody from decoding.
// false says that the clip is not wanted any more: its session was deleted.
func (s *Service) note(ctx context.Context, c *models.Clip, more int) bool {
	c.Attempts += more
	if s.cfg.NoteAttempt == nil {
		return true
	}
	for range more {
		switch _, err := s.cfg.NoteAttempt(ctx, c.Key); {
		case errors.Is(err, models.ErrNotFound):
			return false
		case err != nil && ctx.Err() == nil:
			s.cfg.Logger.Warn("attempt not noted in the spool", "session", c.Session, "key", c.Key.String(), "err", err)
		}
	}
	return ctx.Err() == nil
}

// errBadClip marks a clip whose sound can't be read.
var errBadClip = errors.New("the clip's sound can't be read")

func (s *Service) attempt(ctx context.Context, e Engine, c *models.Clip) (Result, error) {
	if c.PCM == nil && len(c.Opus) > 0 && s.cfg.Decode != nil {
		if err := s.cfg.Decode(c); err != nil {
			return Result{}, fmt.Errorf("%w: %w", errBadClip, err)
		}
	}
	if len(c.PCM) == 0 {
		return Result{}, fmt.Errorf("%w: it is empty", errBadClip)
	}
	length := time.Duration(len(c.PCM)) * time.Second / models.SampleRate
	ctx, cancel := context.WithTimeout(ctx, TimeLimit(length))
	defer cancel()
	began := time.Now()
	r, err := e.Transcribe(ctx, c.PCM, s.cfg.Options(*c))
	s.count(func(t *Stats) { t.Audio += length; t.Busy += time.Since(began) })
	return r, err
}
