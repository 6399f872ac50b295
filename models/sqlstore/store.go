// Package sqlstore implements a record (models/store) in an SQL database: the parts that models/sqlite and models/postgres share, in SQL
// that both understand. Each of them provides its connections, its schema and an Engine: its full-text index and how it erases bytes.
//
// Times are Unix milliseconds (UTC), booleans are 1 and 0, and documents and lists are JSON in text columns.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/move"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// Engine is what each kind of database does differently.
type Engine interface {
	// Explain translates an error of the database to one of models or models/store, with a hint. It quotes no values.
	Explain(op string, err error) error
	// Room checks that there is space for what is said. Its error wraps models.ErrUnavailable.
	Room(ctx context.Context) error
	// Full reports whether an error means that there is no space left.
	Full(err error) bool
	// Commit commits a writing transaction that began at a given time.
	Commit(ctx context.Context, tx *sqldb.Tx, began time.Time) error
	// Scrub removes what deleted rows leave behind in the files, as far as the store promises to.
	Scrub(ctx context.Context) error
	// Find lists the lines that match a search, the most recently stored first.
	Find(ctx context.Context, tx Txn, f Finding) ([]Found, error)
	// Tokens returns the value of the column tokens for a text. ok is false if there is no such column.
	Tokens(text string) (tokens string, ok bool)
	// Retry reports whether a transaction failed only because of concurrent ones.
	Retry(err error) bool
}

// Losses keeps note of what would be missing from a record if the program ended now. Its methods may be called from any goroutine.
type Losses interface {
	// Note replaces a session's losses.
	Note(session string, losses []models.Loss) error
	// Sessions lists the sessions that have losses.
	Sessions() []string
	// Lost returns a session's losses, either the settled ones or all, and those that remain open.
	Lost(session string, all bool) (settled, open []models.Loss)
}

// Config configures a Store, which does not close the connections.
type Config struct {
	// Write is nil in a store that was opened read-only.
	Write *sqldb.DB
	Read  *sqldb.DB
	// Losses is nil in a store that was opened read-only.
	Losses Losses
	Now    func() time.Time
	// SearchTime is the time limit of a search.
	SearchTime time.Duration
	// Lineage is a secret shared by processes that accept each other's search cursors. It is empty for a single process.
	Lineage string
}

// Store is the part of a store that does not depend on the kind of database. Its methods may be called from any goroutine.
type Store struct {
	engine  Engine
	write   *sqldb.DB // nil when opened read-only
	read    *sqldb.DB
	losses  Losses
	now     func() time.Time
	trouble *troubles
	blind   models.Blind // hides row ids in cursors
	fence   *fence       // nil: whatever is written is

	searchTime time.Duration
}

// New returns a Store.
func New(e Engine, c Config) *Store {
	blind := models.NewBlind()
	if c.Lineage != "" {
		blind = models.BlindOf(c.Lineage)
	}
	return &Store{
		engine: e, write: c.Write, read: c.Read, losses: c.Losses, now: c.Now, searchTime: c.SearchTime, blind: blind,
		trouble: &troubles{},
	}
}

// ErrReadOnly is returned by all methods that write if the store was opened read-only.
var ErrReadOnly = errors.New("this store was opened for reading only")

// Txn is a transaction and the time at which it began.
type Txn struct {
	*sqldb.Tx
	Now time.Time
}

// attempts limits how often a transaction is run if it fails because of concurrent ones.
const attempts = 10

// Update runs fn in a writing transaction, and retries it if it fails only because of concurrent ones. op names the operation in errors.
func (s *Store) Update(ctx context.Context, op string, fn func(Txn) error) error {
	if s.write == nil {
		return fmt.Errorf("store: %s: %w", op, ErrReadOnly)
	}
	err := s.try(ctx, fn)
	for n := 1; n < attempts && err != nil && s.engine.Retry(err) && ctx.Err() == nil; n++ {
		err = s.try(ctx, fn)
	}
	err = s.fence.seen(s.Explain(op, err))
	if err != nil && errors.Is(ctx.Err(), context.Canceled) { // the caller gave up: whatever the driver calls that, it is no trouble
		return err
	}
	return s.Wrote(op, err)
}

func (s *Store) try(ctx context.Context, fn func(Txn) error) error {
	tx, err := s.write.Begin(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	began := s.now()
	if err := s.fence.hold(ctx, tx); err != nil {
		return err
	}
	if err := fn(Txn{tx, began}); err != nil {
		return err
	}
	return s.engine.Commit(ctx, tx, began)
}

// View runs fn in a read-only transaction, so that all its queries see the same state.
func (s *Store) View(ctx context.Context, op string, fn func(Txn) error) error {
	tx, err := s.read.Begin(ctx, s.read.View())
	if err != nil {
		return s.Explain(op, err)
	}
	defer func() { _ = tx.Rollback() }()
	return s.Explain(op, fn(Txn{tx, s.now()}))
}

// Explain translates an error for the caller. op names the operation.
func (s *Store) Explain(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("store: %s: %w", op, models.ErrNotFound)
	}
	return s.engine.Explain(op, err)
}

// ignoreNoRows returns nil for sql.ErrNoRows and any other error unchanged.
func ignoreNoRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func ignoreNotFound(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}

// CopyTo copies the whole record to another store, which must be empty or contain an unfinished copy of the same record: see move.Run. The
// target cannot be used until the copy is complete (Unfinished).
func (s *Store) CopyTo(ctx context.Context, to *Store, told func(done, all int)) (r move.Report, err error) {
	const op = "move"
	if to.write == nil {
		return r, fmt.Errorf("store: %s: %w", op, ErrReadOnly)
	}
	target := move.Target{DB: to.write, Tokens: to.engine.Tokens}
	if e, ok := to.engine.(interface {
		Copied(ctx context.Context) error
	}); ok {
		target.Done = e.Copied
	}
	err = s.View(ctx, op, func(tx Txn) error {
		r, err = move.Run(ctx, tx.Tx, target, told)
		return err
	})
	return r, err
}

// Unfinished reports whether the store contains an unfinished copy.
func (s *Store) Unfinished(ctx context.Context) (bool, error) {
	unfinished, err := move.Unfinished(ctx, s.read)
	return unfinished, s.Explain("look for an unfinished move", err)
}

// fence restricts writing to the owner of a session's epoch. A nil fence restricts nothing.
type fence struct {
	session string
	epoch   int
	past    func()
}

// Under implements store.Fenced. The handle's transactions begin by checking the session's epoch, which cannot change until they end.
func (s *Store) Under(session string, epoch int, past func()) store.Live {
	under := *s
	under.fence = &fence{session, epoch, past}
	return &under
}

// hold locks the epoch until the transaction ends. It returns store.ErrFenced if the session has a later one. A session that is not stored
// has none, which the write itself will find out.
func (f *fence) hold(ctx context.Context, tx *sqldb.Tx) error {
	if f == nil {
		return nil
	}
	epoch := 0
	err := tx.QueryRowContext(ctx, "SELECT epoch FROM sessions WHERE id = ?"+tx.Share(), f.session).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return f.check(epoch, err)
}

// check compares the stored epoch.
func (f *fence) check(epoch int, err error) error {
	if err == nil && epoch != f.epoch {
		return store.ErrFenced
	}
	return err
}

// seen notifies the owner if an error says that the epoch has passed, and returns the error.
func (f *fence) seen(err error) error {
	if f != nil && f.past != nil && errors.Is(err, store.ErrFenced) {
		f.past()
	}
	return err
}
