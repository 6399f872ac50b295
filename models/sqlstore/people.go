package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

const maxName = 128 // characters of a display name

// Person returns what some rooms' records contain about the person behind an identity, or models.ErrNotFound if nobody with that
// identity was ever seen there.
func (s *Store) Person(ctx context.Context, room, speaker string, only models.RoomSet) (p models.Person, err error) {
	if !only.Has(room) {
		return p, s.Explain("read person", sql.ErrNoRows)
	}
	err = s.View(ctx, "read person", func(tx Txn) error {
		if p, err = person(ctx, tx, room, speaker); err != nil {
			return err
		}
		p.Identities = slices.DeleteFunc(p.Identities, func(i models.Identity) bool { return !only.Has(i.Room) })
		for i := range p.Identities {
			if err := addHeld(ctx, tx, &p, &p.Identities[i]); err != nil {
				return err
			}
		}
		if len(p.Sessions) == 0 {
			return sql.ErrNoRows
		}
		sortSessions(&p)
		if !p.Given {
			p.Name = p.Identities[0].Name
			for _, i := range p.Identities {
				if i.SpeakerID == p.Sessions[0].SpeakerID && i.Room == p.Sessions[0].Session.Room {
					p.Name = i.Name
				}
			}
		}
		return nil
	})
	return p, err
}

// person finds the id, the given name and the identities of a person.
func person(ctx context.Context, tx Txn, room, speaker string) (models.Person, error) {
	p := models.Person{ID: models.PersonID(room, speaker), Identities: []models.Identity{{Room: room, SpeakerID: speaker}}}
	err := tx.QueryRowContext(ctx, `SELECT id, name FROM people WHERE id = (SELECT person FROM identities WHERE room = ? AND speaker_id = ?)`,
		room, speaker).Scan(&p.ID, &p.Name)
	if err == sql.ErrNoRows { //nolint:errorlint // database/sql returns it bare
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Given = p.Name != ""
	p.Identities, err = sqldb.List(ctx, tx, func(rows *sql.Rows) (i models.Identity, err error) {
		err = rows.Scan(&i.Room, &i.SpeakerID)
		return i, err
	}, "SELECT room, speaker_id FROM identities WHERE person = ? ORDER BY room, speaker_id", p.ID)
	return p, err
}

// addHeld adds what is stored about one identity.
func addHeld(ctx context.Context, tx Txn, p *models.Person, id *models.Identity) error {
	parts, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (x models.PersonSession, err error) {
		var started int64
		var ended sql.NullInt64
		var open, confirmed, dismissed int
		err = rows.Scan(&x.Session.ID, &x.Session.Room, &x.Session.Name, &started, &ended, &x.SpeakerID, &id.Name, &x.Lines, &x.TalkMS,
			&x.Flags, &open, &confirmed, &dismissed)
		x.Session.Started, x.Session.Ended = at(started), atNull(ended)
		p.Open, p.Confirmed, p.Dismissed = p.Open+open, p.Confirmed+confirmed, p.Dismissed+dismissed
		return x, err
	}, `SELECT s.id, s.room, s.name, s.started, s.ended, p.id, p.name,
			(SELECT count(*) FROM utterances u WHERE u.session = s.id AND u.speaker_id = p.id AND u.text <> ''),
			(SELECT coalesce(sum(voiced_ms), 0) FROM utterances u WHERE u.session = s.id AND u.speaker_id = p.id AND u.text <> ''),
			(SELECT count(*) FROM flags f WHERE f.session = s.id AND f.speaker_id = p.id),
			(SELECT count(*) FROM flags f WHERE f.session = s.id AND f.speaker_id = p.id AND f.status = 'open'),
			(SELECT count(*) FROM flags f WHERE f.session = s.id AND f.speaker_id = p.id AND f.status = 'confirmed'),
			(SELECT count(*) FROM flags f WHERE f.session = s.id AND f.speaker_id = p.id AND f.status = 'dismissed')
		FROM speakers p JOIN sessions s ON s.id = p.session WHERE p.id = ? AND s.room = ? AND s.erasing = 0 ORDER BY s.started`,
		id.SpeakerID, id.Room)
	if err != nil {
		return err
	}
	p.Sessions = append(p.Sessions, parts...)
	for _, x := range parts {
		p.Lines, p.TalkMS = p.Lines+x.Lines, p.TalkMS+x.TalkMS
	}
	var clips int
	var size int64
	err = tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(e.size), 0) FROM evidence e JOIN utterances u
			ON u.session = e.session AND u.epoch = e.epoch AND u.track = e.track AND u.seq = e.seq
		WHERE u.speaker_id = ? AND u.session IN (SELECT id FROM sessions WHERE room = ?)`, id.SpeakerID, id.Room).Scan(&clips, &size)
	p.Clips, p.ClipBytes = p.Clips+clips, p.ClipBytes+size
	return err
}

// Names returns the display names that hosts gave to people in a room, by their identity there.
func (s *Store) Names(ctx context.Context, room string) (map[string]string, error) {
	names, err := namesIn(ctx, s.read, room)
	return names, s.Explain("read names", err)
}

func namesIn(ctx context.Context, q sqldb.Queryer, room string) (map[string]string, error) {
	names := map[string]string{}
	_, err := sqldb.List(ctx, q, func(rows *sql.Rows) (struct{}, error) {
		var id, name string
		err := rows.Scan(&id, &name)
		names[id] = name
		return struct{}{}, err
	}, "SELECT i.speaker_id, p.name FROM identities i JOIN people p ON p.id = i.person WHERE i.room = ? AND p.name <> ''", room)
	return names, err
}

// Identities lists at most limit of the people who were seen in a room, the most recently seen first.
func (s *Store) Identities(ctx context.Context, room string, limit int) ([]models.Identity, error) {
	found, err := sqldb.List(ctx, s.read, func(rows *sql.Rows) (i models.Identity, err error) {
		i.Room = room
		err = rows.Scan(&i.SpeakerID, &i.Name)
		return i, err
	}, `SELECT id, name FROM (SELECT p.id, p.name, s.started,
			row_number() OVER (PARTITION BY p.id ORDER BY s.started DESC, s.id DESC) AS place
			FROM speakers p JOIN sessions s ON s.id = p.session WHERE s.room = ? AND s.erasing = 0) seen
		WHERE place = 1 ORDER BY started DESC, id LIMIT ?`, room, limit)
	return found, s.Explain("list people", err)
}

// NamePerson gives the person behind an identity a display name in all their rooms; "" restores the platform's. It returns
// models.ErrInvalid if the name is longer than 128 characters, and models.ErrNotFound if nobody with the identity was ever seen.
func (s *Store) NamePerson(ctx context.Context, room, speaker, name, by string, when time.Time) error {
	const op = "name person"
	name = strings.Join(strings.Fields(clean(name)), " ")
	if n := utf8.RuneCountInString(name); n > maxName {
		return s.Explain(op, fmt.Errorf("%w: a name of %d characters, at most %d", models.ErrInvalid, n, maxName))
	}
	return s.Update(ctx, op, func(tx Txn) error {
		id, err := ensurePerson(ctx, tx, room, speaker)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE people SET name = ? WHERE id = ?", name, id); err != nil {
			return err
		}
		return Note(ctx, tx, when, by, "person named", id, "")
	})
}

// ensurePerson creates the row of the person behind an identity if there is none.
func ensurePerson(ctx context.Context, tx Txn, room, speaker string) (string, error) {
	if err := tx.Alone(ctx); err != nil {
		return "", err
	}
	var seen int
	err := tx.QueryRowContext(ctx, `SELECT 1 FROM speakers p JOIN sessions s ON s.id = p.session
		WHERE p.id = ? AND s.room = ? AND s.erasing = 0 LIMIT 1`, speaker, room).Scan(&seen)
	if err != nil {
		return "", err
	}
	p, err := person(ctx, tx, room, speaker)
	if err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO people (id, name) VALUES (?, '') ON CONFLICT DO NOTHING", p.ID); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(
		ctx, "INSERT INTO identities (room, speaker_id, person) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", room, speaker, p.ID,
	)
	return p.ID, err
}

// MergePeople records that two identities are one person. The display name of the first is kept, if there is one.
func (s *Store) MergePeople(ctx context.Context, a, b models.Identity, by string, when time.Time) error {
	return s.Update(ctx, "merge people", func(tx Txn) error {
		keep, err := ensurePerson(ctx, tx, a.Room, a.SpeakerID)
		if err != nil {
			return err
		}
		gone, err := ensurePerson(ctx, tx, b.Room, b.SpeakerID)
		if err != nil || keep == gone {
			return err
		}
		for _, query := range []string{
			"UPDATE people SET name = CASE name WHEN '' THEN (SELECT name FROM people WHERE id = ?2) ELSE name END WHERE id = ?1",
			"UPDATE identities SET person = ?1 WHERE person = ?2",
			"DELETE FROM people WHERE id = ?2 AND ?1 <> ?2",
		} {
			if _, err := tx.ExecContext(ctx, query, keep, gone); err != nil {
				return err
			}
		}
		return Note(ctx, tx, when, by, "people merged", keep, "")
	})
}

// SplitPerson separates an identity from the person it was merged into.
func (s *Store) SplitPerson(ctx context.Context, room, speaker, by string, when time.Time) error {
	return s.Update(ctx, "split person", func(tx Txn) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM identities WHERE room = ? AND speaker_id = ?", room, speaker)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return sql.ErrNoRows
		}
		if err := forgetNames(ctx, tx); err != nil {
			return err
		}
		return Note(ctx, tx, when, by, "people parted", models.PersonID(room, speaker), "")
	})
}

// forgetNames deletes the names that hosts gave to people who are in no session of the room any more. Everything that deletes speakers
// calls it in the same transaction.
func forgetNames(ctx context.Context, tx Txn) error {
	if err := tx.Alone(ctx); err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM identities WHERE NOT EXISTS (SELECT 1 FROM speakers p JOIN sessions s ON s.id = p.session
			WHERE p.id = identities.speaker_id AND s.room = identities.room)`,
		"DELETE FROM people WHERE NOT EXISTS (SELECT 1 FROM identities WHERE person = people.id)",
	} {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// ErasePerson erases the person behind an identity under all their identities, as Erase does for each.
func (s *Store) ErasePerson(ctx context.Context, room, speaker, by string) error {
	if s.write == nil {
		return s.Explain("erase", ErrReadOnly)
	}
	p, err := s.Person(ctx, room, speaker, models.RoomSet{})
	if err != nil {
		return err
	}
	for _, i := range p.Identities {
		_, err := s.RequestErasure(ctx, models.Erasure{Kind: models.ErasePerson, Target: i.SpeakerID, Room: i.Room, By: by})
		if err := ignoreNotFound(err); err != nil {
			return err
		}
	}
	_, err = s.Erasing(ctx)
	return err
}

func sortSessions(p *models.Person) {
	for i := range p.Sessions { // newest first; each identity's came oldest first
		for j := i; j > 0 && p.Sessions[j].Session.Started.After(p.Sessions[j-1].Session.Started); j-- {
			p.Sessions[j], p.Sessions[j-1] = p.Sessions[j-1], p.Sessions[j]
		}
	}
	p.Last, p.First = p.Sessions[0].Session.Started, p.Sessions[len(p.Sessions)-1].Session.Started
}

// FindPeople lists the identities that a word may mean, each with the names it has had: the person with exactly this id, or else
// everybody who had this name, regardless of case.
func (s *Store) FindPeople(ctx context.Context, word string) ([]models.Speaker, error) {
	scan := func(rows *sql.Rows) (p models.Speaker, err error) {
		err = rows.Scan(&p.ID, &p.Name)
		return p, err
	}
	const query = `SELECT DISTINCT id, name FROM speakers
		WHERE session NOT IN (SELECT id FROM sessions WHERE erasing = 1) AND `
	found, err := sqldb.List(ctx, s.read, scan, query+"id = ? ORDER BY id, name", word)
	if err == nil && len(found) == 0 {
		found, err = sqldb.List(ctx, s.read, scan, query+"lower(name) = lower(?) ORDER BY id, name LIMIT 1000", word)
	}
	return joinNames(found), s.Explain("find people", err)
}

// joinNames merges the rows of each person into one, with all names separated by commas.
func joinNames(rows []models.Speaker) (out []models.Speaker) {
	for _, p := range rows {
		if last := len(out) - 1; last >= 0 && out[last].ID == p.ID {
			out[last].Name += "," + p.Name
			continue
		}
		out = append(out, p)
	}
	return out
}

// PersonRecord returns everything that is stored about a person in one room or, for "", in all. It returns models.ErrNotFound if the
// person was never seen there, and models.ErrUnreadable together with what could be read.
func (s *Store) PersonRecord(ctx context.Context, id, room string) (models.PersonRecord, error) {
	r := models.PersonRecord{ID: id}
	err := s.View(ctx, "read person", func(tx Txn) (err error) {
		const of = " WHERE speaker_id = ?1 AND (?2 = '' OR session IN (SELECT id FROM sessions WHERE room = ?2))" +
			" AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1) ORDER BY session, start_ms"
		if r.Sessions, err = personSessions(ctx, tx, id, room); err != nil {
			return err
		}
		if len(r.Sessions) == 0 {
			return sql.ErrNoRows
		}
		if r.Utterances, err = sqldb.List(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+" FROM utterances"+of, id, room); err != nil {
			return err
		}
		if r.Flags, err = sqldb.List(ctx, tx, scanFlag, "SELECT "+flagColumns+" FROM flags"+of, id, room); err != nil {
			return err
		}
		var unreadable error
		if r.Decisions, r.Actions, r.Strikes, unreadable = personOutcome(ctx, tx, id, room); models.Readable(unreadable) != nil {
			return unreadable
		}
		r.Gaps, err = sqldb.List(ctx, tx, func(rows *sql.Rows) (g models.Gap, err error) {
			err = rows.Scan(&g.Session, &g.SpeakerID, &g.SpeakerName, &g.StartMS, &g.EndMS, &g.LostMS, &g.Cause)
			return g, err
		}, "SELECT session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause FROM gaps"+of, id, room)
		return cmp.Or(err, unreadable)
	})
	return r, err
}

func personSessions(ctx context.Context, tx Txn, id, room string) ([]models.PersonIn, error) {
	return sqldb.List(ctx, tx, func(rows *sql.Rows) (p models.PersonIn, err error) {
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

// personOutcome reads the outcomes of a person's flags. It returns models.ErrUnreadable together with what could be read.
func personOutcome(
	ctx context.Context, tx Txn, id, room string,
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
	ls, err = sqldb.List(ctx, tx, func(rows *sql.Rows) (e models.LedgerEntry, err error) {
		var when int64
		err = rows.Scan(&e.ID, &e.Session, &e.Ledger, &e.Person, &e.Scope, &e.Flag, &e.Points, &e.Pending, &e.By, &when)
		e.At = at(when)
		return e, err
	}, "SELECT id, session, ledger, person, scope, flag, points, pending, by, at FROM ledger WHERE person = ?1"+there+"at", id, room)
	return ds, as, ls, cmp.Or(err, unreadable)
}
