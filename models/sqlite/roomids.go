package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"earshot/models"
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
	sessions, err := list(ctx, tx, func(rows *sql.Rows) (r row, err error) {
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
	old, err := list(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.room, &r.speaker, &r.person)
		return r, err
	}, "SELECT room, speaker_id, person FROM identities WHERE room NOT IN (SELECT room FROM sessions)")
	if err != nil {
		return err
	}
	for _, r := range old {
		rooms, err := list(
			ctx, tx, scanText, "SELECT DISTINCT s.room FROM speakers p JOIN sessions s ON s.id = p.session WHERE p.id = ? ORDER BY 1", r.speaker,
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
	users, err := list(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users")
	if err != nil {
		return err
	}
	for _, u := range users {
		if !renameRooms(u.Rooms, func(old string) string {
			if now := moved[old]; len(now) == 1 {
				return now[0]
			}
			return old
		}) {
			continue
		}
		if err := putRooms(ctx, tx, u); err != nil {
			return err
		}
	}
	return nil
}

// renameRooms renames rooms in what somebody may do, and says whether it changed anything. Of two that become one the
// greater access stays.
func renameRooms(rooms map[string]models.Access, rename func(string) string) (changed bool) {
	for _, old := range slices.Sorted(maps.Keys(rooms)) {
		now := rename(old)
		if now == old {
			continue
		}
		if rooms[now].Rank() < rooms[old].Rank() {
			rooms[now] = rooms[old]
		}
		delete(rooms, old)
		changed = true
	}
	return changed
}

func putRooms(ctx context.Context, tx *sql.Tx, u models.User) error {
	rooms, err := json.Marshal(u.Rooms)
	if err == nil {
		_, err = tx.ExecContext(ctx, "UPDATE users SET rooms = ? WHERE id = ?", string(rooms), u.ID)
	}
	if err != nil {
		return fmt.Errorf("access of %s: %w", u.ID, err)
	}
	return nil
}

// RenameAccess moves access that was given for old names of rooms, before their addresses were known, to the rooms that
// rename finds for them; it returns a name unchanged where none is meant for certain.
func (s *Store) RenameAccess(ctx context.Context, rename func(old string) string) error {
	return s.update(ctx, "move access", func(tx *sql.Tx) error {
		users, err := list(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users")
		if err != nil {
			return err
		}
		for _, u := range users {
			if renameRooms(u.Rooms, rename) {
				if err := putRooms(ctx, tx, u); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Rooms lists the rooms of the record, each with its newest name and address, by identity.
func (s *Store) Rooms(ctx context.Context) ([]models.Room, error) {
	found, err := list(ctx, s.read, func(rows *sql.Rows) (r models.Room, err error) {
		var newest int64
		err = rows.Scan(&r.ID, &r.Name, &r.URL, &newest)
		return r, err
	}, "SELECT room, name, url, max(started) FROM sessions WHERE erasing = 0 GROUP BY room ORDER BY room")
	return found, storeError("list rooms", err)
}

// shortRoom is the old name of a room, under which wishes may still be stored whose sessions were gone before addresses
// came; what is no address is its own.
func shortRoom(room string) string {
	if a, err := models.ParseAddress(room); err == nil {
		return a.Short()
	}
	return room
}

// roomsCalled are the rooms that a name means in an entry from before addresses came; an address means itself.
func (s *Store) roomsCalled(ctx context.Context, name string) ([]string, error) {
	rooms, err := s.Rooms(ctx)
	out := []string{name}
	for _, r := range rooms {
		if r.ID != name && shortRoom(r.ID) == name {
			out = append(out, r.ID)
		}
	}
	return out, err
}
