// Package sqlite keeps a record (models/store) in one SQLite file, with full-text search, and a few files beside it.
//
// One process writes, through one connection; reads have a small pool of their own and never wait for the writer. Other
// processes may read along with OpenReadOnly. What was written is on the disk when a method returns (synchronous=FULL).
// Erasing leaves no byte of what was erased in any file of the store.
package sqlite

import (
	"database/sql"
	"errors"
	"os"
	"time"

	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/disk"
	"earshot/models/sqlite/journal"
	"earshot/models/sqlite/reserve"
	"earshot/models/sqlstore"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// Store is an open database. Open or OpenReadOnly makes one; Close ends it.
type Store struct {
	*sqlstore.Store
	path  string
	write *sql.DB // one connection; nil when opened read-only
	read  *sql.DB // several connections that cannot write
	// upkeep is one connection that folds the log and waits for nobody.
	upkeep *sql.DB
	fold   *conn.Fold
	// scrubbing is filled by who scrubs the files: a scrub waits for readers, and who wants the next waits for it as long as they like.
	scrubbing chan struct{}
	lock      *disk.Held // held while this process is the writer; nil when opened read-only
	// file is the database itself, for wipe. It is opened before the connections and closed after them: closing any
	// descriptor of the file drops the locks that SQLite holds on it in this process.
	file *os.File
	// reserve and journal are nil when opened read-only, and for a database that is being restored.
	reserve *reserve.Reserve
	journal *journal.Journal
	// lineage names the record in the reserve, origin in the journal.
	lineage, origin string
	now             func() time.Time
}

var (
	_ store.Store    = (*Store)(nil)
	_ store.Embedded = (*Store)(nil)
)

// readers is how many connections read.
const readers = 4

// Option changes how a Store works.
type Option func(*Store)

// WithClock has a Store take the time from now where it notes when something was stored or done.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

func newStore(path string, options ...Option) *Store {
	s := &Store{path: path, now: time.Now, scrubbing: make(chan struct{}, 1)}
	for _, o := range options {
		o(s)
	}
	return s
}

// attach makes what SQLite shares with other databases work on the connections, once they are there.
func (s *Store) attach() {
	d := &sqldb.Dialect{Clock: "CAST(unixepoch('subsec') * 1000 AS INTEGER)"}
	c := sqlstore.Config{Now: s.now, SearchTime: sqlstore.DefaultSearchTime}
	if s.write != nil {
		c.Write = sqldb.NewDB(s.write, d)
	}
	if s.read != nil {
		c.Read = sqldb.NewDB(s.read, d)
	}
	if s.reserve != nil {
		c.Losses = s.reserve
	}
	s.Store = sqlstore.New(engine{s}, c)
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
	if s.file != nil {
		errs = append(errs, s.file.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}
