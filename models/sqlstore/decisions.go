package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// Decisions lists the decisions of a session in the order they were made. If some cannot be read, it returns the others together with
// models.ErrUnreadable, as do the other lists of documents.
func (s *Store) Decisions(ctx context.Context, session string) ([]models.Decision, error) {
	found, err := decisionsOf(ctx, s.read, session)
	return found, s.Explain("list decisions", err)
}

func decisionsOf(ctx context.Context, q sqldb.Queryer, session string) ([]models.Decision, error) {
	return docs[models.Decision](ctx, q, "SELECT doc FROM decisions WHERE session = ? ORDER BY created, id", session)
}

// DecisionOfFlag returns the decision that a flag led to, or models.ErrNotFound.
func (s *Store) DecisionOfFlag(ctx context.Context, flag string) (models.Decision, error) {
	d, err := sqldb.One(ctx, s.read, scanDoc[models.Decision], "SELECT doc FROM decisions WHERE flag = ?", flag)
	return d, s.Explain("read decision", err)
}

// Decision returns a decision, or models.ErrNotFound.
func (s *Store) Decision(ctx context.Context, id string) (models.Decision, error) {
	d, err := sqldb.One(ctx, s.read, scanDoc[models.Decision], "SELECT doc FROM decisions WHERE id = ?", id)
	return d, s.Explain("read decision", err)
}

// LedgerSince lists the strikes that count in a session: its own, those of its room and of all rooms.
func (s *Store) LedgerSince(ctx context.Context, session, room string, since time.Time) ([]models.LedgerEntry, error) {
	found, err := sqldb.List(ctx, s.read, scanLedger, `SELECT id, session, ledger, person, scope, flag, points, pending, by, at FROM ledger
		WHERE (session = ? OR scope IN ('', ?)) AND at >= ? ORDER BY at, id`, session, room, millis(since))
	return found, s.Explain("list ledger", err)
}

// Strikes lists the entries of all ledgers about a person, by the identity that the room's platform gives them: at most 200, latest
// first.
func (s *Store) Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error) {
	found, err := sqldb.List(ctx, s.read, scanLedger, `
		SELECT l.id, l.session, l.ledger, l.person, l.scope, l.flag, l.points, l.pending, l.by, l.at
		FROM ledger l JOIN sessions s ON s.id = l.session
		WHERE l.person = ? AND s.room = ? AND s.erasing = 0 ORDER BY l.at DESC, l.id LIMIT 200`, speaker, room)
	return found, s.Explain("list strikes", err)
}

func scanLedger(rows *sql.Rows) (e models.LedgerEntry, err error) {
	var when int64
	err = rows.Scan(&e.ID, &e.Session, &e.Ledger, &e.Person, &e.Scope, &e.Flag, &e.Points, &e.Pending, &e.By, &when)
	e.At = at(when)
	return e, err
}

// OpenOfEnded lists the decisions that still wait for a host, a second look or an opinion after the bot's stay has ended.
func (s *Store) OpenOfEnded(ctx context.Context) ([]models.Decision, error) {
	found, err := docs[models.Decision](ctx, s.read, `SELECT d.doc FROM decisions d JOIN sessions s ON s.id = d.session
		WHERE (d.ask = 'open' OR d.verdict = 'pending') AND s.ended IS NOT NULL AND s.erasing = 0 ORDER BY d.created, d.id`)
	return found, s.Explain("list open decisions", err)
}
