package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

// PutGap stores a stretch that was not heard. A gap with the same speaker, start and cause grows instead of being
// stored twice, so that a gap still open, or one written again after a crash, is one row.
func (s *Store) PutGap(ctx context.Context, g models.Gap) error {
	return s.update(ctx, "store gap", func(tx txn) error {
		if err := alive(ctx, tx, g.Session); err != nil {
			return err
		}
		if gone, err := gapErased(ctx, tx, g); err != nil || gone {
			return err
		}
		return putGap(ctx, tx, g)
	})
}

func putGap(ctx context.Context, tx txn, g models.Gap) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO gaps (session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET end_ms = max(end_ms, excluded.end_ms), lost_ms = max(lost_ms, excluded.lost_ms)`,
		g.Session, g.SpeakerID, clean(g.SpeakerName), g.StartMS, g.EndMS, g.LostMS, g.Cause)
	return err
}

// Gaps lists the gaps of a session in the order they began.
func (s *Store) Gaps(ctx context.Context, session string) ([]models.Gap, error) {
	found, err := gapsOf(ctx, s.read, session)
	return found, storeError("list gaps", err)
}

func gapsOf(ctx context.Context, q conn.Queryer, session string) ([]models.Gap, error) {
	return conn.List(ctx, q, func(rows *sql.Rows) (g models.Gap, err error) {
		err = rows.Scan(&g.Session, &g.SpeakerID, &g.SpeakerName, &g.StartMS, &g.EndMS, &g.LostMS, &g.Cause)
		return g, err
	}, `SELECT session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause FROM gaps WHERE session = ?
		ORDER BY start_ms, speaker_id, cause`, session)
}

// NoteLosses writes down what of a session is lost if the program ends before it is stored, in the place of what was
// noted before. It needs no room on the disk. Losses that are settled become gaps as soon as there is room; the others
// only when the database is opened the next time, and only if their clips were not stored after all.
func (s *Store) NoteLosses(session string, losses []models.Loss) error {
	if s.reserve == nil {
		return fmt.Errorf("store: note losses: %w", errReadOnly)
	}
	return s.reserve.Note(session, losses)
}

// settleLosses makes gaps of the losses that are settled, or, after a crash, of all. A session that is gone has none.
func (s *Store) settleLosses(ctx context.Context, all bool) error {
	for _, session := range s.reserve.Sessions() {
		settled, open := s.reserve.Lost(session, all)
		if len(settled) == 0 {
			continue
		}
		err := s.update(ctx, "store gaps", func(tx txn) error {
			if err := alive(ctx, tx, session); err != nil {
				return ignoreNoRows(err)
			}
			for _, l := range settled {
				if err := putLoss(ctx, tx, l); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = s.reserve.Note(session, open)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func putLoss(ctx context.Context, tx txn, l models.Loss) error {
	k, stored := l.Key, 0
	err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM spool WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
		+ (SELECT count(*) FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)`,
		k.Session, k.Epoch, k.Track, k.Seq).Scan(&stored)
	if err != nil || stored > 0 {
		return err
	}
	if gone, err := gapErased(ctx, tx, l.Gap); err != nil || gone {
		return err
	}
	return putGap(ctx, tx, l.Gap)
}

// gapErased is clipErased for a gap.
func gapErased(ctx context.Context, tx txn, g models.Gap) (bool, error) {
	var started int64
	if err := tx.QueryRowContext(ctx, "SELECT started FROM sessions WHERE id = ?", g.Session).Scan(&started); err != nil {
		return false, err
	}
	return erasedSince(ctx, tx, g.Session, g.SpeakerID, at(started+g.StartMS))
}
