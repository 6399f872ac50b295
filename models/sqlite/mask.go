package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"earshot/models"
)

// mask hides words of lines, flags and decisions that are stored already.
func mask(ctx context.Context, tx *sql.Tx, session string, m models.Mask) error {
	if len(m.Words) == 0 {
		return nil
	}
	from, to := m.Words[0].StartMS, m.Words[0].EndMS
	for _, w := range m.Words {
		from, to = min(from, w.StartMS), max(to, w.EndMS)
	}
	for _, f := range []func(context.Context, *sql.Tx, string, models.Mask, int64, int64) error{maskLines, maskFlags, maskDecisions} {
		if err := f(ctx, tx, session, m, from, to); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES ('scrub') ON CONFLICT DO NOTHING")
	return err
}

// maskedLine is what of a stored line is masked.
type maskedLine struct {
	id              int64
	words, original string
	corrected       bool
}

func maskLines(ctx context.Context, tx *sql.Tx, session string, m models.Mask, from, to int64) error {
	lines, err := list(ctx, tx, func(rows *sql.Rows) (l maskedLine, err error) {
		err = rows.Scan(&l.id, &l.words, &l.original, &l.corrected)
		return l, err
	}, `SELECT id, words, ifnull(original_words, ''), original IS NOT NULL FROM utterances
		WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ?`, session, m.Speaker, to, from)
	if err != nil {
		return err
	}
	for _, l := range lines {
		text, words, changed, err := maskPacked(l.words, m, l.corrected)
		if err != nil {
			return err
		}
		if changed {
			if _, err := tx.ExecContext(ctx, "UPDATE utterances SET text = ?, words = ? WHERE id = ?", text, words, l.id); err != nil {
				return err
			}
		}
		if !l.corrected {
			continue
		}
		if text, words, changed, err = maskPacked(l.original, m, false); err != nil {
			return err
		}
		if changed {
			if _, err := tx.ExecContext(ctx, "UPDATE utterances SET original = ?, original_words = ? WHERE id = ?", text, words, l.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// maskPacked masks stored words, and gives them with their text.
func maskPacked(packed string, m models.Mask, loosely bool) (text, words string, changed bool, err error) {
	all, err := unpackWords(packed)
	if err != nil {
		return "", "", false, err
	}
	all, changed = m.Apply(all, loosely)
	if !changed {
		return "", "", false, nil
	}
	words, err = packWords(all)
	return clean(models.TextOf(all)), words, true, err
}

func maskFlags(ctx context.Context, tx *sql.Tx, session string, m models.Mask, from, to int64) error {
	type row struct{ id, matched, title, why string }
	flags, err := list(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.id, &r.matched, &r.title, &r.why)
		return r, err
	}, "SELECT id, matched, title, why FROM flags WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ?", session, m.Speaker, to, from)
	if err != nil {
		return err
	}
	for _, f := range flags {
		_, words, changed, err := maskPacked(f.matched, m, false)
		if err != nil {
			return err
		}
		if changed {
			if _, err := tx.ExecContext(ctx, "UPDATE flags SET matched = ?, title = ?, why = ? WHERE id = ?", words, m.In(f.title), m.In(f.why), f.id); err != nil {
				return err
			}
		}
	}
	return nil
}

func maskDecisions(ctx context.Context, tx *sql.Tx, session string, m models.Mask, _, _ int64) error {
	all, err := list(ctx, tx, scanDoc[models.Decision], "SELECT doc FROM decisions WHERE session = ?", session)
	if err != nil {
		return err
	}
	for _, d := range all {
		words, changed := m.Apply(d.Matched, false)
		if d.SpeakerID != m.Speaker || !changed {
			continue
		}
		d.Matched, d.Why = words, m.In(d.Why)
		doc, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE decisions SET doc = ? WHERE id = ?", string(doc), d.ID); err != nil {
			return err
		}
	}
	return nil
}

// LinesOf lists the lines of one person that touch a stretch of a session, in ms, in the order they began.
func (s *Store) LinesOf(ctx context.Context, session, speaker string, fromMS, toMS int64) ([]models.Utterance, error) {
	found, err := list(ctx, s.read, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
		WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ? ORDER BY start_ms, epoch, track, seq`, session, speaker, toMS, fromMS)
	return found, storeError("list lines", err)
}
