package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

const (
	// unwantedAfter is how long a configured room stays wanted after the last process that has it in its configuration asked for it.
	unwantedAfter = 10 * time.Minute
	// wantedAnew is how long it is not stored again that a room is wanted.
	wantedAnew = unwantedAfter / 20
	// wantedAtOnce is the number of wanted rooms that are locked at the same time.
	wantedAtOnce = 20
)

const leaseColumns = "id, name, url, profile, identity, origin, owner, epoch, lease_until, last_heard, moving, heir, cut_ms, asked"

// scanLease scans leaseColumns. now is when the row was read, by the store's clock.
func scanLease(now int64) func(*sql.Rows) (models.RoomLease, error) {
	return func(rows *sql.Rows) (l models.RoomLease, err error) {
		var until, heard int64
		err = rows.Scan(
			&l.ID, &l.Name, &l.URL, &l.Profile, &l.Identity, &l.Origin, &l.Node, &l.Epoch, &until, &heard, &l.Moving, &l.Heir, &l.CutMS,
			&l.Asked,
		)
		l.Until, l.Now = at(until), at(now)
		if heard > 0 {
			l.Heard = at(heard)
		}
		return l, err
	}
}

// leasing runs fn in a transaction, and passes it the time by the store's clock.
func (s *Store) leasing(ctx context.Context, op string, fn func(tx Txn, now int64) error) error {
	return s.Update(ctx, op, func(tx Txn) error {
		now, err := tx.clock(ctx)
		if err != nil {
			return err
		}
		return fn(tx, now)
	})
}

// clock returns the database's own time, in Unix milliseconds.
func (tx Txn) clock(ctx context.Context) (now int64, err error) {
	err = tx.QueryRowContext(ctx, "SELECT "+tx.Clock()).Scan(&now)
	return now, err
}

// WantRooms implements store.Leases. It locks few rooms at a time, and none that is on record as it should be: processes with hundreds of
// rooms in their configurations would otherwise wait for each other, and renewals of leases for all of them.
func (s *Store) WantRooms(ctx context.Context, rooms []models.WantedRoom) error {
	stale, err := s.staleRooms(ctx, rooms)
	if err != nil {
		return err
	}
	slices.SortFunc(stale, func(a, b models.WantedRoom) int { return cmp.Compare(a.ID, b.ID) })
	for some := range slices.Chunk(stale, wantedAtOnce) {
		err := s.leasing(ctx, "want rooms", func(tx Txn, now int64) error {
			for _, r := range some {
				if err := want(ctx, tx, r, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// staleRooms returns those of the wanted rooms that are not on record, not as they are wanted, or not as wanted within wantedAnew.
func (s *Store) staleRooms(ctx context.Context, rooms []models.WantedRoom) (stale []models.WantedRoom, err error) {
	type row struct {
		models.WantedRoom
		recent bool
	}
	known := map[string]row{}
	err = s.View(ctx, "list wanted rooms", func(tx Txn) error {
		_, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (r row, err error) {
			err = rows.Scan(&r.ID, &r.Name, &r.URL, &r.Profile, &r.Identity, &r.Origin, &r.recent)
			known[r.ID] = r
			return r, err
		}, "SELECT id, name, url, profile, identity, origin, wanted > "+tx.Clock()+" - ? FROM rooms", wantedAnew.Milliseconds())
		return err
	})
	for _, r := range rooms {
		k := known[r.ID]
		same := r
		same.Name = clean(r.Name)
		if r.Origin == models.RoomConfigured {
			same.Identity = k.Identity // see want
		}
		if !k.recent || k.WantedRoom != same {
			stale = append(stale, r)
		}
	}
	return stale, err
}

// want stores a room that is wanted. A configured room remains one if somebody invites the bot there, and the bot keeps its identity
// there, or the latest one that it had.
func want(ctx context.Context, tx Txn, r models.WantedRoom, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO rooms (id, name, url, profile, identity, origin, wanted) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, profile = excluded.profile,
			identity = CASE excluded.origin WHEN 'configured' THEN rooms.identity ELSE excluded.identity END,
			origin = excluded.origin, wanted = excluded.wanted
		WHERE rooms.origin <> 'configured' OR excluded.origin = 'configured'`,
		r.ID, clean(r.Name), r.URL, r.Profile, r.Identity, r.Origin, now)
	return err
}

// ourRooms selects the rooms that any process may hear, and those that are configured in the one that asks, ?2; without ?3.
const ourRooms = "(origin = 'invited' OR origin = 'configured' AND id IN (SELECT value FROM json_each(?2)))" +
	" AND id NOT IN (SELECT value FROM json_each(?3))"

// freeRooms selects the rooms of ourRooms that nobody hears at a time.
func freeRooms(now string) string { return "lease_until <= " + now + " AND " + ourRooms }

// movingRooms selects the rooms of ourRooms that another process than ?4 hands over and nobody has taken at a time; if ?5 is 1, also those
// that it only offers.
func movingRooms(now string) string {
	return "lease_until > " + now + " AND (moving = 1 OR moving = 3 AND ?5 = 1) AND owner <> ?4 AND heir_until <= " + now + " AND " + ourRooms
}

// unwantedRooms selects the rooms that nobody wants any more at a time: those no longer configured since another one, and those that
// belonged to one process only.
func unwantedRooms(now, since string) string {
	return "lease_until <= " + now + " AND (origin = 'brought' OR origin = 'configured' AND wanted <= " + since + ")"
}

// RoomsToClaim implements store.Leases, in one statement: every process asks every second.
func (s *Store) RoomsToClaim(ctx context.Context, c models.RoomClaim) (some bool, err error) {
	now := s.read.Clock()
	err = s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM rooms WHERE "+freeRooms(now)+" OR "+movingRooms(now)+" OR "+
		unwantedRooms(now, now+" - ?1")+")", unwantedAfter.Milliseconds(), idList(c.Configured), idList(c.Except), c.Node, c.Fewer).Scan(&some)
	return some, s.Explain("look for rooms to claim", err)
}

// ClaimRooms implements store.Leases.
func (s *Store) ClaimRooms(ctx context.Context, c models.RoomClaim) (out []models.RoomLease, err error) {
	err = s.leasing(ctx, "claim rooms", func(tx Txn, now int64) error {
		out = nil
		if err := forgetUnwanted(ctx, tx, now); err != nil {
			return err
		}
		rooms, err := sqldb.List(ctx, tx, scanLease(now), "SELECT "+leaseColumns+" FROM rooms WHERE "+freeRooms("?1")+
			" ORDER BY lease_until, id LIMIT ?4"+tx.Skip(), now, idList(c.Configured), idList(c.Except), c.Most)
		if err != nil {
			return err
		}
		for _, l := range rooms {
			l, err := lease(ctx, tx, l, c.Node, now, c.Lasts)
			if err != nil {
				return err
			}
			out = append(out, l)
		}
		heirs, err := inherit(ctx, tx, c, now)
		out = append(out, heirs...)
		return err
	})
	return out, err
}

// forgetUnwanted deletes the rooms that nobody wants any more.
func forgetUnwanted(ctx context.Context, tx Txn, now int64) error {
	these := unwantedRooms("?1", "?2")
	_, err := tx.ExecContext(ctx, inTurn(these, tx.Skip())+"DELETE FROM rooms WHERE "+these+" AND id IN (SELECT id FROM turn)",
		now, now-unwantedAfter.Milliseconds())
	return err
}

// inTurn begins a statement that changes several rooms. It locks them in the order of their ids, as all such statements do, to prevent
// deadlocks.
func inTurn(where, lock string) string {
	return "WITH turn AS MATERIALIZED (SELECT id FROM rooms WHERE " + where + " ORDER BY id" + lock + ") "
}

// lease gives a free room to a process. The caller has locked the row, or is the only writer.
func lease(ctx context.Context, tx Txn, l models.RoomLease, node string, now int64, lasts time.Duration) (models.RoomLease, error) {
	before, cut := l.Heard, l.CutMS
	l, err := sqldb.One(ctx, tx, scanLease(now), `UPDATE rooms SET owner = ?1, epoch = epoch + 1, lease_until = ?2, last_heard = ?3,
		moving = 0, heir = '', heir_until = 0, asked = '', identity = ?5
		WHERE id = ?4 RETURNING `+leaseColumns, node, now+lasts.Milliseconds(), now, l.ID, l.Identity)
	l.Heard, l.CutMS = before, cut
	return l, err
}

// TakeRoom implements store.Leases.
func (s *Store) TakeRoom(ctx context.Context, r models.WantedRoom, node string, lasts time.Duration) (l models.RoomLease, err error) {
	err = s.leasing(ctx, "take a room", func(tx Txn, now int64) error {
		if err := want(ctx, tx, r, now); err != nil {
			return err
		}
		l, err = sqldb.One(ctx, tx, scanLease(now), "SELECT "+leaseColumns+" FROM rooms WHERE id = ?"+tx.Own(), r.ID)
		if err != nil {
			return err
		}
		if l.Until.After(l.Now) {
			return fmt.Errorf("%w: another process hears this room", models.ErrConflict)
		}
		l.Identity = r.Identity
		l, err = lease(ctx, tx, l, node, now, lasts)
		return err
	})
	return l, err
}

// RenewRooms implements store.Leases.
func (s *Store) RenewRooms(
	ctx context.Context, node string, lasts time.Duration, stored map[string]int64,
) (out []models.RoomLease, err error) {
	cuts := make([]string, 0, len(stored))
	for room, ms := range stored {
		cuts = append(cuts, fmt.Sprintf("%015d%s", ms, room))
	}
	err = s.leasing(ctx, "renew leases", func(tx Txn, now int64) error {
		until := now + lasts.Milliseconds()
		out, err = sqldb.List(ctx, tx, scanLease(now), inTurn("owner = ?1 OR heir = ?1", tx.Own())+`UPDATE rooms
			SET lease_until = CASE owner WHEN ?1 THEN ?2 ELSE lease_until END,
			last_heard = CASE owner WHEN ?1 THEN ?3 ELSE last_heard END, heir_until = CASE heir WHEN ?1 THEN ?2 ELSE heir_until END
			WHERE (owner = ?1 OR heir = ?1) AND id IN (SELECT id FROM turn) RETURNING `+leaseColumns, node, until, now)
		if err != nil || len(cuts) == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE rooms SET cut_ms = CAST(substr(h.value, 1, 15) AS bigint) FROM json_each(?2) AS h
			WHERE rooms.owner = ?1 AND rooms.id = substr(h.value, 16)`, node, idList(cuts))
		return err
	})
	return out, err
}

// ReleaseRoom implements store.Leases.
func (s *Store) ReleaseRoom(ctx context.Context, l models.RoomLease, over bool) error {
	return s.leasing(ctx, "release a room", func(tx Txn, now int64) error {
		if over {
			if _, err := tx.ExecContext(ctx, "DELETE FROM rooms WHERE id = ? AND owner = ? AND epoch = ? AND origin <> 'configured'",
				l.ID, l.Node, l.Epoch); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE rooms SET owner = '', lease_until = ?1, moving = 0, heir = '', heir_until = 0,
			last_heard = CASE WHEN ?5 = 1 THEN 0 ELSE last_heard END, cut_ms = CASE WHEN ?5 = 1 THEN 0 ELSE cut_ms END
			WHERE id = ?2 AND owner = ?3 AND epoch = ?4`,
			now, l.ID, l.Node, l.Epoch, over)
		return err
	})
}

// AskRoom implements store.Leases.
func (s *Store) AskRoom(ctx context.Context, room string, ask models.RoomAsk) error {
	return s.leasing(ctx, "ask something of a room", func(tx Txn, now int64) error {
		res, err := tx.ExecContext(ctx, "UPDATE rooms SET asked = ? WHERE id = ? AND lease_until > ?", ask, room, now)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, models.ErrNotFound)
		}
		return nil
	})
}

// RoomLeases implements store.Leases.
func (s *Store) RoomLeases(ctx context.Context) (out []models.RoomLease, err error) {
	err = s.View(ctx, "list leases", func(tx Txn) error {
		now, err := tx.clock(ctx)
		if err != nil {
			return err
		}
		out, err = sqldb.List(ctx, tx, scanLease(now), "SELECT "+leaseColumns+" FROM rooms ORDER BY id")
		return err
	})
	return out, err
}

// CountRooms implements store.Leases.
func (s *Store) CountRooms(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	err := s.View(ctx, "count rooms", func(tx Txn) error {
		_, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (n int, err error) {
			var node string
			err = rows.Scan(&node, &n)
			out[node] = n
			return n, err
		}, "SELECT CASE WHEN lease_until > "+tx.Clock()+` THEN owner ELSE '' END, count(*) FROM rooms
			WHERE lease_until > `+tx.Clock()+" OR origin <> 'brought' GROUP BY 1")
		return err
	})
	return out, err
}

// inherit makes a process the heir of rooms that other processes hand over.
func inherit(ctx context.Context, tx Txn, c models.RoomClaim, now int64) (out []models.RoomLease, err error) {
	rooms, err := sqldb.List(ctx, tx, scanLease(now), "SELECT "+leaseColumns+" FROM rooms WHERE "+movingRooms("?1")+
		" ORDER BY id LIMIT ?6"+tx.Skip(), now, idList(c.Configured), idList(c.Except), c.Node, c.Fewer, c.Most)
	for _, l := range rooms {
		if _, err := tx.ExecContext(ctx, "UPDATE rooms SET heir = ?, heir_until = ? WHERE id = ?",
			c.Node, now+c.Lasts.Milliseconds(), l.ID); err != nil {
			return out, err
		}
		l.Heir = c.Node
		out = append(out, l)
	}
	return out, err
}

// MoveRooms implements store.Moves.
func (s *Store) MoveRooms(ctx context.Context, node string) (n int, err error) {
	err = s.Update(ctx, "hand over rooms", func(tx Txn) error {
		const still = "owner = ?1 AND moving IN (0, 3) AND origin <> 'brought'" // an offered one may have an heir
		n, err = changed(tx.ExecContext(ctx, inTurn(still, tx.Own())+`UPDATE rooms SET moving = 1
			WHERE `+still+" AND id IN (SELECT id FROM turn)", node))
		return err
	})
	return n, err
}

// KeepRooms implements store.Moves.
func (s *Store) KeepRooms(ctx context.Context, node string) error {
	return s.Update(ctx, "keep rooms", func(tx Txn) error {
		const these = "owner = ?1 AND moving IN (1, 3)"
		_, err := tx.ExecContext(ctx, inTurn(these, tx.Own())+"UPDATE rooms SET moving = 0, heir = '', heir_until = 0 WHERE "+these+
			" AND id IN (SELECT id FROM turn)", node)
		return err
	})
}

// OfferRoom implements store.Moves.
func (s *Store) OfferRoom(ctx context.Context, l models.RoomLease) error {
	return s.one(ctx, "offer a room", `UPDATE rooms SET moving = 3 WHERE id = ?2 AND owner = ?3 AND epoch = ?4 AND moving = 0
		AND lease_until > ?1`, l.ID, l.Node, l.Epoch)
}

// HeirIn implements store.Moves.
func (s *Store) HeirIn(ctx context.Context, room, heir string) error {
	return s.one(ctx, "enter a room as heir", `UPDATE rooms SET moving = 2 WHERE id = ?2 AND heir = ?3 AND moving > 0 AND lease_until > ?1`,
		room, heir)
}

// HandOver implements store.Moves.
func (s *Store) HandOver(ctx context.Context, l models.RoomLease, identity string, cutMS int64) error {
	return s.one(ctx, "hand over a room", `UPDATE rooms SET owner = heir, epoch = epoch + 1, lease_until = heir_until, moving = 0, heir = '',
		heir_until = 0, cut_ms = ?2, identity = ?6 WHERE id = ?3 AND owner = ?4 AND epoch = ?5 AND heir <> '' AND heir_until > ?1`,
		cutMS, l.ID, l.Node, l.Epoch, identity)
}

// one runs an update of one row; its first parameter is the time. It returns store.ErrFenced if no row matches.
func (s *Store) one(ctx context.Context, op, query string, args ...any) error {
	return s.leasing(ctx, op, func(tx Txn, now int64) error {
		n, err := changed(tx.ExecContext(ctx, query, append([]any{now}, args...)...))
		if err == nil && n == 0 {
			err = fmt.Errorf("%w: its lease is past", store.ErrFenced)
		}
		return err
	})
}
