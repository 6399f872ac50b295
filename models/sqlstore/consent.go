package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/sqlstore/taken"
)

// PutConsent appends to the consent ledger and stores an objection, or its withdrawal, for future sessions. A zero At is set to now. It
// returns models.ErrNotFound if there is no such session.
func (s *Store) PutConsent(ctx context.Context, c models.Consent) error {
	if c.At.IsZero() {
		c.At = s.now()
	}
	return s.Update(ctx, "store consent", func(tx Txn) error {
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

func setObjection(ctx context.Context, tx Txn, room, speaker string, what models.ConsentWhat, when time.Time) error {
	t := taken.Entry{At: millis(when), Mark: models.PersonMark(speaker), Room: room}
	switch what {
	case models.ConsentObjected:
		t.What = taken.Objected
	case models.ConsentWithdrew:
		t.What = taken.Consented
	default: // who was told, or was not, neither objects nor takes it back by that
		return nil
	}
	if err := putObjection(ctx, tx, t); err != nil {
		return err
	}
	return putTaken(ctx, tx, t)
}

func putObjection(ctx context.Context, tx Txn, t taken.Entry) error {
	query := "DELETE FROM objections WHERE mark = ?1 AND room IN (?2, ?4) AND at <= ?3"
	if t.What == taken.Objected {
		query = "INSERT INTO objections (mark, room, at) SELECT ?1, ?2, ?3 WHERE CAST(?4 AS text) IS NOT NULL ON CONFLICT DO NOTHING"
	}
	_, err := tx.ExecContext(ctx, query, t.Mark, t.Room, t.At, shortRoom(t.Room))
	return err
}

// Objections returns the PersonMarks of the people in a room who are not to be transcribed.
func (s *Store) Objections(ctx context.Context, room string) (map[string]bool, error) {
	out, err := objectionsIn(ctx, s.read, room)
	return out, s.Explain("list objections", err)
}

func objectionsIn(ctx context.Context, q sqldb.Queryer, room string) (map[string]bool, error) {
	marks, err := sqldb.List(ctx, q, sqldb.Text, "SELECT mark FROM objections WHERE room IN (?, ?)", room, shortRoom(room))
	out := map[string]bool{}
	for _, m := range marks {
		out[m] = true
	}
	return out, err
}

const consentColumns = "session, room, speaker_id, speaker_name, what, how, by, at"

func scanConsent(rows *sql.Rows) (c models.Consent, err error) {
	var when int64
	err = rows.Scan(&c.Session, &c.Room, &c.SpeakerID, &c.SpeakerName, &c.What, &c.How, &c.By, &when)
	c.At = at(when)
	return c, err
}

// Consents returns the consent ledger of a session, a room, a person, or, where these are empty, of all: the latest entries first, at most
// limit of them (0 means 1000).
func (s *Store) Consents(ctx context.Context, session, room, speaker string, limit int) ([]models.Consent, error) {
	if limit <= 0 {
		limit = 1000
	}
	found, err := sqldb.List(ctx, s.read, scanConsent, "SELECT "+consentColumns+` FROM consent JOIN sessions ON sessions.id = session
		WHERE erasing = 0 AND (?1 = '' OR session = ?1) AND (?2 = '' OR room = ?2) AND (?3 = '' OR speaker_id = ?3)
		ORDER BY consent.id DESC LIMIT ?4`, session, room, speaker, limit)
	return found, s.Explain("list consent", err)
}

// PausedBy returns who paused listening in a room, or "".
func (s *Store) PausedBy(ctx context.Context, room string) (string, error) {
	found, err := sqldb.List(ctx, s.read, sqldb.Text, "SELECT by FROM pauses WHERE room IN (?, ?)", room, shortRoom(room))
	if err != nil || len(found) == 0 {
		return "", s.Explain("read pause", err)
	}
	return found[0], nil
}

// SetPaused records that somebody paused or resumed listening in a room.
func (s *Store) SetPaused(ctx context.Context, room string, paused bool, by string, when time.Time) error {
	return s.Update(ctx, "store pause", func(tx Txn) error {
		what, t := "listening resumed", taken.Entry{At: millis(when), By: by, What: taken.Resumed, Room: room}
		if paused {
			what, t.What = "listening paused", taken.Paused
		}
		if err := putPause(ctx, tx, t); err != nil {
			return err
		}
		if err := putTaken(ctx, tx, t); err != nil {
			return err
		}
		return Note(ctx, tx, when, by, what, room, "")
	})
}

func putPause(ctx context.Context, tx Txn, t taken.Entry) error {
	query := "DELETE FROM pauses WHERE room IN (?1, ?4) AND CAST(?2 AS text) IS NOT NULL AND CAST(?3 AS bigint) IS NOT NULL"
	if t.What == taken.Paused {
		query = "INSERT INTO pauses (room, by, at) SELECT ?1, ?2, ?3 WHERE CAST(?4 AS text) IS NOT NULL ON CONFLICT DO NOTHING"
	}
	_, err := tx.ExecContext(ctx, query, t.Room, clean(t.By), t.At, shortRoom(t.Room))
	return err
}
