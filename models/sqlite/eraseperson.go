package sqlite

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
)

// ErasePerson removes everything that was stored of the person behind an identity, under all their identities: lines,
// clips, flags, names, and the summaries of their sessions, which may quote them. No byte of it remains in any file of
// the store. What others said about them stays. When it is interrupted, the next Open finishes it.
//
// models.ErrNotFound: nobody with the identity was ever seen. models.ErrUnavailable: the rows are gone, but a reader kept
// the log from being emptied until ctx ended; call Scrub later.
func (s *Store) ErasePerson(ctx context.Context, room, speaker, by string, when time.Time) error {
	err := s.update(ctx, "erase person", func(tx *sql.Tx) error {
		id, err := ensurePerson(ctx, tx, room, speaker)
		if err != nil {
			return err
		}
		if err := note(ctx, tx, when, by, "person erased", id, ""); err != nil {
			return err
		}
		for _, query := range []string{
			"INSERT INTO erasures (room, speaker_id) SELECT room, speaker_id FROM identities WHERE person = ? ON CONFLICT DO NOTHING",
			"DELETE FROM people WHERE id = ?", // identities go with it
			"INSERT INTO chores (name) SELECT 'scrub' WHERE ? <> '' ON CONFLICT DO NOTHING",
		} {
			if _, err := tx.ExecContext(ctx, query, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.finishErasures(ctx); err != nil {
		return err
	}
	return s.Scrub(ctx)
}

// finishErasures removes the rows of all people whose erasure has begun.
func (s *Store) finishErasures(ctx context.Context) error {
	who, err := list(ctx, s.write, func(rows *sql.Rows) (i models.Identity, err error) {
		err = rows.Scan(&i.Room, &i.SpeakerID)
		return i, err
	}, "SELECT room, speaker_id FROM erasures")
	for _, i := range who {
		if err == nil {
			err = s.eraseIdentity(ctx, i)
		}
	}
	return storeError("erase person", err)
}

// eraseIdentity removes the rows of one identity, in steps as eraseSession does.
func (s *Store) eraseIdentity(ctx context.Context, i models.Identity) error {
	const of = " WHERE speaker_id = ?1 AND session IN (SELECT id FROM sessions WHERE room = ?2)"
	steps := []struct {
		query string
		limit int
	}{
		{"DELETE FROM spool WHERE id IN (SELECT id FROM spool" + of + " LIMIT ?3)", eraseClips},
		{`DELETE FROM evidence WHERE (session, epoch, track, seq) IN (SELECT session, epoch, track, seq FROM utterances` + of + `
			AND (session, epoch, track, seq) IN (SELECT session, epoch, track, seq FROM evidence) LIMIT ?3)`, eraseClips},
		{"DELETE FROM flags WHERE id IN (SELECT id FROM flags" + of + " LIMIT ?3)", eraseRows},
		{"DELETE FROM gaps WHERE id IN (SELECT id FROM gaps" + of + " LIMIT ?3)", eraseRows},
		{`DELETE FROM summaries WHERE rowid IN (SELECT rowid FROM summaries WHERE session IN (SELECT p.session FROM speakers p
			JOIN sessions s ON s.id = p.session WHERE p.id = ?1 AND s.room = ?2) LIMIT ?3)`, eraseRows},
		{"DELETE FROM utterances WHERE id IN (SELECT id FROM utterances" + of + " LIMIT ?3)", eraseRows},
	}
	for _, step := range steps {
		for n := int64(1); n > 0; {
			res, err := s.write.ExecContext(ctx, step.query, i.SpeakerID, i.Room, step.limit)
			if err == nil {
				n, err = res.RowsAffected()
			}
			if err != nil {
				return err
			}
		}
	}
	for _, query := range []string{
		"DELETE FROM speakers WHERE id = ?1 AND session IN (SELECT id FROM sessions WHERE room = ?2)",
		"DELETE FROM erasures WHERE speaker_id = ?1 AND room = ?2",
	} {
		if _, err := s.write.ExecContext(ctx, query, i.SpeakerID, i.Room); err != nil {
			return err
		}
	}
	return nil
}
