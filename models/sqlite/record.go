package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

// Put stores a record in one transaction: see store.Records.
func (s *Store) Put(ctx context.Context, r models.Record) error {
	const op = "store record"
	if r.Utterance != nil {
		if err := checkLine(*r.Utterance, r.Flags, r.Evidence); err != nil {
			return storeError(op, err)
		}
	}
	return s.update(ctx, op, func(tx txn) error {
		if err := alive(ctx, tx, r.Session); err != nil {
			return err
		}
		r, err := permitted(ctx, tx, r)
		if err == nil {
			r, err = unerased(ctx, tx, r)
		}
		if err != nil {
			return err
		}
		if r.Utterance != nil && r.Spooled {
			if err := wanted(ctx, tx, r.Utterance.Key); err != nil {
				return err
			}
		}
		if r.Utterance != nil {
			fresh, err := putLine(ctx, tx, *r.Utterance, r.Flags, r.Evidence)
			if err != nil || !fresh {
				return err
			}
		} else if err := putFlags(ctx, tx, r.Session, r.Flags); err != nil {
			return err
		}
		return putOutcome(ctx, tx, r)
	})
}

// permitted is what may be stored of a record: in a session that is only moderated, neither what was said nor its sound,
// but for the words that were flagged.
func permitted(ctx context.Context, tx txn, r models.Record) (models.Record, error) {
	only := false
	err := tx.QueryRowContext(ctx, "SELECT moderate_only FROM sessions WHERE id = ?", r.Session).Scan(&only)
	if err != nil || !only {
		return r, err
	}
	return r.Wordless(), nil
}

// wanted is sql.ErrNoRows for a line that is not stored and whose clip is not in the spool any more.
func wanted(ctx context.Context, tx txn, k models.Key) error {
	there := 0
	return tx.QueryRowContext(ctx, `SELECT 1 WHERE EXISTS (SELECT 1 FROM spool WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
		OR EXISTS (SELECT 1 FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)`,
		k.Session, k.Epoch, k.Track, k.Seq).Scan(&there)
}

// checkLine refuses flags and sound that are not of the line.
func checkLine(u models.Utterance, flags []models.Flag, evidence *models.Evidence) error {
	for _, f := range flags {
		if f.ID == "" || f.Session != u.Session || f.Utterance != u.Key {
			return fmt.Errorf("%w: flag of rule %s is not of line %s", models.ErrInvalid, f.Rule, u.Key)
		}
	}
	return checkEvidence(u, flags, evidence)
}

// putLine stores a line with its flags and its sound, and acknowledges its clip. It reports whether the line was new.
func putLine(ctx context.Context, tx txn, u models.Utterance, flags []models.Flag, evidence *models.Evidence) (bool, error) {
	if u.Committed.IsZero() {
		u.Committed = tx.now
	}
	fresh, err := putUtterance(ctx, tx, u, flags)
	if err != nil {
		return false, err
	}
	if fresh {
		if err := putFlags(ctx, tx, u.Session, flags); err != nil {
			return false, err
		}
		if evidence != nil {
			if err := putEvidence(ctx, tx, *evidence); err != nil {
				return false, err
			}
		}
	}
	return fresh, acknowledge(ctx, tx, u)
}

// unerased is a record without what came of lines that are gone: verdicts on words that were erased meanwhile come later
// than the words. sql.ErrNoRows: nothing is left of it.
func unerased(ctx context.Context, tx txn, r models.Record) (models.Record, error) {
	if r.Utterance != nil {
		return r, nil
	}
	var fail error
	gone := func(k models.Key, id string) bool {
		if k.Track == "" { // it came of no line
			return false
		}
		there := false
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
			OR EXISTS (SELECT 1 FROM decisions WHERE id = ?5)`, k.Session, k.Epoch, k.Track, k.Seq, id).Scan(&there)
		fail = errors.Join(fail, err)
		return !there
	}
	var flags, decisions []string // those that are gone
	r.Flags = slices.DeleteFunc(slices.Clone(r.Flags), func(f models.Flag) bool {
		if !gone(f.Utterance, "") {
			return false
		}
		flags = append(flags, f.ID)
		return true
	})
	r.Decisions = slices.DeleteFunc(slices.Clone(r.Decisions), func(d models.Decision) bool {
		if !gone(d.Utterance, d.ID) {
			return false
		}
		flags, decisions = append(flags, d.Flag), append(decisions, d.ID)
		return true
	})
	if fail != nil || len(flags) == 0 {
		return r, fail
	}
	r.Actions = slices.DeleteFunc(slices.Clone(r.Actions), func(a models.Action) bool { return slices.Contains(decisions, a.Decision) })
	r.Ledger = slices.DeleteFunc(slices.Clone(r.Ledger), func(e models.LedgerEntry) bool { return slices.Contains(flags, e.Flag) })
	if len(r.Flags)+len(r.Decisions)+len(r.Actions)+len(r.Ledger)+len(r.Masks)+len(r.Answers) == 0 {
		return r, sql.ErrNoRows
	}
	return r, nil
}

// putOutcome stores what came of a line or an answer.
func putOutcome(ctx context.Context, tx txn, r models.Record) error {
	for _, d := range r.Decisions {
		doc, err := json.Marshal(d)
		if err != nil {
			return err
		}
		from, to := extent(d.Matched)
		_, err = tx.ExecContext(ctx, `INSERT INTO decisions (id, session, flag, rule, verdict, ask, created, doc, speaker, from_ms, to_ms)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET verdict = excluded.verdict, ask = excluded.ask, doc = excluded.doc`,
			d.ID, r.Session, d.Flag, d.Rule, d.Verdict, d.Ask, millis(d.Created), string(doc), d.SpeakerID, from, to)
		if err != nil {
			return err
		}
	}
	for _, a := range r.Actions {
		doc, err := json.Marshal(a)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO actions (id, session, decision, state, created, doc) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT "+
			"DO NOTHING",
			a.ID, r.Session, a.Decision, a.State, millis(a.Created), string(doc))
		if err != nil {
			return err
		}
	}
	if err := putLedger(ctx, tx, r); err != nil {
		return err
	}
	for _, m := range r.Masks {
		if err := mask(ctx, tx, r.Session, m); err != nil {
			return err
		}
	}
	for _, a := range r.Answers {
		_, err := tx.ExecContext(ctx, "UPDATE flags SET status = ?, decided_by = ?, decided = ? WHERE id = ? AND session = ?",
			a.Status, clean(a.By), millis(tx.now), a.Flag, r.Session)
		if err != nil {
			return err
		}
		if err := note(ctx, tx, tx.now, a.By, "flag "+string(a.Status), a.Flag, r.Session); err != nil {
			return err
		}
	}
	return nil
}

// extent is when the first of some words began and the last one ended, in ms.
func extent(words []models.Word) (from, to int64) {
	for i, w := range words {
		if i == 0 {
			from, to = w.StartMS, w.EndMS
		}
		from, to = min(from, w.StartMS), max(to, w.EndMS)
	}
	return from, to
}

// putLedger stores strikes; one that is stored already only stops being pending.
func putLedger(ctx context.Context, tx txn, r models.Record) error {
	for _, e := range r.Ledger {
		_, err := tx.ExecContext(ctx, `INSERT INTO ledger (id, session, ledger, person, scope, flag, points, pending, by, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET pending = min(ledger.pending, excluded.pending)`,
			e.ID, r.Session, e.Ledger, e.Person, e.Scope, e.Flag, finite(e.Points), e.Pending, clean(e.By), millis(e.At))
		if err != nil {
			return err
		}
	}
	return nil
}

// SessionIn reads one session of some rooms, without its counts. models.ErrNotFound when it is not stored, or in another room.
func (s *Store) SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error) {
	found, err := sessionIn(ctx, s.read, id, only)
	return found, storeError("read session", err)
}

func sessionIn(ctx context.Context, q conn.Queryer, id string, only models.RoomSet) (models.Session, error) {
	rooms := roomList(only)
	return conn.One(ctx, q, scanSession, "SELECT "+sessionColumns+` FROM sessions WHERE id = ? AND erasing = 0
		AND (? IS NULL OR room IN (SELECT value FROM json_each(?)))`, id, rooms, rooms)
}

// Snapshot reads what is stored of a session, at one moment. models.ErrNotFound when it is not stored, or in another room than
// those of the query. models.ErrUnreadable, beside all the rest: some decisions or actions cannot be read.
func (s *Store) Snapshot(ctx context.Context, q models.SnapshotQuery) (snap models.Snapshot, err error) {
	var unreadable error
	part := func(read func() error) {
		if err == nil {
			err = read()
		}
		if errors.Is(err, models.ErrUnreadable) {
			unreadable, err = errors.Join(unreadable, err), nil
		}
	}
	failed := s.view(ctx, "read a session whole", func(tx txn) error {
		part(func() (err error) { snap.Session, err = sessionIn(ctx, tx, q.Session, q.Only); return err })
		part(func() (err error) { snap.Speakers, err = speakersOf(ctx, tx, q.Session); return err })
		part(func() (err error) { snap.Flags, err = flagsOf(ctx, tx, q.Session); return err })
		part(func() (err error) { snap.Clips, err = clipsOf(ctx, tx, q.Session, q.Now); return err })
		part(func() (err error) { snap.Names, err = namesIn(ctx, tx, snap.Session.Room); return err })
		part(func() (err error) { snap.Decisions, err = decisionsOf(ctx, tx, q.Session); return err })
		part(func() (err error) { snap.Actions, err = actionsOf(ctx, tx, q.Session); return err })
		part(func() (err error) { snap.Summaries, err = summariesOf(ctx, tx, q.Session); return err })
		if q.Words {
			part(func() (err error) { snap.Lines, err = linesOf(ctx, tx, q.Session); return err })
			part(func() (err error) { snap.Gaps, err = gapsOf(ctx, tx, q.Session); return err })
		}
		return err
	})
	if failed != nil {
		return models.Snapshot{}, failed
	}
	return snap, storeError("read a session whole", unreadable)
}
