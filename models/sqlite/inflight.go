package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"earshot/models"
)

// noteErased remembers that a person was erased from the sessions that hold something of them, for what is on its way.
func noteErased(ctx context.Context, tx *sql.Tx, e models.Erasure, when time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO erased (session, mark, at)
		SELECT DISTINCT session, ?3, ?4 FROM speakers WHERE id = ?1 AND `+inRoom+`
		ON CONFLICT DO UPDATE SET at = excluded.at`, e.Target, e.Room, models.PersonMark(e.Target), millis(when))
	return err
}

// erasedSince reports whether somebody was erased from a session after a point in time; a zero one is not known.
func erasedSince(ctx context.Context, tx *sql.Tx, session, speaker string, began time.Time) (bool, error) {
	if began.IsZero() || speaker == "" {
		return false, nil
	}
	gone := false
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM erased WHERE session = ? AND mark = ? AND at >= ?)",
		session, models.PersonMark(speaker), millis(began)).Scan(&gone)
	return gone, err
}

// clipErased reports whether somebody was erased after they began to say what a clip holds.
func clipErased(ctx context.Context, tx *sql.Tx, c models.Clip) (bool, error) {
	if c.Spoken.IsZero() {
		return false, nil
	}
	return erasedSince(ctx, tx, c.Session, c.SpeakerID, c.Spoken.Add(-time.Duration(c.DurationMS())*time.Millisecond))
}

// gapErased is clipErased for a gap.
func gapErased(ctx context.Context, tx *sql.Tx, g models.Gap) (bool, error) {
	var started int64
	if err := tx.QueryRowContext(ctx, "SELECT started FROM sessions WHERE id = ?", g.Session).Scan(&started); err != nil {
		return false, err
	}
	return erasedSince(ctx, tx, g.Session, g.SpeakerID, at(started+g.StartMS))
}

// unerased is a record without what came of lines that are gone: verdicts on words that were erased meanwhile come later
// than the words. sql.ErrNoRows: nothing is left of it.
func unerased(ctx context.Context, tx *sql.Tx, r models.Record) (models.Record, error) {
	if r.Utterance != nil {
		return r, nil
	}
	var fail error
	gone := func(k models.Key, id string) bool {
		if k.Track == "" { // it came of no line
			return false
		}
		there := false
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
			OR EXISTS (SELECT 1 FROM decisions WHERE id = ?5)`, k.Session, k.Epoch, k.Track, k.Seq, id).Scan(&there)
		fail = errors.Join(fail, err)
		return !there
	}
	var flags, decisions []string // those that are gone
	r.Flags = slices.DeleteFunc(slices.Clone(r.Flags), func(f models.Flag) bool {
		if !gone(f.Utterance, "") {
			return false
		}
		flags = append(flags, f.ID)
		return true
	})
	r.Decisions = slices.DeleteFunc(slices.Clone(r.Decisions), func(d models.Decision) bool {
		if !gone(d.Utterance, d.ID) {
			return false
		}
		flags, decisions = append(flags, d.Flag), append(decisions, d.ID)
		return true
	})
	if fail != nil || len(flags) == 0 {
		return r, fail
	}
	r.Actions = slices.DeleteFunc(slices.Clone(r.Actions), func(a models.Action) bool { return slices.Contains(decisions, a.Decision) })
	r.Ledger = slices.DeleteFunc(slices.Clone(r.Ledger), func(e models.LedgerEntry) bool { return slices.Contains(flags, e.Flag) })
	if len(r.Flags)+len(r.Decisions)+len(r.Actions)+len(r.Ledger)+len(r.Masks)+len(r.Answers) == 0 {
		return r, sql.ErrNoRows
	}
	return r, nil
}
