package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// take stores what came of something other than a line, and shows it.
func (s *Session) take(ctx context.Context, out engine.Outcome) {
	r := outcomeRecord(s.session.ID, out)
	if len(r.Flags)+len(r.Decisions)+len(r.Actions)+len(r.Ledger)+len(r.Answers) == 0 {
		return
	}
	if err := s.settle(ctx, r, out.Redactions); err != nil {
		if !errors.Is(err, models.ErrNotFound) {
			s.log.Error("verdict not stored", "session", s.session.ID, "err", err)
		}
		s.reopen(ctx, out)
		return
	}
	s.askOpinions(out.Opinions)
}

// reopen takes up decisions again as they are stored, when what became of them could not be.
func (s *Session) reopen(ctx context.Context, out engine.Outcome) {
	for _, x := range out.Decisions {
		if stored, err := s.store.Decision(ctx, x.ID); err == nil {
			s.judge.Restore([]models.Decision{stored}, nil)
		}
	}
}

// settle stores what came of something other than a line, with the words that it hides, and shows it once it is stored.
func (s *Session) settle(ctx context.Context, r models.Record, rs []engine.Redaction) error {
	s.clips.cover(rs)
	if s.session.ModerateOnly {
		r = r.Wordless()
	}
	if err := s.store.Put(ctx, r); err != nil {
		return err
	}
	s.count.Flagged(r.Flags)
	for _, x := range rs {
		if f, err := s.store.Flag(ctx, x.Flag); err == nil && x.Text {
			s.hub.Publish(models.Event{SessionID: r.Session, Flag: &f})
		}
	}
	s.show(r)
	s.masked(ctx, rs, models.Key{})
	return nil
}

// show publishes what was stored, and hands what is planned to whoever carries it out.
func (s *Session) show(r models.Record) {
	for _, f := range r.Flags {
		s.hub.Publish(models.Event{SessionID: r.Session, Flag: &f})
	}
	for _, x := range r.Decisions {
		s.hub.Publish(models.Event{SessionID: r.Session, Decision: &x})
	}
	if len(r.Decisions) > 0 {
		s.ring()
	}
	if len(r.Actions) > 0 && !s.plans.hand(s.session.Room, r.Actions) {
		s.outsideRooms(r.Actions)
	}
}

// ring wakes whoever lets asks lapse.
func (s *Session) ring() {
	select {
	case s.wake <- struct{}{}:
	default: // awake already
	}
}

// outsideRooms carries out at once what is not done in a room, where nobody attends to it any more.
func (s *Session) outsideRooms(actions []models.Action) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, a := range actions {
		if !outside(a.Verb) {
			continue
		}
		if _, err := s.doOutside(ctx, a); err != nil {
			s.log.Error("action not stored", "session", s.session.ID, "action", a.ID, "err", err)
		}
	}
}

// masked shows the lines again that words were hidden in, and covers the words up in the sound that is kept of the same
// person. The masks are stored.
func (s *Session) masked(ctx context.Context, rs []engine.Redaction, but models.Key) {
	for _, r := range rs {
		spans := models.Mask{Words: r.Words}.Spans()
		if len(spans) == 0 {
			continue
		}
		lines, err := s.store.LinesOf(ctx, s.session.ID, r.Speaker, spans[0][0], spans[len(spans)-1][1])
		if err != nil {
			s.log.Error("redacted lines cannot be read", "session", s.session.ID, "err", err)
			return
		}
		for _, u := range lines {
			if u.Key != but && r.Text {
				s.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
			}
		}
		if covers(r) {
			s.coverStored(ctx, r.Speaker, spans)
		}
	}
}

// coverStored covers words of somebody up in the sound that is stored already.
func (s *Session) coverStored(ctx context.Context, speaker string, spans [][2]int64) {
	kept, err := s.store.SessionEvidence(ctx, s.session.ID, time.Now())
	for _, e := range kept {
		from, to := spans[0][0], spans[len(spans)-1][1]
		if e.StartMS > to || e.EndMS < from {
			continue
		}
		line, lineErr := s.store.Utterance(ctx, e.Utterance)
		if lineErr != nil || line.SpeakerID != speaker {
			continue
		}
		if err = s.coverAgain(ctx, e, speaker); err != nil {
			break
		}
	}
	if err != nil {
		s.log.Error("redacted words may still be heard in the sound that is kept", "session", s.session.ID, "err", err)
	}
}

func (s *Session) coverAgain(ctx context.Context, e models.Evidence, speaker string) error {
	e, err := s.store.Evidence(ctx, e.ID, time.Now())
	if err != nil {
		return err
	}
	if err := s.clips.again(&e, speaker); err != nil {
		return err
	}
	if err := s.store.ReplaceEvidence(ctx, e); err != nil {
		return err
	}
	s.showEvidence(e)
	return nil
}
