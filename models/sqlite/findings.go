package sqlite

import (
	"context"
	"fmt"
)

// orphans are queries for rows that have lost what they belong to; each counts and is told as what.
func orphans() []struct{ what, query string } {
	return []struct{ what, query string }{
		{"sounds that are kept without a flag", `SELECT count(*) FROM evidence e WHERE NOT EXISTS (SELECT 1 FROM flags f
			WHERE f.session = e.session AND f.epoch = e.epoch AND f.track = e.track AND f.seq = e.seq)`},
		{"clips that wait although their line is there", `SELECT count(*) FROM spool JOIN utterances u USING (session, epoch, track, seq)
			WHERE parked = 0`},
		{"clips put aside without their failed line", `SELECT count(*) FROM spool p WHERE parked = 1 AND NOT EXISTS (SELECT 1 FROM utterances u
			WHERE u.session = p.session AND u.epoch = p.epoch AND u.track = p.track AND u.seq = p.seq)
			AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = p.session AND s.started < (SELECT ifnull(max(at), 0) FROM removals))`},
		{"lines of nobody", `SELECT count(*) FROM utterances u WHERE NOT EXISTS (SELECT 1 FROM speakers p
			WHERE p.session = u.session AND p.id = u.speaker_id)`},
	}
}

// Orphans lists, in words, rows that belong to nothing; none is how it should be.
func (s *Store) Orphans(ctx context.Context) ([]string, error) {
	var found []string
	for _, o := range orphans() {
		n := 0
		if err := s.read.QueryRowContext(ctx, o.query).Scan(&n); err != nil {
			return found, storeError("look for orphans", err)
		}
		if n > 0 {
			found = append(found, fmt.Sprintf("%d %s", n, o.what))
		}
	}
	return found, nil
}
