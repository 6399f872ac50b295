package transcript

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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

// Judge flags the lines of a transcript by rules, in the order in which they ended, as in a live session. Existing flags are kept. It
// tells how many lines are judged; told may be nil.
func Judge(ctx context.Context, t *export.Transcript, set *engine.Set, told func(lines int)) error {
	s := engine.NewSession(set, *t.Session)
	for _, p := range t.Speakers {
		s.Person(p)
	}
	lines := make([]*models.Utterance, len(t.Utterances))
	for i := range lines {
		lines[i] = &t.Utterances[i]
	}
	slices.SortStableFunc(lines, func(a, b *models.Utterance) int { return cmp.Compare(a.EndMS, b.EndMS) })
	for i, u := range lines {
		if i%together == 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			tell(told, i)
		}
		t.Flags = append(t.Flags, s.Judge(*u)...)
	}
	tell(told, len(lines))
	t.Session.Rules = set.String()
	return nil
}

// together is how many lines are stored in one transaction: many, since committing takes longer than storing a line, but not so many
// that an interrupted import has to wait.
const together = 1000

func tell(told func(lines int), lines int) {
	if told != nil {
		told(lines)
	}
}

// Keep stores a transcript as a finished session, or goes on with one whose import was interrupted. models.ErrInvalid: the session is
// already stored. If an error occurs, what was stored before remains, under the session's id. It tells how many lines are stored; told may
// be nil.
func Keep(ctx context.Context, db Record, t export.Transcript, told func(lines int)) error {
	id := t.Session.ID
	if err := begin(ctx, db, *t.Session); err != nil {
		return err
	}
	for _, p := range t.Speakers {
		if err := db.PutSpeaker(ctx, p); err != nil {
			return err
		}
	}
	if err := keepLines(ctx, db, t, told); err != nil {
		return err
	}
	for _, g := range t.Gaps {
		if err := db.PutGap(ctx, g); err != nil {
			return err
		}
	}
	if err := db.EndSession(ctx, id, t.Session.Reason, t.Session.Ended); err != nil {
		return err
	}
	if t.Summary != nil {
		return db.PutSummary(ctx, *t.Summary)
	}
	return nil
}

// begin starts the session, unless an earlier run did and was interrupted: then it is stored with the same start and without an end.
func begin(ctx context.Context, db Record, s models.Session) error {
	if s.Epoch < 1 || s.Epoch > maxEpoch {
		return fmt.Errorf("session %s: epoch %d: %w", s.ID, s.Epoch, models.ErrInvalid)
	}
	old, err := db.Session(ctx, s.ID)
	switch {
	case err == nil && old.Live() && old.Epoch <= s.Epoch && old.Started.Equal(s.Started):
	case err == nil:
		return models.WithHint(fmt.Errorf("session %s is already stored: %w", s.ID, models.ErrInvalid),
			"erase it first, or look at it with earshot summary "+s.ID)
	case !errors.Is(err, models.ErrNotFound):
		return err
	}
	s.Ended, s.Reason = time.Time{}, ""
	for range s.Epoch - old.Epoch {
		if _, err := db.StartSession(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// keepLines stores the lines, each with its flags; a corrected one is stored as originally transcribed, and then corrected.
func keepLines(ctx context.Context, db Record, t export.Transcript, told func(lines int)) error {
	flags := map[models.Key][]models.Flag{}
	for _, f := range t.Flags {
		flags[f.Utterance] = append(flags[f.Utterance], f)
	}
	stored := 0
	for lines := range slices.Chunk(t.Utterances, together) {
		records := make([]models.Record, len(lines))
		for i, u := range lines {
			if u.Original != "" {
				u.Text, u.Original, u.EditedBy = u.Original, "", ""
			}
			records[i] = models.Record{Session: u.Session, Utterance: &u, Flags: flags[u.Key]}
			delete(flags, u.Key)
		}
		if err := db.PutAll(ctx, records); err != nil {
			return err
		}
		for _, u := range lines {
			if u.Original == "" {
				continue
			}
			if _, err := db.CorrectText(ctx, u.Key, u.Text, u.EditedBy, u.Edited); err != nil {
				return err
			}
		}
		stored += len(lines)
		tell(told, stored)
	}
	var rest []models.Flag // of the floor, the sound or the room, which have no line
	for _, f := range t.Flags {
		if _, ok := flags[f.Utterance]; ok {
			rest = append(rest, f)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return db.Put(ctx, models.Record{Session: t.Session.ID, Flags: rest})
}
