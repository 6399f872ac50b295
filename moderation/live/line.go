package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// done judges a line, stores it with all that came of it in the transaction that acknowledges its clip, shows it, and hands on
// what is to be done.
func (s *Session) done(ctx context.Context, u models.Utterance) error {
	u = timed(u, time.Now().UTC())
	out := s.decide(u)
	r := outcomeRecord(u.Session, out)
	redact(&u, &r)
	r.Utterance, r.Spooled = &u, true
	if s.session.ModerateOnly {
		r = r.Wordless()
		u = *r.Utterance
	} else {
		s.clips.cover(out.Redactions)
		r.Evidence = s.evidence(ctx, u, out.Clips)
	}
	second := s.soundFor(ctx, u, out.Looks)
	switch err := s.store.Put(ctx, r); {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	s.lookAgain(out.Looks, second)
	s.askOpinions(out.Opinions)
	s.count.Stored(u, r.Flags)
	s.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
	if r.Evidence != nil {
		s.showEvidence(*r.Evidence)
	}
	s.show(r)
	s.masked(ctx, out.Redactions, u.Key)
	s.spoken(ctx, u)
	s.showFloor()
	s.log.Debug("line stored", "key", u.Key.String(), "chars", len(u.Text), "flags", len(r.Flags), "late_ms", u.LateMS)
	return nil
}

// timed is a line with when it was written down, and how long after its words that is.
func timed(u models.Utterance, now time.Time) models.Utterance {
	u.Committed = now
	if u.Spoken.IsZero() {
		u.Spoken = now.Add(-time.Duration(u.LateMS) * time.Millisecond)
	}
	u.LateMS = models.Age(u.Spoken, now).Milliseconds()
	return u
}

// decide judges a line.
func (s *Session) decide(u models.Utterance) (out engine.Outcome) {
	if s.judge != nil {
		s.guarded(u.Key.String(), func() { out = s.judge.Decide(u) })
	}
	return out
}

// evidence makes the sound of a flagged line fit to be kept, or nil: without a flag, or when none is to be kept, or when
// the clip is gone. It never keeps a line from being stored. What comes after the line is added when it was heard.
func (s *Session) evidence(ctx context.Context, u models.Utterance, requests []engine.ClipRequest) *models.Evidence {
	if len(requests) == 0 || s.keep.For <= 0 {
		return nil
	}
	p := s.keep.piece(u, requests, time.Now())
	if !p.expires.After(time.Now()) {
		return nil
	}
	e, err := s.clips.remembered(p)
	if err != nil { // the memory does not reach back so far: the line itself, at least
		var clip models.Clip
		if clip, err = s.store.Clip(ctx, u.Key); err == nil {
			e, err = s.clips.kept(p, clip.Opus, clip.StartMS)
		}
	}
	if err != nil {
		s.log.Warn("the sound of a flagged line is not kept", "key", u.Key.String(), "err", err)
		return nil
	}
	if s.room() != nil {
		s.clips.await(p, e)
		s.ring()
	}
	return e
}

// complete adds what came after the lines to the sound that is kept of them, where it has been heard by now; all: whatever
// there is, since nothing will come any more.
func (s *Session) complete(ctx context.Context, all bool) {
	for _, e := range s.clips.completed(time.Since(s.session.Started).Milliseconds(), all) {
		switch err := s.store.ReplaceEvidence(ctx, e); {
		case errors.Is(err, models.ErrNotFound): // erased meanwhile
		case err != nil:
			s.log.Warn("the sound after a flagged line is not kept", "key", e.Utterance.String(), "err", err)
		default:
			s.showEvidence(e)
		}
	}
}
