package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/journal"
)

// mask hides words of lines, flags and decisions that are stored already.
func mask(ctx context.Context, tx txn, session string, m models.Mask) error {
	if len(m.Words) == 0 {
		return nil
	}
	from, to := extent(m.Words)
	hidden := 0
	for _, f := range []func(context.Context, txn, string, models.Mask, int64, int64) (int, error){maskLines, maskFlags, maskDecisions} {
		n, err := f(ctx, tx, session, m, from, to)
		if err != nil {
			return err
		}
		hidden += n
	}
	if hidden == 0 { // all of it was masked before it was stored
		return nil
	}
	if err := putTaken(ctx, tx, journal.Entry{What: journal.Words, Session: session, Mark: models.PersonMark(m.Speaker), Spans: spansOf(m.Words)}); err != nil {
		return err
	}
	return needScrub(ctx, tx)
}

// maskedLine is what of a stored line is masked.
type maskedLine struct {
	id              int64
	words, original string
	corrected       bool
}

func maskLines(ctx context.Context, tx txn, session string, m models.Mask, from, to int64) (n int, err error) {
	lines, err := conn.List(ctx, tx, func(rows *sql.Rows) (l maskedLine, err error) {
		err = rows.Scan(&l.id, &l.words, &l.original, &l.corrected)
		return l, err
	}, `SELECT id, words, ifnull(original_words, ''), original IS NOT NULL FROM utterances
		WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ?`, session, m.Speaker, to, from)
	if err != nil {
		return 0, err
	}
	for _, l := range lines {
		text, words, changed, err := maskPacked(l.words, m, l.corrected)
		if err != nil {
			return n, err
		}
		if changed {
			n++
			if _, err := tx.ExecContext(ctx, "UPDATE utterances SET text = ?, words = ? WHERE id = ?", text, words, l.id); err != nil {
				return n, err
			}
		}
		if !l.corrected {
			continue
		}
		if text, words, changed, err = maskPacked(l.original, m, false); err != nil {
			return n, err
		}
		if changed {
			n++
			if _, err := tx.ExecContext(ctx, "UPDATE utterances SET original = ?, original_words = ? WHERE id = ?", text, words, l.id); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// maskPacked masks stored words, and gives them with their text. Words that were masked before have not changed.
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
	return clean(models.TextOf(all)), words, words != packed, err
}

func maskFlags(ctx context.Context, tx txn, session string, m models.Mask, from, to int64) (n int, err error) {
	type row struct{ id, matched, title, why string }
	flags, err := conn.List(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.id, &r.matched, &r.title, &r.why)
		return r, err
	}, "SELECT id, matched, title, why FROM flags WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ?",
		session, m.Speaker, to, from)
	if err != nil {
		return 0, err
	}
	for _, f := range flags {
		_, words, changed, err := maskPacked(f.matched, m, false)
		if err != nil {
			return n, err
		}
		title, why := m.In(f.title), m.In(f.why)
		if !changed && (words == "" || title == f.title && why == f.why) {
			continue
		}
		n++
		if _, err := tx.ExecContext(ctx, "UPDATE flags SET matched = ?, title = ?, why = ? WHERE id = ?", words, title, why, f.id); err != nil {
			return n, err
		}
	}
	return n, nil
}

func maskDecisions(ctx context.Context, tx txn, session string, m models.Mask, from, to int64) (n int, err error) {
	found, err := documents[models.Decision](ctx, tx,
		"SELECT id, doc FROM decisions WHERE session = ? AND speaker = ? AND from_ms < ? AND to_ms > ? AND doc <> '"+emptied+"'",
		session, m.Speaker, to, from)
	if err != nil {
		return 0, err
	}
	for _, d := range found {
		if v := d.value; v != nil {
			words, hides := m.Apply(v.Matched, false)
			why := m.In(v.Why)
			if !hides || why == v.Why && slices.Equal(words, v.Matched) {
				continue
			}
			v.Matched, v.Why = words, why
		}
		n++
		if err := putDocument(ctx, tx, "decisions", d); err != nil {
			return n, err
		}
	}
	return n, nil
}
