package sqlite

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
)

const restrictionColumns = "room, person, verb, name, action, session, decision, by, since, seen, until"

// Restrictions lists what is in force in a room, or should be.
func (s *Store) Restrictions(ctx context.Context, room string) ([]models.Restriction, error) {
	found, err := list(
		ctx, s.read, scanRestriction, "SELECT "+restrictionColumns+" FROM restrictions WHERE room = ? ORDER BY person, verb", room,
	)
	return found, storeError("list restrictions", err)
}

// PutRestriction stores a restriction in the place of the one of its kind that holds against the same person.
func (s *Store) PutRestriction(ctx context.Context, r models.Restriction) error {
	return s.update(ctx, "store restriction", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO restrictions ("+restrictionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			r.Room, r.Person, r.Verb, clean(r.Name), r.Action, r.Session, r.Decision, clean(r.By),
			millis(r.Since), nullMillis(r.Seen), nullMillis(r.Until))
		return err
	})
}

// EndRestriction forgets that something is in force. It is no error when it is not.
func (s *Store) EndRestriction(ctx context.Context, room, person string, verb models.Verb) error {
	return s.update(ctx, "end restriction", func(tx *sql.Tx) error {
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

// OverduePlans lists the actions of all rooms that were planned before a time and never sent, the ends of what is in force
// left out: these are made up for.
func (s *Store) OverduePlans(ctx context.Context, before time.Time) ([]models.Action, error) {
	found, err := docs[models.Action](ctx, s.read, `SELECT doc FROM actions WHERE state = 'planned' AND created < ?
		AND NOT EXISTS (SELECT 1 FROM restrictions r WHERE r.action || '-end' = actions.id) ORDER BY created, id`, millis(before))
	return found, storeError("list overdue actions", err)
}

// OpenOfEnded lists the decisions that wait for a host, a second look or an opinion although their stay has ended.
func (s *Store) OpenOfEnded(ctx context.Context) ([]models.Decision, error) {
	found, err := docs[models.Decision](ctx, s.read, `SELECT d.doc FROM decisions d JOIN sessions s ON s.id = d.session
		WHERE (d.ask = 'open' OR d.verdict = 'pending') AND s.ended IS NOT NULL AND s.erasing = 0 ORDER BY d.created, d.id`)
	return found, storeError("list open decisions", err)
}
