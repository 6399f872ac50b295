package sqlstore

import (
	"context"
	"errors"

	"earshot/models/sqlstore/sqldb"
)

const (
	// filesChore is the prefix of the chore of removing a session's exported files where it is not known which folders hold any; the
	// session's id follows. It is stored, as what exports says, in the transaction that begins the removal, so that no crash can leave the
	// files behind.
	filesChore = "files:"
	// soundsChore is the prefix of the chore of removing the exported sound of a session's clips.
	soundsChore = "sounds:"
)

// staleFiles notes that exported files contain something that is being removed. query lists the sessions in a column named id.
func staleFiles(ctx context.Context, tx Txn, query string, args ...any) error {
	return stale(ctx, tx, "2", filesChore, query, args)
}

// stale notes that a session's exported files, or only their sound, are to go: by each folder that holds some or, if none is known to, by
// whoever comes first.
func stale(ctx context.Context, tx Txn, what, chore, query string, args []any) error {
	_, err := tx.ExecContext(ctx, "UPDATE exports SET stale = "+what+" WHERE stale < "+what+
		" AND session IN (SELECT id FROM ("+query+") AS these)", args...)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO chores (name) SELECT DISTINCT '"+chore+"' || id FROM ("+query+`) AS these
		WHERE NOT EXISTS (SELECT 1 FROM exports WHERE session = id) ON CONFLICT DO NOTHING`, args...)
	return err
}

// NoteExport implements store.StaleFiles.
func (s *Store) NoteExport(ctx context.Context, session, place string) error {
	return s.Update(ctx, "note exported files", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO exports (session, place) VALUES (?, ?) ON CONFLICT DO NOTHING", session, place)
		return err
	})
}

// StaleSounds implements store.StaleFiles.
func (s *Store) StaleSounds(ctx context.Context, place string) ([]string, error) {
	return s.stale(ctx, soundsChore, 1, place)
}

// StaleFiles implements store.StaleFiles.
func (s *Store) StaleFiles(ctx context.Context, place string) ([]string, error) {
	return s.stale(ctx, filesChore, 2, place)
}

func (s *Store) stale(ctx context.Context, chore string, what int, place string) ([]string, error) {
	ids, err := sqldb.List(
		ctx, s.write, sqldb.Text, "SELECT substr(name, ?1) FROM chores WHERE name LIKE '"+chore+
			"%' UNION SELECT session FROM exports WHERE place = ?2 AND stale = ?3 ORDER BY 1", len(chore)+1, place, what,
	)
	return ids, s.Explain("list stale files", err)
}

// FilesRemoved implements store.StaleFiles.
func (s *Store) FilesRemoved(ctx context.Context, session, place string) error {
	return s.choreDone(ctx, filesChore+session, "DELETE FROM exports WHERE session = ? AND place = ? AND stale = 2", session, place)
}

// SoundsRemoved implements store.StaleFiles.
func (s *Store) SoundsRemoved(ctx context.Context, session, place string) error {
	return s.choreDone(ctx, soundsChore+session, "UPDATE exports SET stale = 0 WHERE session = ? AND place = ? AND stale = 1", session, place)
}

func (s *Store) choreDone(ctx context.Context, chore, there, session, place string) error {
	return s.Update(ctx, "note removed files", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM chores WHERE name = ?", chore)
		_, errE := tx.ExecContext(ctx, there, session, place)
		return errors.Join(err, errE)
	})
}

// ExportsWaiting implements store.StaleFiles.
func (s *Store) ExportsWaiting(ctx context.Context) (n int, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT count(DISTINCT session) FROM exports WHERE stale > 0").Scan(&n)
	return n, s.Explain("count stale files", err)
}

// needScrub notes, in the transaction that deletes, that the database files must be scrubbed.
func needScrub(ctx context.Context, tx Txn) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES ('scrub') ON CONFLICT DO NOTHING")
	return err
}
