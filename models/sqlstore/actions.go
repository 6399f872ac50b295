package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// SetAction stores the progress of an action. It returns models.ErrNotFound if there is no such action.
func (s *Store) SetAction(ctx context.Context, a models.Action) error {
	const op = "set action"
	doc, err := json.Marshal(a)
	if err != nil {
		return s.Explain(op, err)
	}
	return s.Update(ctx, op, func(tx Txn) error {
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
	return found, s.Explain("list actions", err)
}

func actionsOf(ctx context.Context, q sqldb.Queryer, session string) ([]models.Action, error) {
	return docs[models.Action](ctx, q, "SELECT doc FROM actions WHERE session = ? ORDER BY created, id", session)
}

// Action returns an action, or models.ErrNotFound.
func (s *Store) Action(ctx context.Context, id string) (models.Action, error) {
	a, err := sqldb.One(ctx, s.read, scanDoc[models.Action], "SELECT doc FROM actions WHERE id = ?", id)
	return a, s.Explain("read action", err)
}

// PlannedActions lists the actions in a room that were planned since a point in time and never sent, for example because of a crash.
// Actions that end a restriction are left out.
func (s *Store) PlannedActions(ctx context.Context, room string, since time.Time) ([]models.Action, error) {
	found, err := docs[models.Action](ctx, s.read, `SELECT a.doc FROM actions a JOIN sessions s ON s.id = a.session
		WHERE a.state = 'planned' AND s.room = ? AND s.erasing = 0 AND a.created >= ?
		AND NOT EXISTS (SELECT 1 FROM restrictions r WHERE r.action || '-end' = a.id) ORDER BY a.created, a.id`, room, millis(since))
	return found, s.Explain("list planned actions", err)
}

// OverduePlans lists the actions of all rooms that were planned before a point in time and never sent. Actions that end a restriction
// are left out: they are still carried out late.
func (s *Store) OverduePlans(ctx context.Context, before time.Time) ([]models.Action, error) {
	found, err := docs[models.Action](ctx, s.read, `SELECT doc FROM actions WHERE state = 'planned' AND created < ?
		AND NOT EXISTS (SELECT 1 FROM restrictions r WHERE r.action || '-end' = actions.id) ORDER BY created, id`, millis(before))
	return found, s.Explain("list overdue actions", err)
}

const restrictionColumns = "room, person, verb, name, action, session, decision, by, since, seen, until"

// Restrictions lists the restrictions that are, or should be, in force in a room.
func (s *Store) Restrictions(ctx context.Context, room string) ([]models.Restriction, error) {
	found, err := sqldb.List(
		ctx, s.read, scanRestriction, "SELECT "+restrictionColumns+" FROM restrictions WHERE room = ? ORDER BY person, verb", room,
	)
	return found, s.Explain("list restrictions", err)
}

// PutRestriction stores a restriction. It replaces one of the same kind on the same person.
func (s *Store) PutRestriction(ctx context.Context, r models.Restriction) error {
	return s.Update(ctx, "store restriction", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO restrictions ("+restrictionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (room, person, verb) DO UPDATE SET name = excluded.name, action = excluded.action, session = excluded.session,
				decision = excluded.decision, by = excluded.by, since = excluded.since, seen = excluded.seen, until = excluded.until`,
			r.Room, r.Person, r.Verb, clean(r.Name), r.Action, r.Session, r.Decision, clean(r.By),
			millis(r.Since), nullMillis(r.Seen), nullMillis(r.Until))
		return err
	})
}

// EndRestriction removes a restriction. It is no error if there is none.
func (s *Store) EndRestriction(ctx context.Context, room, person string, verb models.Verb) error {
	return s.Update(ctx, "end restriction", func(tx Txn) error {
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
