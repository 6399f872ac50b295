package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/disk"
)

// Deletion goes in steps, so that live rooms can store their lines in between.
const (
	eraseRows  = 200 // lines, flags or gaps in one transaction
	eraseClips = 20  // clips in one transaction: they are larger
	scrubPause = 50 * time.Millisecond
	// longScrubPause is what the pauses grow to while a reader holds the log.
	longScrubPause = 500 * time.Millisecond
	finishTime     = 5 * time.Second // for scrubbing what an earlier run left, before Open goes on without
)

// Erase forgets a session, a person or a room, so that no byte of what they said remains in any file of the store, and
// leaves an entry in Removals. Of a person it removes the lines, clips, flags, gaps and the name in every session, and
// the summaries of these sessions, which may quote. It works in small transactions; interrupted, it is taken up by
// Erasing or by the next Open.
//
// models.ErrNotFound: nothing of that name is stored. models.ErrUnavailable: the rows are gone, but a reader kept the log
// from being emptied until ctx ended; Erasing does it later.
func (s *Store) Erase(ctx context.Context, e models.Erasure) error {
	if s.write == nil {
		return storeError("erase", errReadOnly)
	}
	id, err := requestErasure(ctx, s.write, s.now(), e)
	if err != nil {
		return err
	}
	return s.finishErasure(ctx, erasure{id: id, Erasure: e})
}

// Erasing carries out what was asked for by RequestErasure, or was cut short, and says how many erasures there were.
func (s *Store) Erasing(ctx context.Context) (int, error) {
	if s.write == nil {
		return 0, storeError("erase", errReadOnly)
	}
	open, err := s.erasures(ctx, s.write)
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

// finishScrub scrubs the files when a deletion has left something to scrub.
func (s *Store) finishScrub(ctx context.Context) error {
	left := 0
	if err := s.write.QueryRowContext(ctx, "SELECT count(*) FROM chores WHERE name IN ('scrub', 'scrubbing')").Scan(&left); err != nil ||
		left == 0 {
		return storeError("scrub", err)
	}
	return s.scrub(ctx)
}

// erasure is one that was begun.
type erasure struct {
	id int64
	models.Erasure
	// noted says that the list of removals has it already.
	noted bool
}

func (s *Store) erasures(ctx context.Context, q conn.Queryer) ([]erasure, error) {
	found, err := conn.List(ctx, q, func(rows *sql.Rows) (e erasure, err error) {
		err = rows.Scan(&e.id, &e.Kind, &e.Target, &e.Room, &e.By)
		return e, err
	}, "SELECT id, kind, target, room, by FROM erasures ORDER BY id")
	return found, storeError("list erasures", err)
}

// existing asks whether there is something to erase; ?1 is the target, ?2 the room.
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

// requestErasure notes the wish. Sessions that are to go are not found any more from here on.
func requestErasure(ctx context.Context, db *sql.DB, now time.Time, e models.Erasure) (id int64, err error) {
	const op = "erase"
	query := existing(e.Kind)
	if query == "" || e.Target == "" {
		return 0, storeError(op, fmt.Errorf("%w: kind %q", models.ErrInvalid, e.Kind))
	}
	begun, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, storeError(op, err)
	}
	tx := txn{begun, now}
	defer func() { _ = tx.Rollback() }()
	n := 0
	err = tx.QueryRowContext(ctx, query, e.Target, e.Room).Scan(&n)
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return 0, storeError(op, err)
	}
	switch e.Kind {
	case models.ErasePerson:
		err = noteErased(ctx, tx, e, now)
	case models.EraseSession:
		_, err = tx.ExecContext(ctx, "UPDATE sessions SET erasing = 1 WHERE id = ?", e.Target)
		err = errors.Join(err, staleFiles(ctx, tx, "SELECT id FROM sessions WHERE id = ?", e.Target))
	case models.EraseRoom:
		_, err = tx.ExecContext(ctx, "UPDATE sessions SET erasing = 1 WHERE room = ?", e.Target)
		err = errors.Join(err, staleFiles(ctx, tx, "SELECT id FROM sessions WHERE room = ?", e.Target))
	}
	if err == nil {
		err = needScrub(ctx, tx)
	}
	if err != nil {
		return 0, storeError(op, err)
	}
	res, err := tx.ExecContext(ctx, "INSERT INTO erasures (kind, target, room, by, at) VALUES (?, ?, ?, ?, ?)",
		e.Kind, e.Target, e.Room, clean(e.By), millis(now))
	if err != nil {
		return 0, storeError(op, err)
	}
	if id, err = res.LastInsertId(); err != nil {
		return 0, storeError(op, err)
	}
	return id, storeError(op, tx.Commit())
}

// finishErasure removes what an erasure names, and then the erasure.
func (s *Store) finishErasure(ctx context.Context, e erasure) error {
	entry := models.Removal{By: e.By, What: string(e.Kind), Target: e.Target}
	last := func(context.Context, txn) (int, error) { return 0, nil }
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
		last = func(ctx context.Context, tx txn) (int, error) { return forgetSpeaker(ctx, tx, e.Target, e.Room) }
	}
	if err != nil {
		return err
	}
	err = s.update(ctx, "erase", func(tx txn) error {
		n, err := last(ctx, tx)
		if err != nil {
			return err
		}
		entry.Rows += n
		if e.Kind == models.ErasePerson && e.Room == "" { // who changed a person's name or identities: without the person
			if _, err := tx.ExecContext(ctx, "UPDATE audit SET target = ? WHERE target = ?", entry.Target, e.Target); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM erasures WHERE id = ?", e.id); err != nil {
			return err
		}
		if e.noted {
			return needScrub(ctx, tx)
		}
		return noteRemoval(ctx, tx, entry)
	})
	if err != nil {
		return err
	}
	return s.scrub(ctx)
}

// eraseSessions removes the sessions whose column has the value and that are marked, and counts them.
func (s *Store) eraseSessions(ctx context.Context, column, value string) (int, error) {
	ids, err := conn.List(ctx, s.write, conn.Text, "SELECT id FROM sessions WHERE "+column+" = ? AND erasing = 1", value)
	if err != nil {
		return 0, storeError("erase", err)
	}
	for _, id := range ids {
		if err := s.eraseSession(ctx, id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// inRoom confines rows of a person (?1) to a room (?2), when there is one.
const inRoom = "(?2 = '' OR session IN (SELECT id FROM sessions WHERE room = ?2))"

// ofPerson says that a document is about a person (?1), or names them where it cannot be read.
func ofPerson(table, field string) string {
	doc := table + ".doc"
	return "CASE WHEN json_valid(" + doc + ") THEN json_extract(" + doc + ", '$." + field + "') = ?1 ELSE instr(" + doc + ", ?1) > 0 END"
}

// decidedOn says that a decision is about a person (?1).
func decidedOn() string { return "(speaker = ?1 OR " + ofPerson("decisions", "speaker_id") + ")" }

// personSteps are the rows of a person (?1) in a room (?2), at most ?3 at a time.
func personSteps() []string {
	const of = "speaker_id = ?1 AND " + inRoom
	return []string{
		"DELETE FROM evidence WHERE id IN (SELECT e.id FROM evidence e JOIN utterances u USING (session, epoch, track, seq) WHERE " +
			"u.speaker_id = ?1 AND (?2 = '' OR u.session IN (SELECT id FROM sessions WHERE room = ?2)) LIMIT min(?3, 20))",
		"DELETE FROM spool WHERE id IN (SELECT id FROM spool WHERE " + of + " LIMIT min(?3, 20))",
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

// erasePerson removes the rows of a person, a few at a time. The person's names go last, with forgetSpeaker, so that an
// erasure that was cut short still knows where there was something.
func (s *Store) erasePerson(ctx context.Context, id, room string) (total int, err error) {
	for _, query := range personSteps() {
		for n := 1; n > 0; total += n {
			if n, err = changed(s.write.ExecContext(ctx, query, id, room, eraseRows)); err != nil {
				return total, storeError("erase person", err)
			}
		}
	}
	return total, nil
}

// forgetSpeaker removes a person's names and the summaries of the sessions where the person was, and what came in while
// the rest was being removed.
func forgetSpeaker(ctx context.Context, tx txn, id, room string) (total int, err error) {
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

// RequestErasure asks the process that writes to the database at path (see store.ErrInUse) for an erasure, by a note in the
// database itself. From then on sessions that are to go are not found any more. ErasureDone of a store that is opened
// for reading tells when it was carried out. models.ErrNotFound as for Erase.
func RequestErasure(ctx context.Context, path string, e models.Erasure) (id int64, err error) {
	path, err = disk.Absolute(path)
	if err != nil {
		return 0, err
	}
	if err := disk.CheckFile(path, true); err != nil {
		return 0, err
	}
	version, err := probe(ctx, path)
	if err == nil {
		err = checkVersion(path, version, false)
	}
	if err != nil {
		return 0, err
	}
	db := conn.Pool(conn.WriterDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	return requestErasure(ctx, db, time.Now(), e)
}

// ErasureDone reports whether an erasure was carried out to the last byte, files of sessions included.
func (s *Store) ErasureDone(ctx context.Context, id int64) (bool, error) {
	done := false
	err := s.read.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM erasures WHERE id = ?)
		AND NOT EXISTS (SELECT 1 FROM chores)`, id).Scan(&done)
	return done, storeError("read erasures", err)
}

// noteErased remembers that a person was erased from the sessions that hold something of them, for what is on its way.
func noteErased(ctx context.Context, tx txn, e models.Erasure, when time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO erased (session, mark, at)
		SELECT DISTINCT session, ?3, ?4 FROM speakers WHERE id = ?1 AND `+inRoom+`
		ON CONFLICT DO UPDATE SET at = excluded.at`, e.Target, e.Room, models.PersonMark(e.Target), millis(when))
	return err
}

// eraseSession removes the rows of a session that is marked as being erased.
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
		for n := int64(1); n > 0; {
			res, err := s.write.ExecContext(ctx, step.query, id, step.limit)
			if err == nil {
				n, err = res.RowsAffected()
			}
			if err != nil {
				return storeError("delete session", err)
			}
		}
	}
	return s.update(ctx, "delete session", func(tx txn) error {
		for _, query := range []string{"DELETE FROM restrictions WHERE session = ?", "DELETE FROM sessions WHERE id = ?"} { // speakers go with it
			if _, err := tx.ExecContext(ctx, query, id); err != nil {
				return err
			}
		}
		return forgetNames(ctx, tx)
	})
}

// finishErasing takes up the deletions that were cut short. A reader that holds the log, or a great deal to delete, does
// not keep the program from starting: Erasing goes on later.
func (s *Store) finishErasing(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, finishTime)
	defer cancel()
	if _, err := s.Erasing(bounded); err != nil {
		if bounded.Err() == nil {
			return err
		}
		return ctx.Err()
	}
	ids, err := conn.List(ctx, s.write, conn.Text, "SELECT id FROM sessions WHERE erasing = 1")
	if err != nil {
		return err
	}
	for _, id := range ids {
		// An erasure before this one has been scrubbed by now, and its note is gone.
		if err := s.update(ctx, "delete session", func(tx txn) error { return needScrub(ctx, tx) }); err != nil {
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

// changed is how many rows a statement changed.
func changed(res sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}
