package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"earshot/models"
)

// Put stores a record in one transaction: see store.Records.
func (s *Store) Put(ctx context.Context, r models.Record) error {
	const op = "store record"
	if r.Utterance != nil {
		if err := checkLine(*r.Utterance, r.Flags, r.Evidence); err != nil {
			return storeError(op, err)
		}
	}
	return s.update(ctx, op, func(tx *sql.Tx) error {
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
		} else if err := putFlags(ctx, tx, r.Flags); err != nil {
			return err
		}
		return putOutcome(ctx, tx, r)
	})
}

// permitted is what may be stored of a record: in a session that is only moderated, neither what was said nor its sound,
// but for the words that were flagged.
func permitted(ctx context.Context, tx *sql.Tx, r models.Record) (models.Record, error) {
	only := false
	err := tx.QueryRowContext(ctx, "SELECT moderate_only FROM sessions WHERE id = ?", r.Session).Scan(&only)
	if err != nil || !only {
		return r, err
	}
	return r.Wordless(), nil
}

// putOutcome stores what came of a line or an answer.
func putOutcome(ctx context.Context, tx *sql.Tx, r models.Record) error {
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
			a.Status, clean(a.By), millis(time.Now()), a.Flag, r.Session)
		if err != nil {
			return err
		}
		if err := note(ctx, tx, time.Now(), a.By, "flag "+string(a.Status), a.Flag, r.Session); err != nil {
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
func putLedger(ctx context.Context, tx *sql.Tx, r models.Record) error {
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

// SetAction stores how far an action has come. models.ErrNotFound when it is not stored.
func (s *Store) SetAction(ctx context.Context, a models.Action) error {
	const op = "set action"
	doc, err := json.Marshal(a)
	if err != nil {
		return storeError(op, err)
	}
	return s.update(ctx, op, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE actions SET state = ?, doc = ? WHERE id = ?", a.State, string(doc), a.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return sql.ErrNoRows
		}
		return nil
	})
}

// Decisions lists the decisions of a session in the order they were made. models.ErrUnreadable comes with those that could be
// read, here and in the other lists of documents.
func (s *Store) Decisions(ctx context.Context, session string) ([]models.Decision, error) {
	found, err := docs[models.Decision](ctx, s.read, "SELECT doc FROM decisions WHERE session = ? ORDER BY created, id", session)
	return found, storeError("list decisions", err)
}

// DecisionOfFlag reads the decision that a flag led to. models.ErrNotFound when there is none.
func (s *Store) DecisionOfFlag(ctx context.Context, flag string) (models.Decision, error) {
	d, err := one(ctx, s.read, scanDoc[models.Decision], "SELECT doc FROM decisions WHERE flag = ?", flag)
	return d, storeError("read decision", err)
}

// Decision reads one decision. models.ErrNotFound when it is not stored.
func (s *Store) Decision(ctx context.Context, id string) (models.Decision, error) {
	d, err := one(ctx, s.read, scanDoc[models.Decision], "SELECT doc FROM decisions WHERE id = ?", id)
	return d, storeError("read decision", err)
}

// Actions lists the actions of a session in the order they were planned.
func (s *Store) Actions(ctx context.Context, session string) ([]models.Action, error) {
	found, err := docs[models.Action](ctx, s.read, "SELECT doc FROM actions WHERE session = ? ORDER BY created, id", session)
	return found, storeError("list actions", err)
}

// Action reads one action. models.ErrNotFound when it is not stored.
func (s *Store) Action(ctx context.Context, id string) (models.Action, error) {
	a, err := one(ctx, s.read, scanDoc[models.Action], "SELECT doc FROM actions WHERE id = ?", id)
	return a, storeError("read action", err)
}

// PlannedActions lists the actions in a room that were planned since a time and never sent: what a crash came in between of. The
// ends of what is in force are left out.
func (s *Store) PlannedActions(ctx context.Context, room string, since time.Time) ([]models.Action, error) {
	found, err := docs[models.Action](ctx, s.read, `SELECT a.doc FROM actions a JOIN sessions s ON s.id = a.session
		WHERE a.state = 'planned' AND s.room = ? AND s.erasing = 0 AND a.created >= ?
		AND NOT EXISTS (SELECT 1 FROM restrictions r WHERE r.action || '-end' = a.id) ORDER BY a.created, a.id`, room, millis(since))
	return found, storeError("list planned actions", err)
}

// LedgerSince lists the strikes that count in a session: its own, those of its room and of all rooms.
func (s *Store) LedgerSince(ctx context.Context, session, room string, since time.Time) ([]models.LedgerEntry, error) {
	found, err := list(ctx, s.read, scanLedger, `SELECT id, session, ledger, person, scope, flag, points, pending, by, at FROM ledger
		WHERE (session = ? OR scope IN ('', ?)) AND at >= ? ORDER BY at, id`, session, room, millis(since))
	return found, storeError("list ledger", err)
}

// Strikes lists the entries of all ledgers that are about somebody as a room's platform knows them, the latest first; at
// most 200.
func (s *Store) Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error) {
	found, err := list(ctx, s.read, scanLedger, `SELECT l.id, l.session, l.ledger, l.person, l.scope, l.flag, l.points, l.pending, l.by, l.at
		FROM ledger l JOIN sessions s ON s.id = l.session WHERE l.person = ? AND s.room = ? AND s.erasing = 0 ORDER BY l.at DESC, l.id LIMIT 200`, speaker, room)
	return found, storeError("list strikes", err)
}

func scanLedger(rows *sql.Rows) (e models.LedgerEntry, err error) {
	var when int64
	err = rows.Scan(&e.ID, &e.Session, &e.Ledger, &e.Person, &e.Scope, &e.Flag, &e.Points, &e.Pending, &e.By, &when)
	e.At = at(when)
	return e, err
}

// scanDoc reads a row that is one JSON document.
func scanDoc[T any](rows *sql.Rows) (v T, err error) {
	var doc []byte
	if err := rows.Scan(&doc); err != nil {
		return v, err
	}
	if json.Unmarshal(doc, &v) != nil { // whose error may quote it
		return v, models.ErrUnreadable
	}
	return v, nil
}

// docs lists the JSON documents that a query finds: those that can be read, with models.ErrUnreadable when some cannot.
func docs[T any](ctx context.Context, q queryer, query string, args ...any) ([]T, error) {
	unreadable := 0
	found, err := list(ctx, q, func(rows *sql.Rows) (*T, error) {
		v, err := scanDoc[T](rows)
		if errors.Is(err, models.ErrUnreadable) {
			unreadable++
			return nil, nil
		}
		return &v, err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	var out []T
	for _, v := range found {
		if v != nil {
			out = append(out, *v)
		}
	}
	if unreadable > 0 {
		err = fmt.Errorf("%d of %d: %w", unreadable, len(found), models.ErrUnreadable)
	}
	return out, err
}

// document is a stored JSON document with its id; nil: it cannot be read.
type document[T any] struct {
	id    string
	value *T
}

// documents lists what a query for id and doc finds.
func documents[T any](ctx context.Context, q queryer, query string, args ...any) ([]document[T], error) {
	return list(ctx, q, func(rows *sql.Rows) (d document[T], err error) {
		var doc []byte
		if err := rows.Scan(&d.id, &doc); err != nil {
			return d, err
		}
		var v T
		if json.Unmarshal(doc, &v) == nil {
			d.value = &v
		}
		return d, nil
	}, query, args...)
}

// emptied is a document of which nothing is left: no version reads it as anything.
const emptied = "[]"

// putDocument stores a document anew in its table. Of one that cannot be read nothing is left, for nobody can say which words it
// quotes.
func putDocument[T any](ctx context.Context, tx *sql.Tx, table string, d document[T]) error {
	doc := []byte(emptied)
	if d.value != nil {
		var err error
		if doc, err = json.Marshal(d.value); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE "+table+" SET doc = ? WHERE id = ?", string(doc), d.id)
	return err
}
