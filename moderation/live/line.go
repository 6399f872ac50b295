package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
)

// done judges a line, stores it with its outcome in the transaction that acknowledges its clip, publishes it, and passes on planned
// actions.
func (s *Session) done(ctx context.Context, u models.Utterance) error {
	u = timed(u, time.Now().UTC())
	out := s.judge.line(u)
	r := outcomeRecord(u.Session, out)
	redact(&u, &r)
	r.Utterance, r.Spooled = &u, true
	if s.session.ModerateOnly {
		r = r.Wordless()
		u = *r.Utterance
	} else {
		s.clips.cover(out.Redactions)
		r.Evidence = s.clips.evidence(ctx, u, out.Clips, s.place() != nil)
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
		ring(s.wake) // the audio after the line is to be added
	}
	s.show(r)
	s.clips.masked(ctx, out.Redactions, u.Key)
	s.spoken(ctx, u)
	s.showFloor()
	s.log.Debug("line stored", "key", u.Key.String(), "chars", len(u.Text), "flags", len(r.Flags), "late_ms", u.LateMS)
	return nil
}

// timed fills in when a line was stored, and how long after its words.
func timed(u models.Utterance, now time.Time) models.Utterance {
	u.Committed = now
	if u.Spoken.IsZero() {
		u.Spoken = now.Add(-time.Duration(u.LateMS) * time.Millisecond)
	}
	u.LateMS = models.Age(u.Spoken, now).Milliseconds()
	return u
}
