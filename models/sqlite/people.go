package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"earshot/models"
)

// FindPeople lists the identities that a word may mean, each with the names it went by: the person with exactly this id,
// or else everybody who was called so, whatever the capitals.
func (s *Store) FindPeople(ctx context.Context, word string) ([]models.Speaker, error) {
	scan := func(rows *sql.Rows) (p models.Speaker, err error) {
		err = rows.Scan(&p.ID, &p.Name)
		return p, err
	}
	const query = `SELECT id, group_concat(DISTINCT name) FROM speakers
		WHERE session NOT IN (SELECT id FROM sessions WHERE erasing = 1) AND `
	found, err := list(ctx, s.read, scan, query+"id = ? GROUP BY id", word)
	if err == nil && len(found) == 0 {
		found, err = list(ctx, s.read, scan, query+"name = ? COLLATE NOCASE GROUP BY id ORDER BY id LIMIT 1000", word)
	}
	return found, storeError("find people", err)
}

// PersonRecord reads everything that is kept of a person, in one room or, for "", in all. models.ErrNotFound when the
// person was never seen there. models.ErrUnreadable comes beside what could be read.
func (s *Store) PersonRecord(ctx context.Context, id, room string) (models.PersonRecord, error) {
	r := models.PersonRecord{ID: id}
	err := s.view(ctx, "read person", func(tx *sql.Tx) (err error) {
		const of = " WHERE speaker_id = ?1 AND (?2 = '' OR session IN (SELECT id FROM sessions WHERE room = ?2))" +
			" AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1) ORDER BY session, start_ms"
		if r.Sessions, err = personSessions(ctx, tx, id, room); err != nil {
			return err
		}
		if len(r.Sessions) == 0 {
			return sql.ErrNoRows
		}
		if r.Utterances, err = list(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+" FROM utterances"+of, id, room); err != nil {
			return err
		}
		if r.Flags, err = list(ctx, tx, scanFlag, "SELECT "+flagColumns+" FROM flags"+of, id, room); err != nil {
			return err
		}
		var unreadable error
		if r.Decisions, r.Actions, r.Strikes, unreadable = personOutcome(ctx, tx, id, room); models.Readable(unreadable) != nil {
			return unreadable
		}
		r.Gaps, err = list(ctx, tx, func(rows *sql.Rows) (g models.Gap, err error) {
			err = rows.Scan(&g.Session, &g.SpeakerID, &g.SpeakerName, &g.StartMS, &g.EndMS, &g.LostMS, &g.Cause)
			return g, err
		}, "SELECT session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause FROM gaps"+of, id, room)
		return cmp.Or(err, unreadable)
	})
	return r, err
}

func personSessions(ctx context.Context, tx *sql.Tx, id, room string) ([]models.PersonIn, error) {
	return list(ctx, tx, func(rows *sql.Rows) (p models.PersonIn, err error) {
		var started int64
		var ended sql.NullInt64
		s, k := &p.Session, &p.Speaker
		err = rows.Scan(&s.ID, &s.Room, &s.Name, &s.URL, &started, &ended, &s.Reason, &s.Epoch, &s.Model, &s.Rules,
			&k.ID, &k.Name, &k.Role, &k.FirstMS, &p.Lines, &p.Flags, &p.Clips)
		s.Started, s.Ended, k.Session = at(started), atNull(ended), s.ID
		return p, err
	}, `SELECT s.id, s.room, s.name, s.url, s.started, s.ended, s.reason, s.epoch, s.model, s.rules, p.id, p.name, p.role, p.first_ms,
			(SELECT count(*) FROM utterances u WHERE u.session = s.id AND u.speaker_id = p.id AND u.text <> ''),
			(SELECT count(*) FROM flags f WHERE f.session = s.id AND f.speaker_id = p.id),
			(SELECT count(*) FROM spool c WHERE c.session = s.id AND c.speaker_id = p.id) +
			(SELECT count(*) FROM evidence e JOIN utterances u USING (session, epoch, track, seq)
				WHERE u.session = s.id AND u.speaker_id = p.id)
		FROM speakers p JOIN sessions s ON s.id = p.session
		WHERE p.id = ?1 AND (?2 = '' OR s.room = ?2) AND s.erasing = 0 ORDER BY s.started`, id, room)
}

// personOutcome reads what came of a person's flags; models.ErrUnreadable comes beside what could be read.
func personOutcome(
	ctx context.Context, tx *sql.Tx, id, room string,
) (ds []models.Decision, as []models.Action, ls []models.LedgerEntry, err error) {
	const there = " AND " + inRoom + " AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1) ORDER BY session, "
	ds, err = docs[models.Decision](ctx, tx, "SELECT doc FROM decisions WHERE "+decidedOn()+there+"created", id, room)
	unreadable := err
	if models.Readable(err) != nil {
		return nil, nil, nil, err
	}
	as, err = docs[models.Action](ctx, tx, "SELECT doc FROM actions WHERE "+ofPerson("actions", "target_id")+there+"created", id, room)
	unreadable = errors.Join(unreadable, err)
	if models.Readable(err) != nil {
		return nil, nil, nil, err
	}
	ls, err = list(ctx, tx, func(rows *sql.Rows) (e models.LedgerEntry, err error) {
		var when int64
		err = rows.Scan(&e.ID, &e.Session, &e.Ledger, &e.Person, &e.Scope, &e.Flag, &e.Points, &e.Pending, &e.By, &when)
		e.At = at(when)
		return e, err
	}, "SELECT id, session, ledger, person, scope, flag, points, pending, by, at FROM ledger WHERE person = ?1"+there+"at", id, room)
	return ds, as, ls, cmp.Or(err, unreadable)
}
