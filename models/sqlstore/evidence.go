package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

const evidenceColumns = "id, session, epoch, track, seq, start_ms, end_ms, peaks, expires"

// putEvidence stores the audio of a flagged line in the transaction that stores the line.
func putEvidence(ctx context.Context, tx Txn, e models.Evidence) error {
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

// checkEvidence rejects audio that does not belong to the line, or of a line without flags.
func checkEvidence(u models.Utterance, flags []models.Flag, e *models.Evidence) error {
	if e != nil && (len(flags) == 0 || e.Utterance != u.Key || len(e.Ogg) == 0) {
		return fmt.Errorf("%w: evidence for line %s without a flag, without sound or of another line", models.ErrInvalid, u.Key)
	}
	return nil
}

// ReplaceEvidence replaces the audio of a line by a longer clip that includes what came before and after it. It returns
// models.ErrNotFound if no audio of the line is kept any more.
func (s *Store) ReplaceEvidence(ctx context.Context, e models.Evidence) error {
	const op = "replace evidence"
	if len(e.Ogg) == 0 {
		return s.Explain(op, fmt.Errorf("%w: evidence without sound", models.ErrInvalid))
	}
	return s.Update(ctx, op, func(tx Txn) error {
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

// Evidence returns a clip with its audio, or models.ErrNotFound if none is kept or it has expired.
func (s *Store) Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error) {
	e, err := sqldb.One(ctx, s.read, func(rows *sql.Rows) (models.Evidence, error) {
		var ogg []byte
		e, err := scanEvidence(rows, &ogg)
		e.Ogg = ogg
		return e, err
	}, "SELECT "+evidenceColumns+", ogg FROM evidence WHERE id = ? AND expires > ? AND session NOT IN (SELECT id FROM sessions WHERE "+
		"erasing = 1)",
		id, millis(now))
	return e, s.Explain("read evidence", err)
}

// SessionEvidence lists the clips of a session, without their audio and in no particular order.
func (s *Store) SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error) {
	found, err := clipsOf(ctx, s.read, session, now)
	return found, s.Explain("list evidence", err)
}

func clipsOf(ctx context.Context, q sqldb.Queryer, session string, now time.Time) ([]models.Evidence, error) {
	return sqldb.List(ctx, q, func(rows *sql.Rows) (models.Evidence, error) { return scanEvidence(rows) },
		"SELECT "+evidenceColumns+" FROM evidence WHERE session = ? AND expires > ?", session, millis(now))
}

func scanEvidence(rows *sql.Rows, more ...any) (e models.Evidence, err error) {
	var expires int64
	k := &e.Utterance
	err = rows.Scan(append([]any{&e.ID, &k.Session, &k.Epoch, &k.Track, &k.Seq, &e.StartMS, &e.EndMS, &e.Peaks, &expires}, more...)...)
	e.Expires = at(expires)
	return e, err
}

// expireEvidence deletes expired clips, a few at a time so that live rooms can store their lines in between.
const expireAtOnce = 20

// ExpireEvidence deletes expired clips, so that no byte of them remains in any file of the store, and returns their number.
func (s *Store) ExpireEvidence(ctx context.Context, now time.Time) (int, error) {
	const op = "expire evidence"
	total := 0
	for {
		var n int64
		err := s.Update(ctx, op, func(tx Txn) error {
			err := stale(ctx, tx, "1", soundsChore, "SELECT DISTINCT session AS id FROM evidence WHERE expires <= ?", []any{millis(now)})
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
			return needScrub(ctx, tx)
		})
		total += int(n)
		switch {
		case err != nil:
			return total, err
		case n > 0:
		case total > 0:
			return total, s.engine.Scrub(ctx)
		default:
			return 0, nil
		}
	}
}
