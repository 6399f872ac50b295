package transcribe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/models"
)

// final decodes a clip to an utterance, with the smaller model when the backlog demands it. Errors: models.ErrNotFound (the
// clip has been deleted), ErrElsewhere, ErrUnavailable (the decoder has gone), or ctx's.
func (s *Service) final(ctx context.Context, e *slot, t *task) (models.Utterance, error) {
	if t.bare {
		if err := s.fetch(ctx, &t.clip); err != nil {
			return models.Utterance{}, err
		}
		t.bare = false
	}
	d, model, small := e.decoder, s.cfg.Model, t.rung >= RungSmallModel && e.small != nil
	if small {
		d, model = e.small, s.cfg.FallbackModel
	}
	u, err := s.decode(ctx, d, &t.clip, model)
	if small && errors.Is(err, ErrUnavailable) && ctx.Err() == nil { // it is gone for good; the slot goes on without it
		e.small = nil
		return s.final(ctx, e, t)
	}
	u.Degraded, u.Spoken = small, t.spoken
	if err == nil {
		s.count(func(t *Stats) { t.add(u) })
	}
	return u, err
}

// fetch reads a clip's audio from the spool, retrying until it succeeds. It returns models.ErrNotFound when the clip has been
// deleted, or ctx's error.
func (s *Service) fetch(ctx context.Context, c *models.Clip) error {
	for wait := firstBackoff; ; wait = min(2*wait, lastBackoff) {
		got, err := s.cfg.Fetch(ctx, c.Key)
		switch {
		case err == nil:
			*c = got
			return nil
		case errors.Is(err, models.ErrNotFound), ctx.Err() != nil:
			return err
		}
		s.cfg.Logger.Warn("clip not read from the spool, trying again", "session", c.Session, "key", c.Key.String(),
			"ms", wait.Milliseconds(), "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// decode returns the utterance of a clip, a failed one when too many attempts have failed. Its errors are those of final.
func (s *Service) decode(ctx context.Context, d Decoder, c *models.Clip, model string) (models.Utterance, error) {
	for c.Attempts < givenUp {
		if !ready(ctx, d) {
			return models.Utterance{}, ErrUnavailable
		}
		if err := s.note(ctx, c, begun); err != nil {
			return models.Utterance{}, err
		}
		if c.Attempts > givenUp { // others have tried it
			break
		}
		r, err := s.attempt(ctx, d, c)
		if err == nil {
			s.count(func(t *Stats) { t.Decoded++ })
			return s.cfg.Filter.Utterance(*c, r, model), nil
		}
		if ctx.Err() != nil {
			return models.Utterance{}, ctx.Err()
		}
		hopeless := errors.Is(err, errBadClip) || errors.Is(err, ErrTooLong)
		if !errors.Is(err, ErrUnavailable) && !hopeless {
			if err := s.note(ctx, c, begunAndFailed-begun); err != nil {
				return models.Utterance{}, err
			}
		}
		s.cfg.Logger.Warn("clip not decoded", "session", c.Session, "key", c.Key.String(),
			"attempts", c.Attempts, "ms", c.DurationMS(), "err", err)
		if hopeless {
			break
		}
		if c.Attempts < givenUp {
			s.count(func(t *Stats) { t.Retried++ })
		}
	}
	s.count(func(t *Stats) { t.Failed++ })
	return failed(*c, model), nil
}

// ready waits until a decoder can work. It returns false when ctx has ended or the decoder is gone for good.
func ready(ctx context.Context, d Decoder) bool {
	r, ok := d.(Readier)
	return ctx.Err() == nil && (!ok || r.Ready(ctx) == nil)
}

// note adds to a clip's attempts. The spool is written before the attempt is made, so that a clip that crashes the program is
// recognised after the restart. Decoding goes on when the spool can't be written, for instance because the disk is full.
// models.ErrNotFound means that the clip has been deleted with its session.
func (s *Service) note(ctx context.Context, c *models.Clip, more int) error {
	c.Attempts += more
	if s.cfg.NoteAttempt == nil {
		return nil
	}
	for range more {
		switch n, err := s.cfg.NoteAttempt(ctx, c.Key); {
		case err == nil:
			c.Attempts = max(c.Attempts, n)
		case errors.Is(err, models.ErrNotFound), errors.Is(err, ErrElsewhere):
			return err
		case ctx.Err() == nil:
			s.cfg.Logger.Warn("attempt not noted in the spool", "session", c.Session, "key", c.Key.String(), "err", err)
		}
	}
	return ctx.Err()
}

// errBadClip marks a clip whose audio can't be read.
var errBadClip = errors.New("the clip's audio can't be read")

func (s *Service) attempt(ctx context.Context, d Decoder, c *models.Clip) (Result, error) {
	if err := unpack(d, c, s.cfg.Decode); err != nil {
		return Result{}, err
	}
	length := lengthOf(*c)
	began := time.Now()
	o := s.polls.choose(*c, s.cfg.Options(*c), false)
	r, err := s.transcribe(ctx, d, *c, o)
	if wider := WiderWindow(r.AudioCtx); err == nil && wider > 0 && s.spare() && suspect(*c, r) {
		r = s.lookAgain(ctx, d, *c, o, r, wider)
	}
	took := time.Since(began)
	s.mu.Lock()
	s.pace.learn(length, took)
	s.stats.Audio += length
	s.stats.Busy += took
	s.mu.Unlock()
	if err == nil {
		s.polls.count(*c, r)
	}
	return r, err
}

// unpack decodes a clip's Opus to PCM for a decoder that needs it. It fails with errBadClip.
func unpack(d Decoder, c *models.Clip, decode func(*models.Clip) error) error {
	if o, ok := d.(OpusDecoder); ok && o.TakesOpus() && len(c.Opus) > 0 {
		return nil
	}
	if c.PCM == nil && len(c.Opus) > 0 && decode != nil {
		if err := decode(c); err != nil {
			return fmt.Errorf("%w: %w", errBadClip, err)
		}
	}
	if len(c.PCM) == 0 {
		return fmt.Errorf("%w: it is empty", errBadClip)
	}
	return nil
}

// lengthOf returns the duration of a clip's audio.
func lengthOf(c models.Clip) time.Duration {
	if len(c.PCM) > 0 {
		return time.Duration(len(c.PCM)) * time.Second / models.SampleRate
	}
	return time.Duration(c.DurationMS()) * time.Millisecond
}

// transcribe decodes once, within the time limit. A Readier enforces the limit itself.
func (s *Service) transcribe(ctx context.Context, d Decoder, c models.Clip, o Options) (Result, error) {
	if _, ok := d.(Readier); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, TimeLimit(lengthOf(c)))
		defer cancel()
	}
	return d.Decode(ctx, Sound{PCM: c.PCM, Opus: c.Opus}, o)
}

// spare reports whether the decoders have time to decode a clip twice.
func (s *Service) spare() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ladder.rung < RungNoPartials
}

// lookAgain decodes a clip in a longer window and returns the better result, or the first if the second decode fails.
func (s *Service) lookAgain(ctx context.Context, d Decoder, c models.Clip, o Options, first Result, window int) Result {
	o.AudioCtx = window
	if first.Language != "" {
		o.Language, o.Languages, o.Prior = first.Language, nil, nil
	}
	s.count(func(t *Stats) { t.SecondLooks++ })
	second, err := s.transcribe(ctx, d, c, o)
	if err != nil {
		return first
	}
	second.Heard = first.Heard
	return better(c, first, second)
}
