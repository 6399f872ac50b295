package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// PutGap stores a gap. A stored gap with the same speaker, start and cause is extended instead, so that a gap that is still open, or is
// stored again after a crash, remains one row.
func (s *Store) PutGap(ctx context.Context, g models.Gap) error {
	return s.Update(ctx, "store gap", func(tx Txn) error {
		if err := alive(ctx, tx, g.Session); err != nil {
			return err
		}
		if gone, err := gapErased(ctx, tx, g); err != nil || gone {
			return err
		}
		return putGap(ctx, tx, g)
	})
}

func putGap(ctx context.Context, tx Txn, g models.Gap) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO gaps (session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (session, start_ms, speaker_id, cause) DO UPDATE SET
			end_ms = CASE WHEN excluded.end_ms > gaps.end_ms THEN excluded.end_ms ELSE gaps.end_ms END,
			lost_ms = CASE WHEN excluded.lost_ms > gaps.lost_ms THEN excluded.lost_ms ELSE gaps.lost_ms END`,
		g.Session, g.SpeakerID, clean(g.SpeakerName), g.StartMS, g.EndMS, g.LostMS, g.Cause)
	return err
}

// Gaps lists the gaps of a session in the order of their starts.
func (s *Store) Gaps(ctx context.Context, session string) ([]models.Gap, error) {
	found, err := gapsOf(ctx, s.read, session)
	return found, s.Explain("list gaps", err)
}

func gapsOf(ctx context.Context, q sqldb.Queryer, session string) ([]models.Gap, error) {
	return sqldb.List(ctx, q, func(rows *sql.Rows) (g models.Gap, err error) {
		err = rows.Scan(&g.Session, &g.SpeakerID, &g.SpeakerName, &g.StartMS, &g.EndMS, &g.LostMS, &g.Cause)
		return g, err
	}, `SELECT session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause FROM gaps WHERE session = ?
		ORDER BY start_ms, speaker_id, cause`, session)
}

// NoteLosses replaces the note of what a session loses if the program ends before storing it. It needs no free disk space. Settled losses
// become gaps as soon as there is space; the others do so when the database is next opened, unless their clips have been stored.
func (s *Store) NoteLosses(session string, losses []models.Loss) error {
	if s.losses == nil {
		return fmt.Errorf("store: note losses: %w", ErrReadOnly)
	}
	return s.losses.Note(session, losses)
}

// SettleLosses turns settled losses, or, after a crash, all losses, into gaps. Those of deleted sessions are dropped.
func (s *Store) SettleLosses(ctx context.Context, all bool) error {
	for _, session := range s.losses.Sessions() {
		settled, open := s.losses.Lost(session, all)
		if len(settled) == 0 {
			continue
		}
		err := s.Update(ctx, "store gaps", func(tx Txn) error {
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
			err = s.losses.Note(session, open)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// putLoss stores a loss as a gap, unless its clip has been stored, or another process has continued the session since and stored a gap
// for what was not heard until then.
func putLoss(ctx context.Context, tx Txn, l models.Loss) error {
	k, stored := l.Key, 0
	err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM spool WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
		+ (SELECT count(*) FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
		+ (SELECT count(*) FROM sessions WHERE id = ?1 AND epoch > ?2 AND ?2 > 0)`,
		k.Session, k.Epoch, k.Track, k.Seq).Scan(&stored)
	if err != nil || stored > 0 {
		return err
	}
	if gone, err := gapErased(ctx, tx, l.Gap); err != nil || gone {
		return err
	}
	return putGap(ctx, tx, l.Gap)
}

// gapErased does for a gap what clipErased does for a clip.
func gapErased(ctx context.Context, tx Txn, g models.Gap) (bool, error) {
	var started int64
	if err := tx.QueryRowContext(ctx, "SELECT started FROM sessions WHERE id = ?", g.Session).Scan(&started); err != nil {
		return false, err
	}
	return erasedSince(ctx, tx, g.Session, g.SpeakerID, at(started+g.StartMS))
}
