// Package sqlite keeps everything Earshot knows in one SQLite file: sessions, speakers, clips that wait for decoding,
// transcripts, flags and gaps, with full-text search.
//
// One process writes, through one connection; reads have a small pool of their own and never wait for the writer. Other
// processes may read along with OpenReadOnly. Every method may be called from any goroutine, returns after its work is
// on the disk (synchronous=FULL), and changes nothing when it returns an error. Errors wrap models.ErrNotFound,
// models.ErrInvalid or models.ErrUnavailable where a caller can act on the difference; they never carry what people said.
//
// Points in time are kept to the millisecond, in UTC.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// Store is an open database. Open or OpenReadOnly makes one; Close ends it.
type Store struct {
	path  string
	write *sql.DB // one connection; nil when opened read-only
	read  *sql.DB // several connections that cannot write
	// upkeep is one connection that folds the log and waits for nobody.
	upkeep  *sql.DB
	folding folding
	// scrubbing is filled by who scrubs the files: a scrub waits for readers, and who wants the next waits for it as long as they like.
	scrubbing chan struct{}
	lock      *os.File // held while this process is the writer; nil when opened read-only
	// file is the database itself, for wipe. It is opened before the connections and closed after them: closing any
	// descriptor of the file drops the locks that SQLite holds on it in this process.
	file *os.File
	// reserve and journal are nil when opened read-only, and for a database that is being restored.
	reserve *reserve
	journal *journal
	trouble troubles
	// lineage names the record in the reserve, origin in the journal.
	lineage, origin string
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

// Open opens the database at path for reading and writing, and makes a new one (folder 0700, file 0600) when nothing is
// there. It brings an older database up to date, takes up a deletion that was cut short, and refuses, without touching it,
// a file that is damaged (store.ErrCorrupt), not Earshot's (store.ErrForeign), of a newer Earshot (store.ErrNewerSchema) or in use by
// another process (store.ErrInUse). Each error has a hint (models.Hint).
func Open(ctx context.Context, path string) (_ *Store, err error) {
	path, err = prepareDir(path)
	if err != nil {
		return nil, err
	}
	lock, err := acquire(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, lock: lock, searchTime: defaultSearchTime, blind: models.NewBlind(), scrubbing: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.ensureFile(ctx); err != nil {
		return nil, err
	}
	if s.reserve, err = openReserve(path); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	if err := s.openJournal(ctx); err != nil {
		return nil, openError(path, err)
	}
	if err := s.settleLosses(ctx, true); err != nil && !errors.Is(err, models.ErrUnavailable) {
		return nil, err // else the reserve keeps them until there is room
	}
	return s, nil
}

// open opens the connections to a database that nobody else uses, and makes it ready.
func (s *Store) open(ctx context.Context) (err error) {
	if s.file, err = os.OpenFile(s.path, os.O_RDWR, 0); err != nil {
		return unusable(s.path, err)
	}
	s.write, s.upkeep = openPool(writerDSN(s.path), 1), openPool(upkeepDSN(s.path), 1)
	if err := s.start(ctx); err != nil {
		return openError(s.path, err)
	}
	s.read = openPool(readerDSN(s.path), readers)
	return nil
}

// openJournal sees to it that the journal beside the database has what was taken away. A journal that has more stands
// beside an older copy of the record: then that is taken away again, and the logins of the copy hold no longer.
func (s *Store) openJournal(ctx context.Context) error {
	j := &journal{path: s.path}
	ahead, err := j.begin(ctx, s.origin, s.write)
	if err != nil {
		return err
	}
	if len(ahead.removals)+len(ahead.taken) > 0 {
		if _, err := s.takeAway(ctx, ahead); err != nil {
			return err
		}
		if err := s.voidLogins(ctx); err != nil {
			return err
		}
	}
	const ids = "SELECT (SELECT ifnull(max(id), 0) FROM removals), (SELECT ifnull(max(id), 0) FROM taken)"
	if err := s.write.QueryRowContext(ctx, ids).Scan(&j.removal, &j.taken); err != nil {
		return err
	}
	s.journal = j
	return nil
}

// OpenReadOnly opens an existing database for reading, also while another process writes to it.
// Methods that write return an error.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	path, err := absolute(path)
	if err != nil {
		return nil, err
	}
	if err := checkFile(path, false); err != nil {
		return nil, err
	}
	version, err := probe(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(path, version, false); err != nil {
		return nil, err
	}
	before, err := readProgress(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, read: openPool(readerDSN(path), readers), searchTime: defaultSearchTime, blind: models.NewBlind()}
	if err := checkProgress(ctx, s.read, path, before); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// ensureFile leaves a database at the path that this program may write to, or says why not.
func (s *Store) ensureFile(ctx context.Context) error {
	switch _, err := os.Stat(s.path); {
	case errors.Is(err, os.ErrNotExist):
		return create(ctx, s.path)
	case err != nil:
		return unusable(s.path, err)
	}
	if err := checkFile(s.path, true); err != nil {
		return err
	}
	version, err := probe(ctx, s.path)
	if err != nil {
		return err
	}
	return checkVersion(s.path, version, true)
}

// start makes an existing database ready: the log of the last run folded in, checked, migrated, deletions finished.
func (s *Store) start(ctx context.Context) error {
	if _, err := checkpoint(ctx, s.write); err != nil {
		return err
	}
	if err := s.quickCheck(ctx); err != nil {
		return err
	}
	before, err := readProgress(s.path)
	if err == nil {
		err = checkProgress(ctx, s.write, s.path, before)
	}
	if err != nil {
		return err
	}
	if err := migrate(ctx, s.write); err != nil {
		return err
	}
	if err := s.write.QueryRowContext(ctx, "SELECT id, origin FROM lineage").Scan(&s.lineage, &s.origin); err != nil {
		return err
	}
	return s.finishErasing(ctx)
}

// Path is the database file, absolute.
func (s *Store) Path() string { return s.path }

// Close waits for calls under way, folds the write-ahead log into the file and lets others open it.
func (s *Store) Close() error {
	var errs []error
	s.folding.group.Wait()
	for _, db := range []*sql.DB{s.read, s.upkeep, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	errs = append(errs, s.reserve.close())
	for _, f := range []*os.File{s.file, s.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// update runs fn in one transaction of the writer. op names the work in errors.
func (s *Store) update(ctx context.Context, op string, fn func(*sql.Tx) error) error {
	if s.write == nil {
		return fmt.Errorf("store: %s: %w", op, errReadOnly)
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.trouble.wrote(op, storeError(op, err))
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := fn(tx); err != nil {
		return s.trouble.wrote(op, storeError(op, err))
	}
	now := progress{Lineage: s.lineage, At: time.Now()}
	var removal, other int64
	err = tx.QueryRowContext(ctx, `UPDATE lineage SET commits = commits + 1
		RETURNING commits, (SELECT ifnull(max(id), 0) FROM removals), (SELECT ifnull(max(id), 0) FROM taken)`).
		Scan(&now.Commits, &removal, &other)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return s.trouble.wrote(op, storeError(op, err))
	}
	s.reserve.reached(now)
	s.foldSoon()
	if err := s.journal.follow(context.WithoutCancel(ctx), s.read, removal, other); err != nil { // the next transaction tries again
		_ = s.trouble.wrote("copy what was removed", fmt.Errorf("store: copy what was removed: %w: %w", models.ErrUnavailable, err))
		return nil
	}
	return s.trouble.wrote(op, nil)
}

// view runs fn in one read transaction, so that several queries see the same state.
func (s *Store) view(ctx context.Context, op string, fn func(*sql.Tx) error) error {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return storeError(op, err)
	}
	defer func() { _ = tx.Rollback() }()
	return storeError(op, fn(tx))
}

// queryer is what queries run on: a pool or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// list runs a query and scans every row.
func list[T any](ctx context.Context, q queryer, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// one runs a query for a single row; sql.ErrNoRows when there is none.
func one[T any](ctx context.Context, q queryer, scan func(*sql.Rows) (T, error), query string, args ...any) (T, error) {
	all, err := list(ctx, q, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return all[0], nil
}

// scanText is for queries of one column.
func scanText(rows *sql.Rows) (s string, err error) {
	err = rows.Scan(&s)
	return s, err
}
