// Package sqlite keeps a record (models/store) in one SQLite file, with full-text search, and a few files beside it.
//
// One process writes, through one connection; reads have a small pool of their own and never wait for the writer. Other
// processes may read along with OpenReadOnly. What was written is on the disk when a method returns (synchronous=FULL).
// Erasing leaves no byte of what was erased in any file of the store.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/journal"
	"earshot/models/sqlite/reserve"
	"earshot/models/store"
)

// Store is an open database. Open or OpenReadOnly makes one; Close ends it.
type Store struct {
	path  string
	write *sql.DB // one connection; nil when opened read-only
	read  *sql.DB // several connections that cannot write
	// upkeep is one connection that folds the log and waits for nobody.
	upkeep *sql.DB
	fold   *conn.Fold
	// scrubbing is filled by who scrubs the files: a scrub waits for readers, and who wants the next waits for it as long as they like.
	scrubbing chan struct{}
	lock      *os.File // held while this process is the writer; nil when opened read-only
	// file is the database itself, for wipe. It is opened before the connections and closed after them: closing any
	// descriptor of the file drops the locks that SQLite holds on it in this process.
	file *os.File
	// reserve and journal are nil when opened read-only, and for a database that is being restored.
	reserve *reserve.Reserve
	journal *journal.Journal
	trouble troubles
	// lineage names the record in the reserve, origin in the journal.
	lineage, origin string
	now             func() time.Time
	// searchTime is the longest that one search may take.
	searchTime time.Duration
	blind      models.Blind // hides row ids in cursors
}

var (
	_ store.Store    = (*Store)(nil)
	_ store.Embedded = (*Store)(nil)
)

// errReadOnly is what every writing method answers on a Store of OpenReadOnly.
var errReadOnly = errors.New("this store was opened for reading only")

const (
	readers           = 4
	defaultSearchTime = 2 * time.Second
)

// Option changes how a Store works.
type Option func(*Store)

// WithClock has a Store take the time from now where it notes when something was stored or done.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

func newStore(path string, options ...Option) *Store {
	s := &Store{path: path, now: time.Now, searchTime: defaultSearchTime, blind: models.NewBlind(), scrubbing: make(chan struct{}, 1)}
	for _, o := range options {
		o(s)
	}
	return s
}

// Path is the database file, absolute.
func (s *Store) Path() string { return s.path }

// Close waits for calls under way, folds the write-ahead log into the file and lets others open it.
func (s *Store) Close() error {
	var errs []error
	s.fold.Wait()
	for _, db := range []*sql.DB{s.read, s.upkeep, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	errs = append(errs, s.reserve.Close())
	for _, f := range []*os.File{s.file, s.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// troubles remembers since when the database takes nothing.
type troubles struct {
	mu  sync.Mutex
	now *models.Trouble
	op  string // what was refused
}

// tryOp is the work of TryWriting.
const tryOp = "try to write"

// wrote notes how a write went, and passes its error on. Only what the database itself refuses is trouble: not what is
// invalid, not found or cancelled. It is over when that work succeeds, or TryWriting: on a full disk there may be room for
// a name and none for a minute of sound.
func (t *troubles) wrote(at time.Time, op string, err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil && (op == t.op || op == tryOp):
		t.now, t.op = nil, ""
	case !errors.Is(err, models.ErrUnavailable): // it got as far as being looked at, or says nothing of the rest
	case t.now == nil:
		t.now, t.op = &models.Trouble{Since: at, Full: diskFull(err), Err: err}, op
	default:
		t.now.Full, t.now.Err = diskFull(err), err
	}
	return err
}

// txn is a transaction, with the time at which it began.
type txn struct {
	*sql.Tx
	now time.Time
}

// update runs fn in one transaction of the writer. op names the work in errors.
func (s *Store) update(ctx context.Context, op string, fn func(txn) error) error {
	if s.write == nil {
		return fmt.Errorf("store: %s: %w", op, errReadOnly)
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.trouble.wrote(s.now(), op, storeError(op, err))
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	began := s.now()
	if err := fn(txn{tx, began}); err != nil {
		return s.trouble.wrote(s.now(), op, storeError(op, err))
	}
	now := reserve.Progress{Lineage: s.lineage, At: began}
	var removal, taken int64
	err = tx.QueryRowContext(ctx, `UPDATE lineage SET commits = commits + 1
		RETURNING commits, (SELECT ifnull(max(id), 0) FROM removals), (SELECT ifnull(max(id), 0) FROM taken)`).
		Scan(&now.Commits, &removal, &taken)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return s.trouble.wrote(s.now(), op, storeError(op, err))
	}
	s.reserve.Reached(now)
	s.fold.Soon()
	err = s.journal.Follow(removal, taken, func(removal, taken int64) (journal.Log, error) {
		return takenSince(context.WithoutCancel(ctx), s.read, removal, taken)
	})
	if err != nil { // the next transaction tries again
		_ = s.trouble.wrote(s.now(), "copy what was removed", fmt.Errorf("store: copy what was removed: %w: %w", models.ErrUnavailable, err))
		return nil
	}
	return s.trouble.wrote(s.now(), op, nil)
}

// view runs fn in one read transaction, so that several queries see the same state.
func (s *Store) view(ctx context.Context, op string, fn func(txn) error) error {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return storeError(op, err)
	}
	defer func() { _ = tx.Rollback() }()
	return storeError(op, fn(txn{tx, s.now()}))
}
