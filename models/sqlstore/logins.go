package sqlstore

import (
	"context"
	"encoding/json"
	"errors"

	"earshot/models"
)

// Logins says who may log in to a restored record.
type Logins struct {
	// Known are the users of the record that was replaced, or nil if they are unknown.
	Known []models.User
	// Backup lets those users log in who could when the backup was made, if Known is nil.
	Backup bool
}

// RestoreLogins restores the users who could log in before a backup replaced the record, and revokes all sessions, links, keys and
// invitations. unknown means that the record before the backup could not be read. nobody is true if there were users but no owner is left
// who could log in; then all users are deleted, so that the first owner can be created again.
func (s *Store) RestoreLogins(ctx context.Context, unknown bool, l Logins) (nobody bool, err error) {
	before, err := s.Users(ctx)
	if err != nil {
		return false, err
	}
	err = s.Update(ctx, "restore logins", func(tx Txn) error {
		switch {
		case unknown && !l.Backup:
			_, err := tx.ExecContext(ctx, "DELETE FROM servers")
			return errors.Join(err, deleteUsers(ctx, tx))
		case unknown || l.Known == nil:
			return nil
		}
		return replaceUsers(ctx, tx, l.Known)
	})
	if err == nil {
		err = s.VoidLogins(ctx)
	}
	if err != nil {
		return false, err
	}
	return nobody, s.Update(ctx, "restore logins", func(tx Txn) error {
		owners := 0
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM users WHERE access = 'owner' AND password <> ''").Scan(&owners); err != nil {
			return err
		}
		if nobody = owners == 0 && len(before)+len(l.Known) > 0; !nobody {
			return nil
		}
		return deleteUsers(ctx, tx) // so that the first owner can be made again
	})
}

func replaceUsers(ctx context.Context, tx Txn, users []models.User) error {
	if err := deleteUsers(ctx, tx); err != nil {
		return err
	}
	for _, u := range users {
		rooms, err := json.Marshal(u.Rooms)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO users ("+userColumns+") VALUES (?, ?, ?, ?, ?, ?)",
			u.ID, u.Name, u.Access, string(rooms), u.Password, millis(u.Created))
		if err != nil {
			return err
		}
	}
	return nil
}

func deleteUsers(ctx context.Context, tx Txn) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM users")
	return err
}

// VoidLogins revokes all login sessions, links, keys and invitations.
func (s *Store) VoidLogins(ctx context.Context) error {
	return s.Update(ctx, "void logins", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM credentials")
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM invitations")
		}
		return errors.Join(err, needScrub(ctx, tx))
	})
}
