package sqlite

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

// Decisions lists the decisions of a session in the order they were made. models.ErrUnreadable comes with those that could be
// read, here and in the other lists of documents.
func (s *Store) Decisions(ctx context.Context, session string) ([]models.Decision, error) {
	found, err := decisionsOf(ctx, s.read, session)
	return found, storeError("list decisions", err)
}

func decisionsOf(ctx context.Context, q conn.Queryer, session string) ([]models.Decision, error) {
	return docs[models.Decision](ctx, q, "SELECT doc FROM decisions WHERE session = ? ORDER BY created, id", session)
}

// DecisionOfFlag reads the decision that a flag led to. models.ErrNotFound when there is none.
func (s *Store) DecisionOfFlag(ctx context.Context, flag string) (models.Decision, error) {
	d, err := conn.One(ctx, s.read, scanDoc[models.Decision], "SELECT doc FROM decisions WHERE flag = ?", flag)
	return d, storeError("read decision", err)
}

// Decision reads one decision. models.ErrNotFound when it is not stored.
func (s *Store) Decision(ctx context.Context, id string) (models.Decision, error) {
	d, err := conn.One(ctx, s.read, scanDoc[models.Decision], "SELECT doc FROM decisions WHERE id = ?", id)
	return d, storeError("read decision", err)
}

// LedgerSince lists the strikes that count in a session: its own, those of its room and of all rooms.
func (s *Store) LedgerSince(ctx context.Context, session, room string, since time.Time) ([]models.LedgerEntry, error) {
	found, err := conn.List(ctx, s.read, scanLedger, `SELECT id, session, ledger, person, scope, flag, points, pending, by, at FROM ledger
		WHERE (session = ? OR scope IN ('', ?)) AND at >= ? ORDER BY at, id`, session, room, millis(since))
	return found, storeError("list ledger", err)
}

// Strikes lists the entries of all ledgers that are about somebody as a room's platform knows them, the latest first; at
// most 200.
func (s *Store) Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error) {
	found, err := conn.List(ctx, s.read, scanLedger, `
		SELECT l.id, l.session, l.ledger, l.person, l.scope, l.flag, l.points, l.pending, l.by, l.at
		FROM ledger l JOIN sessions s ON s.id = l.session
		WHERE l.person = ? AND s.room = ? AND s.erasing = 0 ORDER BY l.at DESC, l.id LIMIT 200`, speaker, room)
	return found, storeError("list strikes", err)
}

func scanLedger(rows *sql.Rows) (e models.LedgerEntry, err error) {
	var when int64
	err = rows.Scan(&e.ID, &e.Session, &e.Ledger, &e.Person, &e.Scope, &e.Flag, &e.Points, &e.Pending, &e.By, &when)
	e.At = at(when)
	return e, err
}

// OpenOfEnded lists the decisions that wait for a host, a second look or an opinion although their stay has ended.
func (s *Store) OpenOfEnded(ctx context.Context) ([]models.Decision, error) {
	found, err := docs[models.Decision](ctx, s.read, `SELECT d.doc FROM decisions d JOIN sessions s ON s.id = d.session
		WHERE (d.ask = 'open' OR d.verdict = 'pending') AND s.ended IS NOT NULL AND s.erasing = 0 ORDER BY d.created, d.id`)
	return found, storeError("list open decisions", err)
}
