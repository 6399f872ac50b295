package sqlite

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
)

const sessionColumns = "id, room, name, url, started, ended, reason, epoch, model, rules, profile, moderate_only"

func scanSession(rows *sql.Rows) (s models.Session, err error) {
	var started int64
	var ended sql.NullInt64
	err = rows.Scan(&s.ID, &s.Room, &s.Name, &s.URL, &started, &ended, &s.Reason, &s.Epoch, &s.Model, &s.Rules, &s.Profile, &s.ModerateOnly)
	s.Started, s.Ended = at(started), atNull(ended)
	return s, err
}

// StartSession stores a new session with epoch 1. When the id is stored already, the session goes on: it keeps its start,
// takes the rest from s, is live again, and its epoch rises by one, so that no clip's key is used twice. A zero Started
// means now. It returns the session as stored.
func (s *Store) StartSession(ctx context.Context, session models.Session) (models.Session, error) {
	const op = "start session"
	if err := checkID("session", session.ID); err != nil {
		return models.Session{}, storeError(op, err)
	}
	if session.Started.IsZero() {
		session.Started = time.Now()
	}
	var stored models.Session
	err := s.update(ctx, op, func(tx *sql.Tx) (err error) {
		stored, err = one(ctx, tx, scanSession, `INSERT INTO sessions (id, room, name, url, started, epoch, model, rules, profile, moderate_only)
			VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET room = excluded.room, name = excluded.name, url = excluded.url,
				model = excluded.model, rules = excluded.rules, profile = excluded.profile,
				moderate_only = max(moderate_only, excluded.moderate_only), epoch = epoch + 1, ended = NULL, reason = ''
			WHERE erasing = 0 RETURNING `+sessionColumns,
			session.ID, session.Room, clean(session.Name), session.URL, millis(session.Started), session.Model, session.Rules,
			session.Profile, session.ModerateOnly)
		return err
	})
	return stored, err
}

// EndSession notes when and why a session ended. Ending it again changes nothing.
// models.ErrNotFound when it is not stored.
func (s *Store) EndSession(ctx context.Context, id string, reason models.EndReason, end time.Time) error {
	return s.update(ctx, "end session", func(tx *sql.Tx) error {
		if err := alive(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE sessions SET ended = ?, reason = ? WHERE id = ? AND ended IS NULL",
			millis(end), reason, id)
		return err
	})
}

// UnendedSessions lists the sessions that nobody ended, the oldest first: after a start of the program these are the
// ones that a crash cut short.
func (s *Store) UnendedSessions(ctx context.Context) ([]models.Session, error) {
	found, err := list(ctx, s.read, scanSession,
		"SELECT "+sessionColumns+" FROM sessions WHERE ended IS NULL AND erasing = 0 ORDER BY started, id")
	return found, storeError("list unended sessions", err)
}

// PutSpeaker stores a person seen in a session, or what changed: a name or role that is set replaces the old one, and
// the earliest FirstMS stays.
func (s *Store) PutSpeaker(ctx context.Context, p models.Speaker) error {
	return s.update(ctx, "store speaker", func(tx *sql.Tx) error {
		if err := alive(ctx, tx, p.Session); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO speakers (session, id, name, role, first_ms) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (session, id) DO UPDATE SET
				name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END,
				role = CASE excluded.role WHEN '' THEN role ELSE excluded.role END,
				first_ms = min(first_ms, excluded.first_ms)`,
			p.Session, p.ID, clean(p.Name), p.Role, p.FirstMS)
		return err
	})
}

// Speakers lists everybody who was seen in a session, in the order they came.
func (s *Store) Speakers(ctx context.Context, session string) ([]models.Speaker, error) {
	found, err := list(ctx, s.read, scanSpeaker,
		"SELECT session, id, name, role, first_ms FROM speakers WHERE session = ? ORDER BY first_ms, id", session)
	return found, storeError("list speakers", err)
}

func scanSpeaker(rows *sql.Rows) (p models.Speaker, err error) {
	err = rows.Scan(&p.Session, &p.ID, &p.Name, &p.Role, &p.FirstMS)
	return p, err
}

// Stored is nil while a session is stored and nobody erases it, else models.ErrNotFound.
func (s *Store) Stored(ctx context.Context, id string) error {
	var one int
	return storeError("find session", s.read.QueryRowContext(ctx, "SELECT 1 FROM sessions WHERE id = ? AND erasing = 0", id).Scan(&one))
}

// alive is sql.ErrNoRows unless the session is stored and not being deleted. Everything that writes into a session asks
// it in its own transaction, so that nothing is added behind a deletion's back.
func alive(ctx context.Context, tx *sql.Tx, session string) error {
	var one int
	return tx.QueryRowContext(ctx, "SELECT 1 FROM sessions WHERE id = ? AND erasing = 0", session).Scan(&one)
}
