package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

// SetAction stores how far an action has come. models.ErrNotFound when it is not stored.
func (s *Store) SetAction(ctx context.Context, a models.Action) error {
	const op = "set action"
	doc, err := json.Marshal(a)
	if err != nil {
		return storeError(op, err)
	}
	return s.update(ctx, op, func(tx txn) error {
		res, err := tx.ExecContext(ctx, "UPDATE actions SET state = ?, doc = ? WHERE id = ?", a.State, string(doc), a.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return sql.ErrNoRows
		}
		return nil
	})
}

// Actions lists the actions of a session in the order they were planned.
func (s *Store) Actions(ctx context.Context, session string) ([]models.Action, error) {
	found, err := actionsOf(ctx, s.read, session)
	return found, storeError("list actions", err)
}

func actionsOf(ctx context.Context, q conn.Queryer, session string) ([]models.Action, error) {
	return docs[models.Action](ctx, q, "SELECT doc FROM actions WHERE session = ? ORDER BY created, id", session)
}

// Action reads one action. models.ErrNotFound when it is not stored.
func (s *Store) Action(ctx context.Context, id string) (models.Action, error) {
	a, err := conn.One(ctx, s.read, scanDoc[models.Action], "SELECT doc FROM actions WHERE id = ?", id)
	return a, storeError("read action", err)
}

// PlannedActions lists the actions in a room that were planned since a time and never sent: what a crash came in between of. The
// ends of what is in force are left out.
func (s *Store) PlannedActions(ctx context.Context, room string, since time.Time) ([]models.Action, error) {
	found, err := docs[models.Action](ctx, s.read, `SELECT a.doc FROM actions a JOIN sessions s ON s.id = a.session
		WHERE a.state = 'planned' AND s.room = ? AND s.erasing = 0 AND a.created >= ?
		AND NOT EXISTS (SELECT 1 FROM restrictions r WHERE r.action || '-end' = a.id) ORDER BY a.created, a.id`, room, millis(since))
	return found, storeError("list planned actions", err)
}

// OverduePlans lists the actions of all rooms that were planned before a time and never sent, the ends of what is in force
// left out: these are made up for.
func (s *Store) OverduePlans(ctx context.Context, before time.Time) ([]models.Action, error) {
	found, err := docs[models.Action](ctx, s.read, `SELECT doc FROM actions WHERE state = 'planned' AND created < ?
		AND NOT EXISTS (SELECT 1 FROM restrictions r WHERE r.action || '-end' = actions.id) ORDER BY created, id`, millis(before))
	return found, storeError("list overdue actions", err)
}

const restrictionColumns = "room, person, verb, name, action, session, decision, by, since, seen, until"

// Restrictions lists what is in force in a room, or should be.
func (s *Store) Restrictions(ctx context.Context, room string) ([]models.Restriction, error) {
	found, err := conn.List(
		ctx, s.read, scanRestriction, "SELECT "+restrictionColumns+" FROM restrictions WHERE room = ? ORDER BY person, verb", room,
	)
	return found, storeError("list restrictions", err)
}

// PutRestriction stores a restriction in the place of the one of its kind that holds against the same person.
func (s *Store) PutRestriction(ctx context.Context, r models.Restriction) error {
	return s.update(ctx, "store restriction", func(tx txn) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO restrictions ("+restrictionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			r.Room, r.Person, r.Verb, clean(r.Name), r.Action, r.Session, r.Decision, clean(r.By),
			millis(r.Since), nullMillis(r.Seen), nullMillis(r.Until))
		return err
	})
}

// EndRestriction forgets that something is in force. It is no error when it is not.
func (s *Store) EndRestriction(ctx context.Context, room, person string, verb models.Verb) error {
	return s.update(ctx, "end restriction", func(tx txn) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM restrictions WHERE room = ? AND person = ? AND verb = ?", room, person, verb)
		return err
	})
}

func scanRestriction(rows *sql.Rows) (r models.Restriction, err error) {
	var since int64
	var seen, until sql.NullInt64
	err = rows.Scan(&r.Room, &r.Person, &r.Verb, &r.Name, &r.Action, &r.Session, &r.Decision, &r.By, &since, &seen, &until)
	r.Since, r.Seen, r.Until = at(since), atNull(seen), atNull(until)
	return r, err
}
