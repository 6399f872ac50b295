package live

import (
	"context"
	"errors"

	"earshot/models"
	"earshot/moderation/engine"
)

// outcomeRecord converts an outcome to a record.
func outcomeRecord(session string, out engine.Outcome) models.Record {
	r := models.Record{
		Session: session, Flags: out.Flags, Decisions: out.Decisions, Actions: out.Actions, Ledger: out.Ledger,
		Masks: masks(out.Redactions),
	}
	for _, a := range out.Statuses {
		status := models.FlagDismissed
		if a.Confirmed {
			status = models.FlagConfirmed
		}
		r.Answers = append(r.Answers, models.FlagAnswer{Flag: a.Flag, Status: status, By: a.By})
	}
	return r
}

// masks returns the words that an outcome masks.
func masks(rs []engine.Redaction) (out []models.Mask) {
	for _, r := range rs {
		if r.Text && len(r.Words) > 0 {
			out = append(out, models.Mask{Speaker: r.Speaker, Words: r.Words})
		}
	}
	return out
}

// redact masks words in a line and its outcome before they are stored. The store masks earlier lines in which they begin.
func redact(u *models.Utterance, r *models.Record) {
	for _, m := range r.Masks {
		for i := range r.Flags {
			r.Flags[i].Matched, _ = m.Apply(r.Flags[i].Matched, false)
		}
		for i := range r.Decisions {
			r.Decisions[i].Matched, _ = m.Apply(r.Decisions[i].Matched, false)
		}
		if words, changed := m.Apply(u.Words, false); changed {
			u.Words, u.Text = words, models.TextOf(words)
		} else if len(u.Words) == 0 { // their position in the text is unknown
			u.Text = ""
		}
	}
}

// take stores and publishes an outcome without a line.
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

// reopen restores decisions from the store, when a change could not be stored.
func (s *Session) reopen(ctx context.Context, out engine.Outcome) {
	for _, x := range out.Decisions {
		if stored, err := s.store.Decision(ctx, x.ID); err == nil {
			s.judge.rules.Restore([]models.Decision{stored}, nil)
		}
	}
}

// settle stores a record without a line, applies its redactions, and publishes it.
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
	for _, a := range r.Answers {
		if f, err := s.store.Flag(ctx, a.Flag); err == nil {
			s.hub.Publish(models.Event{SessionID: r.Session, Flag: &f})
		}
	}
	s.show(r)
	s.clips.masked(ctx, rs, models.Key{})
	return nil
}

// show publishes a stored record, and passes on strikes and planned actions.
func (s *Session) show(r models.Record) {
	for _, f := range r.Flags {
		s.hub.Publish(models.Event{SessionID: r.Session, Flag: &f})
	}
	for _, x := range r.Decisions {
		s.hub.Publish(models.Event{SessionID: r.Session, Decision: &x})
	}
	if len(r.Decisions) > 0 {
		ring(s.wake)
	}
	s.strikes(s.session.ID, r.Ledger)
	if len(r.Actions) > 0 && !s.places.hand(s.session.Room, r.Actions) {
		s.outsideRooms(r.Session, r.Actions)
	}
}
