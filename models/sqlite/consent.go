package sqlite

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/journal"
)

// PutConsent appends to the consent ledger, and remembers an objection, or that it was taken back, for the sessions to
// come. A zero At is set to now. models.ErrNotFound when the session is not stored.
func (s *Store) PutConsent(ctx context.Context, c models.Consent) error {
	if c.At.IsZero() {
		c.At = s.now()
	}
	return s.update(ctx, "store consent", func(tx txn) error {
		if err := alive(ctx, tx, c.Session); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO consent (session, speaker_id, speaker_name, what, how, by, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			c.Session, c.SpeakerID, clean(c.SpeakerName), c.What, clean(c.How), clean(c.By), millis(c.At))
		if err != nil || c.SpeakerID == "" {
			return err
		}
		var room string
		if err := tx.QueryRowContext(ctx, "SELECT room FROM sessions WHERE id = ?", c.Session).Scan(&room); err != nil {
			return err
		}
		return setObjection(ctx, tx, room, c.SpeakerID, c.What, c.At)
	})
}

func setObjection(ctx context.Context, tx txn, room, speaker string, what models.ConsentWhat, when time.Time) error {
	t := journal.Entry{At: millis(when), Mark: models.PersonMark(speaker), Room: room}
	switch what {
	case models.ConsentObjected:
		t.What = journal.Objected
	case models.ConsentWithdrew:
		t.What = journal.Consented
	default: // who was told, or was not, neither objects nor takes it back by that
		return nil
	}
	if err := putObjection(ctx, tx, t); err != nil {
		return err
	}
	return putTaken(ctx, tx, t)
}

func putObjection(ctx context.Context, tx txn, t journal.Entry) error {
	query := "DELETE FROM objections WHERE mark = ?1 AND room IN (?2, ?4) AND at <= ?3"
	if t.What == journal.Objected {
		query = "INSERT INTO objections (mark, room, at) SELECT ?1, ?2, ?3 WHERE ?4 IS NOT NULL ON CONFLICT DO NOTHING"
	}
	_, err := tx.ExecContext(ctx, query, t.Mark, t.Room, t.At, shortRoom(t.Room))
	return err
}

// Objections are the PersonMarks of those who are not to be written down in a room.
func (s *Store) Objections(ctx context.Context, room string) (map[string]bool, error) {
	marks, err := conn.List(ctx, s.read, conn.Text, "SELECT mark FROM objections WHERE room IN (?, ?)", room, shortRoom(room))
	out := map[string]bool{}
	for _, m := range marks {
		out[m] = true
	}
	return out, storeError("list objections", err)
}

const consentColumns = "session, room, speaker_id, speaker_name, what, how, by, at"

func scanConsent(rows *sql.Rows) (c models.Consent, err error) {
	var when int64
	err = rows.Scan(&c.Session, &c.Room, &c.SpeakerID, &c.SpeakerName, &c.What, &c.How, &c.By, &when)
	c.At = at(when)
	return c, err
}

// Consents is the consent ledger, the latest entry first: of one session, of one room, of one person, or, with empty
// texts, of all; at most limit entries (0: 1000).
func (s *Store) Consents(ctx context.Context, session, room, speaker string, limit int) ([]models.Consent, error) {
	if limit <= 0 {
		limit = 1000
	}
	found, err := conn.List(ctx, s.read, scanConsent, "SELECT "+consentColumns+` FROM consent JOIN sessions ON sessions.id = session
		WHERE erasing = 0 AND (?1 = '' OR session = ?1) AND (?2 = '' OR room = ?2) AND (?3 = '' OR speaker_id = ?3)
		ORDER BY consent.id DESC LIMIT ?4`, session, room, speaker, limit)
	return found, storeError("list consent", err)
}

// PausedBy is who paused listening in a room; "" when nobody did.
func (s *Store) PausedBy(ctx context.Context, room string) (string, error) {
	found, err := conn.List(ctx, s.read, conn.Text, "SELECT by FROM pauses WHERE room IN (?, ?)", room, shortRoom(room))
	if err != nil || len(found) == 0 {
		return "", storeError("read pause", err)
	}
	return found[0], nil
}

// SetPaused notes that somebody paused listening in a room, or resumed it.
func (s *Store) SetPaused(ctx context.Context, room string, paused bool, by string, when time.Time) error {
	return s.update(ctx, "store pause", func(tx txn) error {
		what, t := "listening resumed", journal.Entry{At: millis(when), By: by, What: journal.Resumed, Room: room}
		if paused {
			what, t.What = "listening paused", journal.Paused
		}
		if err := putPause(ctx, tx, t); err != nil {
			return err
		}
		if err := putTaken(ctx, tx, t); err != nil {
			return err
		}
		return note(ctx, tx, when, by, what, room, "")
	})
}

func putPause(ctx context.Context, tx txn, t journal.Entry) error {
	query := "DELETE FROM pauses WHERE room IN (?1, ?4) AND ?2 + ?3 IS NOT NULL"
	if t.What == journal.Paused {
		query = "INSERT INTO pauses (room, by, at) SELECT ?1, ?2, ?3 WHERE ?4 IS NOT NULL ON CONFLICT DO NOTHING"
	}
	_, err := tx.ExecContext(ctx, query, t.Room, clean(t.By), t.At, shortRoom(t.Room))
	return err
}
