package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

const evidenceColumns = "id, session, epoch, track, seq, start_ms, end_ms, peaks, expires"

// putEvidence stores the sound of a flagged line in the transaction that stores the line.
func putEvidence(ctx context.Context, tx txn, e models.Evidence) error {
	k := e.Utterance
	peaks := e.Peaks
	if peaks == nil {
		peaks = []byte{}
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO evidence ("+evidenceColumns+`, size, ogg) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, models.EvidenceID(k), k.Session, k.Epoch, k.Track, k.Seq, e.StartMS, e.EndMS, peaks,
		millis(e.Expires), len(e.Ogg), e.Ogg)
	return err
}

// checkEvidence refuses sound that does not belong to the line, or that nothing was flagged in.
func checkEvidence(u models.Utterance, flags []models.Flag, e *models.Evidence) error {
	if e != nil && (len(flags) == 0 || e.Utterance != u.Key || len(e.Ogg) == 0) {
		return fmt.Errorf("%w: evidence for line %s without a flag, without sound or of another line", models.ErrInvalid, u.Key)
	}
	return nil
}

// ReplaceEvidence stores the sound of a line anew, with what came before and after it. models.ErrNotFound when none is kept
// of the line any more.
func (s *Store) ReplaceEvidence(ctx context.Context, e models.Evidence) error {
	const op = "replace evidence"
	if len(e.Ogg) == 0 {
		return storeError(op, fmt.Errorf("%w: evidence without sound", models.ErrInvalid))
	}
	return s.update(ctx, op, func(tx txn) error {
		if err := alive(ctx, tx, e.Utterance.Session); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `UPDATE evidence SET start_ms = ?, end_ms = ?, peaks = ?, expires = ?, size = ?, ogg = ? WHERE id = ?`,
			e.StartMS, e.EndMS, e.Peaks, millis(e.Expires), len(e.Ogg), e.Ogg, models.EvidenceID(e.Utterance))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return sql.ErrNoRows
		}
		return nil
	})
}

// Evidence reads a clip with its sound. models.ErrNotFound when it is not kept, or has expired by now.
func (s *Store) Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error) {
	e, err := conn.One(ctx, s.read, func(rows *sql.Rows) (models.Evidence, error) {
		var ogg []byte
		e, err := scanEvidence(rows, &ogg)
		e.Ogg = ogg
		return e, err
	}, "SELECT "+evidenceColumns+", ogg FROM evidence WHERE id = ? AND expires > ? AND session NOT IN (SELECT id FROM sessions WHERE "+
		"erasing = 1)",
		id, millis(now))
	return e, storeError("read evidence", err)
}

// SessionEvidence lists the clips that are kept of a session, without their sound, in no order.
func (s *Store) SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error) {
	found, err := clipsOf(ctx, s.read, session, now)
	return found, storeError("list evidence", err)
}

func clipsOf(ctx context.Context, q conn.Queryer, session string, now time.Time) ([]models.Evidence, error) {
	return conn.List(ctx, q, func(rows *sql.Rows) (models.Evidence, error) { return scanEvidence(rows) },
		"SELECT "+evidenceColumns+" FROM evidence WHERE session = ? AND expires > ?", session, millis(now))
}

func scanEvidence(rows *sql.Rows, more ...any) (e models.Evidence, err error) {
	var expires int64
	k := &e.Utterance
	err = rows.Scan(append([]any{&e.ID, &k.Session, &k.Epoch, &k.Track, &k.Seq, &e.StartMS, &e.EndMS, &e.Peaks, &expires}, more...)...)
	e.Expires = at(expires)
	return e, err
}

// expireEvidence deletes what has expired, a few clips at a time so that live rooms can store their lines in between.
const expireAtOnce = 20

// ExpireEvidence deletes the clips whose time is over, so that no byte of them remains in any file of the store, and says
// how many there were.
func (s *Store) ExpireEvidence(ctx context.Context, now time.Time) (int, error) {
	const op = "expire evidence"
	total := 0
	for {
		var n int64
		err := s.update(ctx, op, func(tx txn) error {
			_, err := tx.ExecContext(
				ctx,
				"INSERT INTO chores (name) SELECT DISTINCT '"+soundsChore+"' || session FROM evidence WHERE expires <= ? ON CONFLICT DO NOTHING",
				millis(now),
			)
			if err != nil {
				return err
			}
			res, err := tx.ExecContext(ctx, `DELETE FROM evidence WHERE id IN
				(SELECT id FROM evidence WHERE expires <= ? ORDER BY expires LIMIT ?)`, millis(now), expireAtOnce)
			if err != nil {
				return err
			}
			if n, err = res.RowsAffected(); err != nil || n == 0 {
				return err
			}
			_, err = tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES ('scrub') ON CONFLICT DO NOTHING")
			return err
		})
		total += int(n)
		switch {
		case err != nil:
			return total, err
		case n > 0:
		case total > 0:
			return total, s.scrub(ctx)
		default:
			return 0, nil
		}
	}
}
