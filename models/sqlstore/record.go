package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// Put stores a record in one transaction: see store.Records.
func (s *Store) Put(ctx context.Context, r models.Record) error {
	return s.PutAll(ctx, []models.Record{r})
}

// PutAll stores records in one transaction: see store.Records.
func (s *Store) PutAll(ctx context.Context, all []models.Record) error {
	const op = "store record"
	for _, r := range all {
		if r.Utterance != nil {
			if err := checkLine(*r.Utterance, r.Flags, r.Evidence); err != nil {
				return s.Explain(op, err)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return s.Update(ctx, op, func(tx Txn) error {
		for _, r := range all {
			if err := s.put(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) put(ctx context.Context, tx Txn, r models.Record) error {
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
		fresh, err := s.putLine(ctx, tx, *r.Utterance, r.Flags, r.Evidence)
		if err != nil || !fresh {
			return err
		}
	} else if err := putFlags(ctx, tx, r.Session, r.Flags); err != nil {
		return err
	}
	return s.putOutcome(ctx, tx, r)
}

// permitted returns the part of a record that may be stored: in a session that is moderated only, no words and no audio other than those
// that were flagged.
func permitted(ctx context.Context, tx Txn, r models.Record) (models.Record, error) {
	only := false
	err := tx.QueryRowContext(ctx, "SELECT moderate_only FROM sessions WHERE id = ?", r.Session).Scan(&only)
	if err != nil || !only {
		return r, err
	}
	return r.Wordless(), nil
}

// wanted returns sql.ErrNoRows if a line is not stored and its clip is no longer in the spool.
func wanted(ctx context.Context, tx Txn, k models.Key) error {
	there := 0
	return tx.QueryRowContext(ctx, `SELECT 1 WHERE EXISTS (SELECT 1 FROM spool WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
		OR EXISTS (SELECT 1 FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)`,
		k.Session, k.Epoch, k.Track, k.Seq).Scan(&there)
}

// checkLine rejects flags and audio that do not belong to the line.
func checkLine(u models.Utterance, flags []models.Flag, evidence *models.Evidence) error {
	for _, f := range flags {
		if f.ID == "" || f.Session != u.Session || f.Utterance != u.Key {
			return fmt.Errorf("%w: flag of rule %s is not of line %s", models.ErrInvalid, f.Rule, u.Key)
		}
	}
	return checkEvidence(u, flags, evidence)
}

// putLine stores a line with its flags and audio, and acknowledges its clip. It reports whether the line was new.
func (s *Store) putLine(ctx context.Context, tx Txn, u models.Utterance, flags []models.Flag, evidence *models.Evidence) (bool, error) {
	if u.Committed.IsZero() {
		u.Committed = tx.Now
	}
	fresh, err := s.PutUtterance(ctx, tx, u, flags)
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

// unerased returns a record without the outcomes of lines that are gone, since verdicts may arrive after their words were erased. It
// returns sql.ErrNoRows if nothing is left.
func unerased(ctx context.Context, tx Txn, r models.Record) (models.Record, error) {
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

// putOutcome stores the consequences of a line or an answer.
func (s *Store) putOutcome(ctx context.Context, tx Txn, r models.Record) error {
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
		if err := s.mask(ctx, tx, r.Session, m); err != nil {
			return err
		}
	}
	for _, a := range r.Answers {
		_, err := tx.ExecContext(ctx, "UPDATE flags SET status = ?, decided_by = ?, decided = ? WHERE id = ? AND session = ?",
			a.Status, clean(a.By), millis(tx.Now), a.Flag, r.Session)
		if err != nil {
			return err
		}
		if err := Note(ctx, tx, tx.Now, a.By, "flag "+string(a.Status), a.Flag, r.Session); err != nil {
			return err
		}
	}
	return nil
}

// extent returns the start of the first and the end of the last of some words, in ms.
func extent(words []models.Word) (from, to int64) {
	for i, w := range words {
		if i == 0 {
			from, to = w.StartMS, w.EndMS
		}
		from, to = min(from, w.StartMS), max(to, w.EndMS)
	}
	return from, to
}

// putLedger stores strikes. A stored one can only cease to be pending.
func putLedger(ctx context.Context, tx Txn, r models.Record) error {
	for _, e := range r.Ledger {
		_, err := tx.ExecContext(ctx, `INSERT INTO ledger (id, session, ledger, person, scope, flag, points, pending, by, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET pending = CASE WHEN excluded.pending = 0 THEN 0 ELSE ledger.pending END`,
			e.ID, r.Session, e.Ledger, e.Person, e.Scope, e.Flag, finite(e.Points), e.Pending, clean(e.By), millis(e.At))
		if err != nil {
			return err
		}
	}
	return nil
}

// SessionIn returns a session of some rooms without its counts, or models.ErrNotFound if there is none in these rooms.
func (s *Store) SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error) {
	found, err := sessionIn(ctx, s.read, id, only)
	return found, s.Explain("read session", err)
}

func sessionIn(ctx context.Context, q sqldb.Queryer, id string, only models.RoomSet) (models.Session, error) {
	return sqldb.One(ctx, q, scanSession, "SELECT "+sessionColumns+` FROM sessions WHERE id = ?1 AND erasing = 0
		AND `+Among("room", "?2"), id, RoomList(only))
}

// Snapshot returns a consistent view of what is stored about a session, or models.ErrNotFound if there is none in the query's rooms. If
// some decisions or actions cannot be read, it returns everything else together with models.ErrUnreadable.
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
	failed := s.View(ctx, "read a session whole", func(tx Txn) error {
		part(func() (err error) { snap.Session, err = sessionIn(ctx, tx, q.Session, q.Only); return err })
		part(func() (err error) { snap.Speakers, err = speakersOf(ctx, tx, q.Session); return err })
		part(func() (err error) { snap.Flags, err = flagsOf(ctx, tx, q.Session); return err })
		part(func() (err error) { snap.Clips, err = clipsOf(ctx, tx, q.Session, q.Now); return err })
		part(func() (err error) { snap.Names, err = namesIn(ctx, tx, snap.Session.Room); return err })
		part(func() (err error) { snap.Decisions, err = decisionsOf(ctx, tx, q.Session); return err })
		part(func() (err error) { snap.Actions, err = actionsOf(ctx, tx, q.Session); return err })
		part(func() (err error) { snap.Follows, err = following(ctx, tx, snap.Session); return err })
		part(func() (err error) { snap.LeftOut, err = leftOut(ctx, tx, snap.Session, snap.Speakers); return err })
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
	return snap, s.Explain("read a session whole", unreadable)
}

// following returns the id of the next session in a session's room, or "".
func following(ctx context.Context, tx Txn, after models.Session) (id string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT id FROM sessions WHERE room = ? AND (started, id) > (?, ?) AND erasing = 0
		ORDER BY started, id LIMIT 1`, after.Room, millis(after.Started), after.ID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// leftOut returns the speakers of a live session who object to transcription in its room.
func leftOut(ctx context.Context, tx Txn, in models.Session, speakers []models.Speaker) (out []string, err error) {
	if !in.Live() {
		return nil, nil
	}
	marks, err := objectionsIn(ctx, tx, in.Room)
	for _, p := range speakers {
		if marks[models.PersonMark(p.ID)] {
			out = append(out, p.ID)
		}
	}
	return out, err
}
