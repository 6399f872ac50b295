package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	sqlite3 "github.com/mattn/go-sqlite3"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/disk"
	"earshot/models/sqlite/journal"
	"earshot/models/sqlite/reserve"
	"earshot/models/sqlite/schema"
	"earshot/models/sqlstore"
	"earshot/models/store"
	"earshot/models/wholefile"
)

// Open opens the database at path for reading and writing, and makes a new one (folder 0700, file 0600) when nothing is
// there. It brings an older database up to date, takes up a deletion that was cut short, and refuses, without touching it,
// a file that is damaged (store.ErrCorrupt), not Earshot's (store.ErrForeign), of a newer Earshot (store.ErrNewerSchema) or in use by
// another process (store.ErrInUse). Each error has a hint (models.Hint).
func Open(ctx context.Context, path string, options ...Option) (_ *Store, err error) {
	path, err = disk.PrepareDir(path)
	if err != nil {
		return nil, err
	}
	lock, err := disk.Lock(path)
	if err != nil {
		return nil, err
	}
	s := newStore(path, options...)
	s.lock = lock
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.ensureFile(ctx); err != nil {
		return nil, err
	}
	if s.reserve, err = reserve.Open(path); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	if err := s.openJournal(ctx); err != nil {
		return nil, openError(path, err)
	}
	if err := s.SettleLosses(ctx, true); err != nil && !errors.Is(err, models.ErrUnavailable) {
		return nil, err // else the reserve keeps them until there is room
	}
	wholefile.KeepOwner(path, path+"-wal", path+"-shm", path+".lock", reserve.Path(path), journal.Path(path))
	return s, nil
}

// open opens the connections to a database that nobody else uses, and makes it ready.
func (s *Store) open(ctx context.Context) (err error) {
	if s.file, err = os.OpenFile(s.path, os.O_RDWR, 0); err != nil {
		return disk.Unusable(s.path, err)
	}
	s.write, s.upkeep = conn.Pool(conn.WriterDSN(s.path), 1), conn.Pool(conn.UpkeepDSN(s.path), 1)
	s.read = conn.Pool(conn.ReaderDSN(s.path), readers)
	s.attach()
	s.fold = conn.NewFold(s.path, s.write, s.upkeep)
	if err := s.start(ctx); err != nil {
		return openError(s.path, err)
	}
	return nil
}

// openJournal sees to it that the journal beside the database has what was taken away. A journal that has more stands
// beside an older copy of the record: then that is taken away again, and the logins of the copy hold no longer.
func (s *Store) openJournal(ctx context.Context) error {
	have, err := sqlstore.TakenSince(ctx, s.write, 0, 0)
	if err != nil {
		return err
	}
	j, ahead, err := journal.Begin(s.path, s.origin, have)
	if err != nil {
		return err
	}
	if !ahead.Empty() {
		if _, err := s.TakeAway(ctx, ahead); err != nil {
			return err
		}
		if err := s.VoidLogins(ctx); err != nil {
			return err
		}
	}
	const ids = "SELECT (SELECT ifnull(max(id), 0) FROM removals), (SELECT ifnull(max(id), 0) FROM taken)"
	var removal, entry int64
	if err := s.write.QueryRowContext(ctx, ids).Scan(&removal, &entry); err != nil {
		return err
	}
	j.Has(removal, entry)
	s.journal = j
	return nil
}

// OpenReadOnly opens an existing database for reading, also while another process writes to it.
// Methods that write return an error.
func OpenReadOnly(ctx context.Context, path string, options ...Option) (*Store, error) {
	path, err := disk.Absolute(path)
	if err != nil {
		return nil, err
	}
	if err := disk.CheckFile(path, false); err != nil {
		return nil, err
	}
	version, err := probe(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(path, version, false); err != nil {
		return nil, err
	}
	before, err := reserve.ReadProgress(path)
	if err != nil {
		return nil, err
	}
	s := newStore(path, options...)
	s.read = conn.Pool(conn.ReaderDSN(path), readers)
	s.attach()
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
		return disk.Unusable(s.path, err)
	}
	if err := disk.CheckFile(s.path, true); err != nil {
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
	if _, err := conn.Checkpoint(ctx, s.write); err != nil {
		return err
	}
	if err := s.quickCheck(ctx); err != nil {
		return err
	}
	before, err := reserve.ReadProgress(s.path)
	if err == nil {
		err = checkProgress(ctx, s.write, s.path, before)
	}
	if err != nil {
		return err
	}
	if err := schema.Migrate(ctx, s.write); err != nil {
		return err
	}
	if err := s.write.QueryRowContext(ctx, "SELECT id, origin FROM lineage").Scan(&s.lineage, &s.origin); err != nil {
		return err
	}
	return s.FinishErasing(ctx)
}

// create makes a new database under another name and moves it into place when it is complete, so that a crash never
// leaves a half-made one. The caller holds the lock.
func create(ctx context.Context, path string) error {
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return models.WithHint(fmt.Errorf("store: %s: %w: the file is gone but its log (-wal) is still there", path, store.ErrCorrupt),
			"put the database file back beside its log, or move the log away to begin a new database")
	}
	before, err := reserve.ReadProgress(path)
	if err != nil {
		return err
	}
	if before != nil {
		return behind(path, before, "the file is gone")
	}
	tmp := path + ".new"
	if err := disk.Clear(tmp); err != nil {
		return disk.Unusable(path, err)
	}
	if err := build(ctx, tmp); err != nil {
		return openError(path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return disk.Unusable(path, err)
	}
	return disk.SyncDir(filepath.Dir(path))
}

// build writes a complete, empty database of the newest schema into a new file.
func build(ctx context.Context, path string) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db := conn.Pool(conn.NewFileDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	if err := schema.Migrate(ctx, db); err != nil {
		return err
	}
	_, err = conn.Checkpoint(ctx, db)
	return err
}

// checkProgress refuses a database that has fewer changes than the record had: its log is missing, or an old copy lies in
// its place. before is what the reserve says; nil: nothing.
func checkProgress(ctx context.Context, q conn.RowQueryer, path string, before *reserve.Progress) error {
	if before == nil {
		return nil
	}
	var now reserve.Progress
	switch err := q.QueryRowContext(ctx, "SELECT id, commits FROM lineage").Scan(&now.Lineage, &now.Commits); {
	case err != nil: // a database from before there was a lineage
		return nil //nolint:nilerr // whether it is damaged is found otherwise
	case now.Lineage != before.Lineage || now.Commits >= before.Commits:
		return nil
	}
	return behind(path, before, fmt.Sprintf("the last %d of %d changes are missing", before.Commits-now.Commits, before.Commits))
}

func behind(path string, before *reserve.Progress, what string) error {
	log := ""
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() == 0 {
		log = ", and its log (" + path + "-wal) is missing or empty"
	}
	return models.WithHint(fmt.Errorf(
		"store: %s: %w (%s): %s%s", path, store.ErrBehind, before.At.Local().Format("2006-01-02 15:04:05"), what, log,
	),
		"nothing was changed: put the log back beside the database, or restore a backup with \"earshot restore\"; "+
			"to go on with what is there, remove "+reserve.Path(path))
}

// applicationID marks the file as Earshot's in SQLite's header ("Ears"), so that another program's database is never taken over.
const applicationID = 0x45617273

// probe reads whose database the file is and its schema version, over a connection that cannot change anything.
func probe(ctx context.Context, path string) (version int, err error) {
	db := conn.Pool(conn.ReaderDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	var id int
	err = db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	if err == nil {
		err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	}
	var e sqlite3.Error
	switch {
	case errors.As(err, &e) && e.Code == sqlite3.ErrNotADB:
		return 0, foreign(path, "it is not a SQLite database, or its beginning is overwritten")
	case err != nil:
		return 0, openError(path, err)
	case id != applicationID:
		return 0, foreign(path, "another program made this database")
	}
	return version, nil
}

func foreign(path, why string) error {
	return models.WithHint(fmt.Errorf("store: %s: %w: %s", path, store.ErrForeign, why),
		"the file was not changed: choose another data_dir, or restore a backup")
}

// checkVersion refuses a schema this program does not know, or cannot bring up to date because it only reads.
func checkVersion(path string, version int, write bool) error {
	known := schema.Version()
	switch {
	case version > known:
		return models.WithHint(fmt.Errorf("store: %s: %w: its schema is %d, this program knows up to %d",
			path, store.ErrNewerSchema, version, known), "use the newer Earshot, or restore a backup from before the upgrade")
	case version < known && !write:
		return models.WithHint(fmt.Errorf("store: %s: %w: its schema is %d, this program needs %d",
			path, store.ErrOlderSchema, version, known), "start the new Earshot once with this data_dir: it brings the database up to date")
	}
	return nil
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
	s := newStore(path)
	s.write = conn.Pool(conn.WriterDSN(path), 1)
	defer func() { err = errors.Join(err, s.write.Close()) }()
	s.attach()
	return s.RequestErasure(ctx, e)
}
