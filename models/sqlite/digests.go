package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"earshot/models"
)

// Digest counts, by room, what happened from one time to another.
func (s *Store) Digest(ctx context.Context, from, to time.Time) ([]models.RoomDigest, error) {
	found, err := list(ctx, s.read, func(rows *sql.Rows) (d models.RoomDigest, err error) {
		err = rows.Scan(&d.Room, &d.Name, &d.Sessions, &d.Lines, &d.High, &d.Medium, &d.Low, &d.Open)
		return d, err
	}, `SELECT room, max(name), count(*),
			sum((SELECT count(*) FROM utterances u WHERE u.session = s.id AND (u.text <> '' OR s.moderate_only))),
			sum((SELECT count(*) FROM flags f WHERE f.session = s.id AND f.level = 'high')),
			sum((SELECT count(*) FROM flags f WHERE f.session = s.id AND f.level = 'medium')),
			sum((SELECT count(*) FROM flags f WHERE f.session = s.id AND f.level IN ('low', 'info'))),
			sum((SELECT count(*) FROM flags f WHERE f.session = s.id AND f.status = 'open' AND f.mode <> 'watch'))
		FROM sessions s WHERE erasing = 0 AND started < ?2 AND ifnull(ended, ?2) >= ?1 GROUP BY room ORDER BY room`,
		millis(from), millis(to))
	return found, storeError("read digest", err)
}

// DigestUntil is up to when a target has got its digest; zero: it never got one.
func (s *Store) DigestUntil(ctx context.Context, target string) (time.Time, error) {
	var ms int64
	err := s.read.QueryRowContext(ctx, "SELECT until FROM digests WHERE target = ?", target).Scan(&ms)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return at(ms), storeError("read digests", err)
}

// SetDigestUntil notes up to when a target has got its digest.
func (s *Store) SetDigestUntil(ctx context.Context, target string, until time.Time) error {
	return s.update(ctx, "store digest", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO digests (target, until) VALUES (?, ?) ON CONFLICT (target) DO UPDATE SET until = "+
			"excluded.until",
			target, millis(until))
		return err
	})
}
