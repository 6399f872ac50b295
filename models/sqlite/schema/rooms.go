package schema

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// afterScript is what a migration does that SQL cannot, in the same transaction.
var afterScript = map[string]func(context.Context, *sql.Tx) error{
	"0080_room_addresses.sql": roomsByAddress,
}

// movedRooms are the new identities of each old one: several where rooms of one name on several servers were taken for one.
type movedRooms map[string][]string

// roomsByAddress gives every room its address as identity. What was given for a name that several rooms had, such as access,
// is not given to any of them: a person has to say which was meant. Wishes not to be heard hold in all of them.
func roomsByAddress(ctx context.Context, tx *sql.Tx) error {
	moved, err := moveSessions(ctx, tx)
	if err != nil {
		return err
	}
	if err := moveIdentities(ctx, tx, moved); err != nil {
		return err
	}
	if err := moveAccess(ctx, tx, moved); err != nil {
		return err
	}
	for old, now := range moved {
		for _, room := range now {
			for _, query := range []string{
				"INSERT INTO objections (mark, room, at) SELECT mark, ?2, at FROM objections WHERE room = ?1 ON CONFLICT DO NOTHING",
				"INSERT INTO pauses (room, by, at) SELECT ?2, by, at FROM pauses WHERE room = ?1 ON CONFLICT DO NOTHING",
				"INSERT INTO erasures (kind, target, room, by, at) SELECT kind, target, ?2, by, at FROM erasures WHERE room = ?1 AND kind = 'person'",
				"INSERT INTO erasures (kind, target, room, by, at) SELECT kind, ?2, room, by, at FROM erasures WHERE target = ?1 AND kind = 'room'",
			} {
				if _, err := tx.ExecContext(ctx, query, old, room); err != nil {
					return err
				}
			}
		}
		for _, query := range []string{
			"DELETE FROM objections WHERE room = ?", "DELETE FROM pauses WHERE room = ?",
			"DELETE FROM erasures WHERE room = ? AND kind = 'person'", "DELETE FROM erasures WHERE target = ? AND kind = 'room'",
		} {
			if _, err := tx.ExecContext(ctx, query, old); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveSessions renames the rooms of sessions, and of ledgers that count in rooms. Sessions without an address keep what
// they have.
func moveSessions(ctx context.Context, tx *sql.Tx) (movedRooms, error) {
	type row struct{ id, room, url string }
	sessions, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.id, &r.room, &r.url)
		return r, err
	}, "SELECT id, room, url FROM sessions")
	if err != nil {
		return nil, err
	}
	moved := movedRooms{}
	for _, r := range sessions {
		a, err := models.ParseAddress(r.url)
		if err != nil || a.ID() == r.room {
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE ledger SET scope = ? WHERE session = ? AND scope = ?", a.ID(), r.id, r.room); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE sessions SET room = ? WHERE id = ?", a.ID(), r.id); err != nil {
			return nil, err
		}
		if !slices.Contains(moved[r.room], a.ID()) {
			moved[r.room] = append(moved[r.room], a.ID())
		}
	}
	return moved, nil
}

// moveIdentities moves what hosts said about people to the rooms where these were seen. One who was seen in several rooms of
// one name may be several people: they get the name each for themselves.
func moveIdentities(ctx context.Context, tx *sql.Tx, moved movedRooms) error {
	type row struct{ room, speaker, person string }
	old, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.room, &r.speaker, &r.person)
		return r, err
	}, "SELECT room, speaker_id, person FROM identities WHERE room NOT IN (SELECT room FROM sessions)")
	if err != nil {
		return err
	}
	for _, r := range old {
		rooms, err := sqldb.List(
			ctx, tx, sqldb.Text, "SELECT DISTINCT s.room FROM speakers p JOIN sessions s ON s.id = p.session WHERE p.id = ? ORDER BY 1", r.speaker,
		)
		if err != nil {
			return err
		}
		rooms = slices.DeleteFunc(rooms, func(room string) bool { return !slices.Contains(moved[r.room], room) })
		for i, room := range rooms {
			if err := moveIdentity(ctx, tx, r.person, room, r.speaker, i > 0); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM identities WHERE room = ? AND speaker_id = ?", r.room, r.speaker); err != nil {
			return err
		}
	}
	return nil
}

// moveIdentity stores an identity in its room; apart: as another person of the same name.
func moveIdentity(ctx context.Context, tx *sql.Tx, person, room, speaker string, apart bool) error {
	if apart {
		own := models.PersonID(room, speaker)
		_, err := tx.ExecContext(ctx, "INSERT INTO people (id, name) SELECT ?, name FROM people WHERE id = ? ON CONFLICT DO NOTHING", own, person)
		if err != nil {
			return err
		}
		person = own
	}
	_, err := tx.ExecContext(
		ctx, "INSERT INTO identities (room, speaker_id, person) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", room, speaker, person,
	)
	return err
}

// moveAccess renames the rooms that users have access to. A name that is no one room's stays and opens nothing.
func moveAccess(ctx context.Context, tx *sql.Tx, moved movedRooms) error {
	type row struct{ id, rooms string }
	users, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.id, &r.rooms)
		return r, err
	}, "SELECT id, rooms FROM users")
	if err != nil {
		return err
	}
	for _, r := range users {
		u := models.User{ID: r.id}
		if json.Unmarshal([]byte(r.rooms), &u.Rooms) != nil {
			return fmt.Errorf("access of %s: %w", u.ID, store.ErrCorrupt)
		}
		if !u.RenameRooms(func(old string) string {
			if now := moved[old]; len(now) == 1 {
				return now[0]
			}
			return old
		}) {
			continue
		}
		rooms, err := json.Marshal(u.Rooms)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE users SET rooms = ? WHERE id = ?", string(rooms), u.ID); err != nil {
			return err
		}
	}
	return nil
}
