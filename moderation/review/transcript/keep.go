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

// Judge flags the lines of a transcript by rules, in the order in which they ended, as in a live session. Existing flags are kept.
func Judge(t *export.Transcript, set *engine.Set) {
	s := engine.NewSession(set, *t.Session)
	for _, p := range t.Speakers {
		s.Person(p)
	}
	lines := slices.Clone(t.Utterances)
	slices.SortStableFunc(lines, func(a, b models.Utterance) int { return cmp.Compare(a.EndMS, b.EndMS) })
	for _, u := range lines {
		t.Flags = append(t.Flags, s.Judge(u)...)
	}
	t.Session.Rules = set.String()
}

// Keep stores a transcript as a finished session. models.ErrInvalid: the session is already stored. If an error occurs, what was
// stored before remains, under the session's id.
func Keep(ctx context.Context, db Record, t export.Transcript) error {
	id := t.Session.ID
	switch err := db.Stored(ctx, id); {
	case err == nil:
		return models.WithHint(fmt.Errorf("session %s is already stored: %w", id, models.ErrInvalid),
			"erase it first, or look at it with earshot summary "+id)
	case !errors.Is(err, models.ErrNotFound):
		return err
	}
	if t.Session.Epoch < 1 || t.Session.Epoch > maxEpoch {
		return fmt.Errorf("session %s: epoch %d: %w", id, t.Session.Epoch, models.ErrInvalid)
	}
	live := *t.Session
	live.Ended, live.Reason = time.Time{}, ""
	for range t.Session.Epoch {
		if _, err := db.StartSession(ctx, live); err != nil {
			return err
		}
	}
	for _, p := range t.Speakers {
		if err := db.PutSpeaker(ctx, p); err != nil {
			return err
		}
	}
	if err := keepLines(ctx, db, t); err != nil {
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

// keepLines stores the lines, each with its flags; a corrected one is stored as originally transcribed.
func keepLines(ctx context.Context, db Record, t export.Transcript) error {
	flags := map[models.Key][]models.Flag{}
	for _, f := range t.Flags {
		flags[f.Utterance] = append(flags[f.Utterance], f)
	}
	for _, u := range t.Utterances {
		corrected := u
		if u.Original != "" {
			u.Text, u.Original, u.EditedBy = u.Original, "", ""
		}
		if err := db.Put(ctx, models.Record{Session: u.Session, Utterance: &u, Flags: flags[u.Key]}); err != nil {
			return err
		}
		delete(flags, u.Key)
		if corrected.Original != "" {
			if _, err := db.CorrectText(ctx, u.Key, corrected.Text, corrected.EditedBy, corrected.Edited); err != nil {
				return err
			}
		}
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
