package transcribe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/models"
)

// final makes an utterance of a clip, with the smaller model when the backlog asks for it. false says that nothing is
// known of the clip and it is to be left alone: ctx ended, or the clip is not wanted any more.
func (s *Service) final(ctx context.Context, e slot, t *task) (models.Utterance, bool) {
	if t.bare && !s.fetch(ctx, &t.clip) {
		return models.Utterance{}, false
	}
	engine, model, small := e.engine, s.cfg.Model, t.rung >= RungSmallModel && e.small != nil
	if small {
		engine, model = e.small, s.cfg.FallbackModel
	}
	u, ok := s.decode(ctx, engine, &t.clip, model)
	u.Degraded, u.Spoken = small, t.spoken
	if ok {
		s.count(func(t *Stats) { t.add(u) })
	}
	return u, ok
}

// fetch reads a clip's sound from the spool, until it succeeds. false says that the clip is not there any more, or that
// ctx ended.
func (s *Service) fetch(ctx context.Context, c *models.Clip) bool {
	for wait := firstBackoff; ; wait = min(2*wait, lastBackoff) {
		got, err := s.cfg.Fetch(ctx, c.Key)
		switch {
		case err == nil:
			*c = got
			return true
		case errors.Is(err, models.ErrNotFound), ctx.Err() != nil:
			return false
		}
		s.cfg.Logger.Warn(
			"clip not read from the spool, trying again", "session", c.Session, "key", c.Key.String(), "ms", wait.Milliseconds(), "err",
			err,
		)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// decode makes an utterance of a clip, or a failed one when attempts at it have failed too often. false says that
// nothing is known of the clip and it is to be left alone: ctx ended, or the clip is not wanted any more.
func (s *Service) decode(ctx context.Context, e Engine, c *models.Clip, model string) (models.Utterance, bool) {
	for c.Attempts < givenUp {
		if !s.ready(ctx, e) || !s.note(ctx, c, begun) {
			return models.Utterance{}, false
		}
		r, err := s.attempt(ctx, e, c)
		if err == nil {
			s.count(func(t *Stats) { t.Decoded++ })
			return s.cfg.Filter.Utterance(*c, r, model), true
		}
		if ctx.Err() != nil {
			return models.Utterance{}, false
		}
		hopeless := errors.Is(err, errBadClip) || errors.Is(err, ErrTooLong)
		if !errors.Is(err, ErrUnavailable) && !hopeless && !s.note(ctx, c, begunAndFailed-begun) {
			return models.Utterance{}, false
		}
		s.cfg.Logger.Warn(
			"clip not decoded", "session", c.Session, "key", c.Key.String(), "attempts", c.Attempts, "ms", c.DurationMS(), "err", err,
		)
		if hopeless {
			break
		}
		if c.Attempts < givenUp {
			s.count(func(t *Stats) { t.Retried++ })
		}
	}
	s.count(func(t *Stats) { t.Failed++ })
	return failed(*c, model), true
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
	began := time.Now()
	o := s.polls.choose(*c, s.cfg.Options(*c), false)
	r, err := s.transcribe(ctx, e, c.PCM, o)
	if wider := WiderWindow(r.AudioCtx); err == nil && wider > 0 && s.spare() && suspect(*c, r) {
		r = s.lookAgain(ctx, e, *c, o, r, wider)
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

// transcribe decodes once, within the time that it may take. An engine that comes and goes minds the time itself.
func (s *Service) transcribe(ctx context.Context, e Engine, pcm []float32, o Options) (Result, error) {
	if _, ok := e.(Readier); !ok {
		length := time.Duration(len(pcm)) * time.Second / models.SampleRate
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, TimeLimit(length))
		defer cancel()
	}
	return e.Transcribe(ctx, pcm, o)
}

// spare reports that there is time for a second look.
func (s *Service) spare() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ladder.rung < RungNoPartials
}

// lookAgain decodes a clip in a longer window and picks the better result; the first, when the second decode fails.
func (s *Service) lookAgain(ctx context.Context, e Engine, c models.Clip, o Options, first Result, window int) Result {
	o.AudioCtx = window
	if first.Language != "" {
		o.Language, o.Languages, o.Lean = first.Language, nil, nil
	}
	s.count(func(t *Stats) { t.SecondLooks++ })
	second, err := s.transcribe(ctx, e, c.PCM, o)
	if err != nil {
		return first
	}
	second.Heard = first.Heard
	return better(c, first, second)
}
