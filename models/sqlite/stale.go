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
	_, err := tx.ExecContext(ctx, "INSERT INTO chores (name) SELECT '"+filesChore+"' || id FROM ("+query+") WHERE true ON CONFLICT DO NOTHING", args...)
	return err
}

// StaleFiles lists the sessions whose exported files hold something that was removed from the store.
func (s *Store) StaleFiles(ctx context.Context) ([]string, error) {
	ids, err := list(ctx, s.write, scanText, "SELECT substr(name, ?) FROM chores WHERE name LIKE '"+filesChore+"%' ORDER BY name", len(filesChore)+1)
	return ids, storeError("list stale files", err)
}

// FilesRemoved notes that the files of a session are gone.
func (s *Store) FilesRemoved(ctx context.Context, session string) error {
	return s.update(ctx, "note removed files", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM chores WHERE name = ?", filesChore+session)
		return err
	})
}
