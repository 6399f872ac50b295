package sqlite

import (
	"context"
	"database/sql"
)

// filesChore begins the name of the chore that a session's exported files are to go; the session's id follows. It is
// noted in the transaction that begins to remove, so that no crash can leave the files behind.
const filesChore = "files:"

// staleFiles notes that the files of the sessions that a query lists, in a column id, hold something that is being removed.
func staleFiles(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
	_, err := tx.ExecContext(
		ctx, "INSERT INTO chores (name) SELECT '"+filesChore+"' || id FROM ("+query+") WHERE true ON CONFLICT DO NOTHING", args...,
	)
	return err
}

// soundsChore begins the name of the chore that what was exported of a session's clips is to go.
const soundsChore = "sounds:"

// StaleSounds lists the sessions of which a clip has expired: what was exported of their sound is to go too.
func (s *Store) StaleSounds(ctx context.Context) ([]string, error) { return s.stale(ctx, soundsChore) }

// SoundsRemoved notes that no exported file holds sound of a session any more.
func (s *Store) SoundsRemoved(ctx context.Context, session string) error {
	return s.choreDone(ctx, soundsChore+session)
}

// StaleFiles lists the sessions whose exported files hold something that was removed from the store.
func (s *Store) StaleFiles(ctx context.Context) ([]string, error) {
	return s.stale(ctx, filesChore)
}

func (s *Store) stale(ctx context.Context, chore string) ([]string, error) {
	ids, err := list(ctx, s.write, scanText, "SELECT substr(name, ?) FROM chores WHERE name LIKE '"+chore+"%' ORDER BY name", len(chore)+1)
	return ids, storeError("list stale files", err)
}

// FilesRemoved notes that the files of a session are gone.
func (s *Store) FilesRemoved(ctx context.Context, session string) error {
	return s.choreDone(ctx, filesChore+session)
}

func (s *Store) choreDone(ctx context.Context, chore string) error {
	return s.update(ctx, "note removed files", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM chores WHERE name = ?", chore)
		return err
	})
}

// needScrub notes, in the transaction that deletes, that the files are to be scrubbed.
func needScrub(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES ('scrub') ON CONFLICT DO NOTHING")
	return err
}
