package transcript

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/engine"
	"earshot/moderation/review/export"
)

// Record stores imported sessions.
type Record interface {
	store.Sessions
	store.Speakers
	store.Records
	store.Transcripts
	store.Gaps
	store.Summaries
}

// maxEpoch is the maximum epoch of an imported session.
const maxEpoch = 1000

// together is how many lines are stored in one transaction: many, since committing takes longer than storing a line, but not so many
// that an interrupted import has to wait.
const together = 1000

// Keep judges a transcript, as Judged does, and stores it as a finished session, or goes on with one whose import was interrupted. It
// returns the number of flags, and tells how many lines are stored; told may be nil. models.ErrInvalid: the session is already stored. If
// an error occurs, what was stored before remains, as a session that ended for models.EndPartial.
func Keep(ctx context.Context, db Record, t *Transcript, set *engine.Set, told func(lines int)) (flags int, err error) {
	s := *t.Session
	if t.export == nil && set != nil {
		s.Rules = set.String()
	}
	if err := begin(ctx, db, s); err != nil {
		return 0, err
	}
	for _, p := range t.Speakers {
		if err := db.PutSpeaker(ctx, p); err != nil {
			return 0, err
		}
	}
	if flags, err = keepLines(ctx, db, t, set, told); err != nil {
		return flags, err
	}
	more := cmp.Or(t.export, &export.Transcript{})
	for _, g := range more.Gaps {
		if err := db.PutGap(ctx, g); err != nil {
			return flags, err
		}
	}
	if err := db.EndSession(ctx, s.ID, s.Reason, s.Ended); err != nil {
		return flags, err
	}
	if more.Summary != nil {
		return flags, db.PutSummary(ctx, *more.Summary)
	}
	return flags, nil
}

// begin stores the session as one that is imported in part, unless an earlier run did and was interrupted. It is never live, so that no
// service takes it for a room that it has to leave.
func begin(ctx context.Context, db Record, s models.Session) error {
	if s.Epoch < 1 || s.Epoch > maxEpoch {
		return fmt.Errorf("session %s: epoch %d: %w", s.ID, s.Epoch, models.ErrInvalid)
	}
	old, err := db.Session(ctx, s.ID)
	switch {
	case err == nil && old.Reason == models.EndPartial && old.Epoch <= s.Epoch && old.Started.Equal(s.Started):
	case err == nil:
		return models.WithHint(fmt.Errorf("session %s is already stored: %w", s.ID, models.ErrInvalid),
			"erase it first, or look at it with earshot summary "+s.ID)
	case !errors.Is(err, models.ErrNotFound):
		return err
	}
	s.Reason = models.EndPartial
	for range s.Epoch - old.Epoch {
		if _, err := db.StartSession(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// keepLines stores the lines, each with its flags, and the flags without a line, and returns the number of flags.
func keepLines(ctx context.Context, db Record, t *Transcript, set *engine.Set, told func(lines int)) (flags int, err error) {
	var some []models.Record
	stored := 0
	put := func() error {
		if err := putLines(ctx, db, some); err != nil {
			return err
		}
		stored += len(some)
		some = some[:0]
		if told != nil {
			told(stored)
		}
		return nil
	}
	for u, fs := range t.Judged(set) {
		if ctx.Err() != nil {
			return flags, context.Cause(ctx)
		}
		some = append(some, models.Record{Session: u.Session, Utterance: &u, Flags: fs})
		flags += len(fs)
		if len(some) == together {
			if err := put(); err != nil {
				return flags, err
			}
		}
	}
	if len(some) > 0 {
		if err := put(); err != nil {
			return flags, err
		}
	}
	rest := t.Lineless()
	if len(rest) == 0 {
		return flags, nil
	}
	return flags + len(rest), db.Put(ctx, models.Record{Session: t.Session.ID, Flags: rest})
}

// putLines stores lines; a corrected one is stored as originally transcribed, and then corrected.
func putLines(ctx context.Context, db Record, lines []models.Record) error {
	var corrected []models.Utterance
	for _, r := range lines {
		if u := r.Utterance; u.Original != "" {
			corrected = append(corrected, *u)
			u.Text, u.Original, u.EditedBy = u.Original, "", ""
		}
	}
	if err := db.PutAll(ctx, lines); err != nil {
		return err
	}
	for _, u := range corrected {
		if _, err := db.CorrectText(ctx, u.Key, u.Text, u.EditedBy, u.Edited); err != nil {
			return err
		}
	}
	return nil
}
