package sqlite

import (
	"context"
	"database/sql"

	"earshot/models"
)

// PutGap stores a stretch that was not heard. A gap with the same speaker, start and cause grows instead of being
// stored twice, so that a gap still open, or one written again after a crash, is one row.
func (s *Store) PutGap(ctx context.Context, g models.Gap) error {
	return s.update(ctx, "store gap", func(tx *sql.Tx) error {
		if err := alive(ctx, tx, g.Session); err != nil {
			return err
		}
		if gone, err := gapErased(ctx, tx, g); err != nil || gone {
			return err
		}
		return putGap(ctx, tx, g)
	})
}

func putGap(ctx context.Context, tx *sql.Tx, g models.Gap) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO gaps (session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET end_ms = max(end_ms, excluded.end_ms), lost_ms = max(lost_ms, excluded.lost_ms)`,
		g.Session, g.SpeakerID, clean(g.SpeakerName), g.StartMS, g.EndMS, g.LostMS, g.Cause)
	return err
}

// Gaps lists the gaps of a session in the order they began.
func (s *Store) Gaps(ctx context.Context, session string) ([]models.Gap, error) {
	found, err := list(ctx, s.read, func(rows *sql.Rows) (g models.Gap, err error) {
		err = rows.Scan(&g.Session, &g.SpeakerID, &g.SpeakerName, &g.StartMS, &g.EndMS, &g.LostMS, &g.Cause)
		return g, err
	}, `SELECT session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause FROM gaps WHERE session = ?
		ORDER BY start_ms, speaker_id, cause`, session)
	return found, storeError("list gaps", err)
}
