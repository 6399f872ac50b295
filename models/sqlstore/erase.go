package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// Deletion proceeds in steps, so that live rooms can store their lines in between.
const (
	eraseRows  = 200             // lines, flags or gaps in one transaction
	eraseClips = 20              // clips in one transaction: they are larger
	finishTime = 5 * time.Second // for scrubbing what an earlier run left, before Open goes on without
)

// Erase deletes a session, a person or a room, so that no byte of what was said remains in any file of the store, and adds an entry to
// Removals. For a person it deletes the lines, clips, flags, gaps and name in every session, and these sessions' summaries, which may
// quote the person. It works in small transactions. If it is interrupted, Erasing or the next Open continues it.
//
// It returns models.ErrNotFound if there is no such thing. models.ErrUnavailable means that the rows are gone, but that a reader kept the
// log from being emptied until ctx ended; Erasing does so later.
func (s *Store) Erase(ctx context.Context, e models.Erasure) error {
	if s.write == nil {
		return s.Explain("erase", ErrReadOnly)
	}
	id, err := s.RequestErasure(ctx, e)
	if err != nil {
		return err
	}
	return s.finishErasure(ctx, Begun{id: id, Erasure: e})
}

// Erasing carries out requested and interrupted erasures, and returns their number.
func (s *Store) Erasing(ctx context.Context) (int, error) {
	if s.write == nil {
		return 0, s.Explain("erase", ErrReadOnly)
	}
	open, err := s.Begun(ctx, s.write)
	for i, e := range open {
		if err := s.finishErasure(ctx, e); err != nil {
			return i, err
		}
	}
	if err == nil {
		err = s.finishScrub(ctx)
	}
	return len(open), err
}

// finishScrub scrubs the files if a deletion has left something to scrub.
func (s *Store) finishScrub(ctx context.Context) error {
	left := 0
	if err := s.write.QueryRowContext(ctx, "SELECT count(*) FROM chores WHERE name IN ('scrub', 'scrubbing')").Scan(&left); err != nil ||
		left == 0 {
		return s.Explain("scrub", err)
	}
	return s.engine.Scrub(ctx)
}

// Begun is an unfinished erasure.
type Begun struct {
	id int64
	models.Erasure
	// noted says that it is already in the list of removals.
	noted bool
}

// Begun lists the unfinished erasures.
func (s *Store) Begun(ctx context.Context, q sqldb.Queryer) ([]Begun, error) {
	found, err := sqldb.List(ctx, q, func(rows *sql.Rows) (e Begun, err error) {
		err = rows.Scan(&e.id, &e.Kind, &e.Target, &e.Room, &e.By)
		return e, err
	}, "SELECT id, kind, target, room, by FROM erasures ORDER BY id")
	return found, s.Explain("list erasures", err)
}

// existing queries whether there is anything to erase; ?1 is the target, ?2 the room.
func existing(kind models.ErasureKind) string {
	switch kind {
	case models.EraseSession:
		return "SELECT count(*) FROM sessions WHERE id = ?1 AND ?2 = ''"
	case models.EraseRoom:
		return "SELECT count(*) FROM sessions WHERE room = ?1 AND ?2 = ''"
	case models.ErasePerson:
		return "SELECT count(*) FROM speakers WHERE id = ?1 AND (?2 = '' OR session IN (SELECT id FROM sessions WHERE room = ?2))"
	}
	return ""
}

// RequestErasure stores a request, which the process that serves the record carries out (Erasing), and returns its id. From then on the
// sessions to be erased are no longer found. It returns models.ErrNotFound as Erase does.
func (s *Store) RequestErasure(ctx context.Context, e models.Erasure) (id int64, err error) {
	const op = "erase"
	query := existing(e.Kind)
	if query == "" || e.Target == "" {
		return 0, s.Explain(op, fmt.Errorf("%w: kind %q", models.ErrInvalid, e.Kind))
	}
	err = s.Update(ctx, op, func(tx Txn) error {
		n := 0
		err := tx.QueryRowContext(ctx, query, e.Target, e.Room).Scan(&n)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		if err == nil {
			err = markErased(ctx, tx, e)
		}
		if err == nil {
			err = needScrub(ctx, tx)
		}
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "INSERT INTO erasures (kind, target, room, by, at) VALUES (?, ?, ?, ?, ?) RETURNING id",
			e.Kind, e.Target, e.Room, clean(e.By), millis(tx.Now)).Scan(&id)
	})
	return id, err
}

// markErased prevents anything from being added to what is to be erased.
func markErased(ctx context.Context, tx Txn, e models.Erasure) error {
	column := "id"
	switch e.Kind {
	case models.ErasePerson:
		return noteErased(ctx, tx, e, tx.Now)
	case models.EraseRoom:
		column = "room"
	}
	if _, err := tx.ExecContext(ctx, "UPDATE sessions SET erasing = 1 WHERE "+column+" = ?", e.Target); err != nil {
		return err
	}
	return staleFiles(ctx, tx, "SELECT id FROM sessions WHERE "+column+" = ?", e.Target)
}

// finishErasure deletes what an erasure names, and then the erasure itself.
func (s *Store) finishErasure(ctx context.Context, e Begun) error {
	entry := models.Removal{By: e.By, What: string(e.Kind), Target: e.Target}
	last := func(context.Context, Txn) (int, error) { return 0, nil }
	var err error
	switch e.Kind {
	case models.EraseSession:
		entry.Rows, err = s.eraseSessions(ctx, "id", e.Target)
	case models.EraseRoom:
		entry.Rows, err = s.eraseSessions(ctx, "room", e.Target)
	case models.ErasePerson:
		entry.Target = models.PersonMark(e.Target)
		if e.Room != "" {
			entry.Target += "@" + e.Room
		}
		entry.Rows, err = s.erasePerson(ctx, e.Target, e.Room)
		last = func(ctx context.Context, tx Txn) (int, error) { return forgetSpeaker(ctx, tx, e.Target, e.Room) }
	}
	if err != nil {
		return err
	}
	err = s.Update(ctx, "erase", func(tx Txn) error {
		n, err := last(ctx, tx)
		if err != nil {
			return err
		}
		done := entry // the transaction may run again
		done.Rows += n
		if e.Kind == models.ErasePerson && e.Room == "" { // who changed a person's name or identities: without the person
			if _, err := tx.ExecContext(ctx, "UPDATE audit SET target = ? WHERE target = ?", entry.Target, e.Target); err != nil {
				return err
			}
		}
		n, err = changed(tx.ExecContext(ctx, "DELETE FROM erasures WHERE id = ?", e.id))
		if err != nil || n == 0 { // another process has finished it
			return err
		}
		if e.noted {
			return needScrub(ctx, tx)
		}
		return noteRemoval(ctx, tx, done)
	})
	if err != nil {
		return err
	}
	return s.engine.Scrub(ctx)
}

// eraseSessions deletes the marked sessions whose column has a value, and returns their number.
func (s *Store) eraseSessions(ctx context.Context, column, value string) (int, error) {
	ids, err := sqldb.List(ctx, s.write, sqldb.Text, "SELECT id FROM sessions WHERE "+column+" = ? AND erasing = 1", value)
	if err != nil {
		return 0, s.Explain("erase", err)
	}
	for _, id := range ids {
		if err := s.eraseSession(ctx, id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// inRoom restricts the rows of a person (?1) to a room (?2), if one is given.
const inRoom = "(?2 = '' OR session IN (SELECT id FROM sessions WHERE room = ?2))"

// ofPerson is the condition that a document is about a person (?1), or, if it cannot be read, contains their id.
func ofPerson(table, field string) string {
	doc := table + ".doc"
	return "CASE WHEN json_valid(" + doc + ") THEN json_extract(" + doc + ", '$." + field + "') = ?1 ELSE instr(" + doc + ", ?1) > 0 END"
}

// decidedOn is the condition that a decision is about a person (?1).
func decidedOn() string { return "(speaker = ?1 OR " + ofPerson("decisions", "speaker_id") + ")" }

// personSteps delete the rows of a person (?1) in a room (?2), at most ?3 at a time.
func personSteps() []string {
	const of = "speaker_id = ?1 AND " + inRoom
	return []string{
		"DELETE FROM evidence WHERE id IN (SELECT e.id FROM evidence e JOIN utterances u USING (session, epoch, track, seq) WHERE " +
			"u.speaker_id = ?1 AND (?2 = '' OR u.session IN (SELECT id FROM sessions WHERE room = ?2)) LIMIT CASE WHEN ?3 < 20 THEN ?3 ELSE 20 END)",
		"DELETE FROM spool WHERE id IN (SELECT id FROM spool WHERE " + of + " LIMIT CASE WHEN ?3 < 20 THEN ?3 ELSE 20 END)",
		"DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE flag IN (SELECT id FROM flags WHERE speaker_id = ?1) AND " +
			"" + inRoom + " LIMIT ?3)",
		"DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE kind <> 'flag' AND flag = ?1 AND " + inRoom + " LIMIT ?3)",
		"DELETE FROM actions WHERE id IN (SELECT id FROM actions WHERE (" + ofPerson(
			"actions", "target_id",
		) + " OR decision IN (SELECT id FROM decisions WHERE " +
			decidedOn() + ")) AND " + inRoom + " LIMIT ?3)",
		"DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE " + decidedOn() + " AND " + inRoom + " LIMIT ?3)",
		"DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE person = ?1 AND " + inRoom + " LIMIT ?3)",
		"DELETE FROM flags WHERE id IN (SELECT id FROM flags WHERE " + of + " LIMIT ?3)",
		"DELETE FROM consent WHERE id IN (SELECT id FROM consent WHERE " + of + " LIMIT ?3)",
		"DELETE FROM gaps WHERE id IN (SELECT id FROM gaps WHERE " + of + " LIMIT ?3)",
		"DELETE FROM utterances WHERE id IN (SELECT id FROM utterances WHERE " + of + " LIMIT ?3)",
	}
}

// erasePerson deletes the rows of a person, a few at a time. The person's names go last, with forgetSpeaker, so that an interrupted
// erasure can still find what remains.
func (s *Store) erasePerson(ctx context.Context, id, room string) (total int, err error) {
	for _, query := range personSteps() {
		for n := 1; n > 0; total += n {
			err = s.Update(ctx, "erase person", func(tx Txn) (err error) {
				n, err = changed(tx.ExecContext(ctx, query, id, room, eraseRows))
				return err
			})
			if err != nil {
				return total, err
			}
		}
	}
	return total, nil
}

// forgetSpeaker deletes a person's names, the summaries of the sessions in which the person was, and what was stored while the rest was
// being deleted.
func forgetSpeaker(ctx context.Context, tx Txn, id, room string) (total int, err error) {
	err = staleFiles(ctx, tx, "SELECT session AS id FROM speakers WHERE id = ?1 AND "+inRoom, id, room)
	if err != nil {
		return 0, err
	}
	for _, query := range append(personSteps(),
		"DELETE FROM summaries WHERE ?3 > 0 AND session IN (SELECT session FROM speakers WHERE id = ?1 AND "+inRoom+")",
		"DELETE FROM restrictions WHERE ?3 > 0 AND person = ?1 AND (?2 = '' OR room = ?2)",
		"DELETE FROM speakers WHERE ?3 > 0 AND id = ?1 AND "+inRoom) {
		n, err := changed(tx.ExecContext(ctx, query, id, room, 1_000_000))
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, forgetNames(ctx, tx)
}

// ErasureDone reports whether an erasure is complete, including sessions' files.
func (s *Store) ErasureDone(ctx context.Context, id int64) (bool, error) {
	done := false
	err := s.read.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM erasures WHERE id = ?)
		AND NOT EXISTS (SELECT 1 FROM chores) AND NOT EXISTS (SELECT 1 FROM exports WHERE stale > 0)`, id).Scan(&done)
	return done, s.Explain("read erasures", err)
}

// noteErased records in a person's sessions that the person was erased, for what has yet to arrive.
func noteErased(ctx context.Context, tx Txn, e models.Erasure, when time.Time) error {
	// What is being stored now is erased with the rest; what comes later finds the note.
	_, err := sqldb.List(ctx, tx, sqldb.Text, `SELECT id FROM sessions WHERE id IN (SELECT session FROM speakers WHERE id = ?1)
		AND (?2 = '' OR room = ?2) ORDER BY id`+tx.Own(), e.Target, e.Room)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO erased (session, mark, at)
		SELECT DISTINCT session, CAST(?3 AS text), CAST(?4 AS bigint) FROM speakers WHERE id = ?1 AND `+inRoom+`
		ON CONFLICT (session, mark) DO UPDATE SET at = excluded.at`, e.Target, e.Room, models.PersonMark(e.Target), millis(when))
	return err
}

// eraseSession deletes the rows of a session that is marked for erasure.
func (s *Store) eraseSession(ctx context.Context, id string) error {
	steps := []struct {
		query string
		limit int
	}{
		{"DELETE FROM spool WHERE id IN (SELECT id FROM spool WHERE session = ? LIMIT ?)", eraseClips},
		{"DELETE FROM evidence WHERE id IN (SELECT id FROM evidence WHERE session = ? LIMIT ?)", eraseClips},
		{"DELETE FROM utterances WHERE id IN (SELECT id FROM utterances WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM flags WHERE id IN (SELECT id FROM flags WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM actions WHERE id IN (SELECT id FROM actions WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM consent WHERE id IN (SELECT id FROM consent WHERE session = ? LIMIT ?)", eraseRows},
		{"DELETE FROM gaps WHERE id IN (SELECT id FROM gaps WHERE session = ? LIMIT ?)", eraseRows},
	}
	for _, step := range steps {
		for n := 1; n > 0; {
			err := s.Update(ctx, "delete session", func(tx Txn) (err error) {
				n, err = changed(tx.ExecContext(ctx, step.query, id, step.limit))
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.Update(ctx, "delete session", func(tx Txn) error {
		for _, query := range []string{"DELETE FROM restrictions WHERE session = ?", "DELETE FROM sessions WHERE id = ?"} { // speakers go with it
			if _, err := tx.ExecContext(ctx, query, id); err != nil {
				return err
			}
		}
		return forgetNames(ctx, tx)
	})
}

// FinishErasing continues interrupted deletions. If a reader holds the log, or there is a lot to delete, it leaves the rest to Erasing, so
// that the program can start.
func (s *Store) FinishErasing(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, finishTime)
	defer cancel()
	if _, err := s.Erasing(bounded); err != nil {
		if bounded.Err() == nil {
			return err
		}
		return ctx.Err()
	}
	ids, err := sqldb.List(ctx, s.write, sqldb.Text, "SELECT id FROM sessions WHERE erasing = 1")
	if err != nil {
		return err
	}
	for _, id := range ids {
		// Earlier erasures have been scrubbed by now, and their chores are gone.
		if err := s.Update(ctx, "delete session", func(tx Txn) error { return needScrub(ctx, tx) }); err != nil {
			return err
		}
		if err := s.eraseSession(ctx, id); err != nil {
			return err
		}
	}
	if err := s.finishScrub(bounded); err != nil && bounded.Err() == nil {
		return err
	}
	return ctx.Err()
}

// changed returns how many rows a statement changed.
func changed(res sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}
