package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/disk"
	"earshot/models/sqlite/journal"
	"earshot/models/sqlstore"
	"earshot/models/sqlstore/taken"
	"earshot/models/store"
)

// Backup writes the whole database, as it is at one moment, into a new file (mode 0600) and proves that it is sound. It
// works on a Store of OpenReadOnly too, while another process writes; that one only cannot shrink its log meanwhile. The
// copy holds live rows alone: nothing that was deleted before. A file that is there already is refused (fs.ErrExist).
func (s *Store) Backup(ctx context.Context, file string) (err error) {
	file, err = filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	part := file + ".part"
	switch _, err := os.Lstat(file); {
	case err == nil:
		return models.WithHint(fmt.Errorf("backup: %s: %w", file, fs.ErrExist), "choose another name: backups are not overwritten")
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("backup: %w", err)
	}
	if err := disk.NewFile(part); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	if err := vacuumInto(ctx, s.path, part); err != nil {
		return storeError("backup to "+file, err)
	}
	if err := examine(ctx, part); err != nil {
		return fmt.Errorf("backup: the copy is not sound: %w", err)
	}
	if err := disk.SyncFile(part); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return disk.SyncDir(filepath.Dir(file))
}

// vacuumInto copies the live rows over a connection that cannot write to the database, unlike those of the pool, which
// cannot write to anything.
func vacuumInto(ctx context.Context, from, to string) (err error) {
	db := conn.Pool(conn.CopierDSN(from), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

// examine reads a database file, that nobody else uses, to the end and says what is wrong with it.
func examine(ctx context.Context, path string) (err error) {
	if err := disk.CheckFile(path, false); err != nil {
		return err
	}
	version, err := probe(ctx, path)
	if err == nil {
		err = checkVersion(path, version, true)
	}
	if err != nil {
		return err
	}
	db := conn.Pool(conn.ReaderDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	return integrity(ctx, db, "PRAGMA integrity_check(1)")
}

// unfit is the error of a file that is no backup, or that cannot be read. The hints of these errors are about data_dir.
func unfit(err error) error {
	wrapped := fmt.Errorf("restore: %w", err)
	for _, kind := range []error{models.ErrNotFound, store.ErrForeign, store.ErrCorrupt, fs.ErrPermission} {
		if errors.Is(err, kind) {
			return models.WithHint(wrapped, `name a whole file that "earshot backup" wrote and that you may read`)
		}
	}
	return wrapped
}

// Restoring says how a backup is restored.
type Restoring struct {
	// Replace allows it to take the place of a database that is there.
	Replace bool
	// Logins lets those log in who could when the backup was made, also where nobody can tell whether they still may.
	Logins bool
	// By is who restores.
	By string
}

// Restored says what Restore did.
type Restored struct {
	// Aside is where the database that was replaced lies now; empty when there was none.
	Aside string
	// Erasures and Redactions count what was taken away again, because it had been after the backup was made.
	Erasures, Redactions int
	// Unknown says that nothing tells what was taken away since: neither the record that the backup was made of, nor the
	// journal beside it, is there.
	Unknown bool
	// NobodyLogsIn says that no owner is left who could log in.
	NobodyLogsIn bool
}

// Restore puts a backup in the place of the database at path and brings it up to date. What was taken away after the backup
// was made is taken away before anybody can read it: erasures, redactions, users and their rights, as far as the replaced
// database or the journal beside it tells; whoever objected to being transcribed since, and rooms that were paused since,
// stay so. The list of removals stays whole. The sessions, links and keys of the backup are void; users log in with the
// passwords that hold now. Where nobody knows what holds now, nobody is let in, unless Restoring.Logins says so.
//
// The replaced database is kept beside it under another name. Nothing is touched when the backup is damaged, of a newer
// Earshot or no backup, when path is in use (store.ErrInUse), or when there is a database and Replace is not set (fs.ErrExist).
func Restore(ctx context.Context, backup, path string, how Restoring) (r Restored, err error) {
	if path, err = disk.PrepareDir(path); err != nil {
		return r, err
	}
	lock, err := disk.Lock(path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if backup, err = filepath.Abs(backup); err != nil {
		return r, fmt.Errorf("restore: %w", err)
	}
	if err := examine(ctx, backup); err != nil {
		return r, unfit(err)
	}
	_, err = os.Lstat(path)
	there := !errors.Is(err, fs.ErrNotExist)
	if there && !how.Replace {
		return r, models.WithHint(fmt.Errorf("restore: %s: %w", path, fs.ErrExist),
			"--replace puts the backup in its place and keeps the database that is there under another name")
	}
	old, err := lastKnown(ctx, path)
	if err != nil {
		return r, err
	}
	work := path + ".new"
	err = disk.Clear(work)
	if err == nil {
		err = disk.Copy(backup, work)
	}
	if err != nil {
		return r, disk.Unusable(path, err)
	}
	if err := prepare(ctx, work, old, how, &r); err != nil {
		return r, errors.Join(err, disk.Clear(work))
	}
	if there {
		r.Aside = path + ".replaced-" + time.Now().UTC().Format("20060102-150405.000")
	}
	return r, exchange(work, path, r.Aside)
}

// known is what can be found out of the record that was there.
type known struct {
	origin string
	taken.Log
	// begun are erasures that were cut short.
	begun []sqlstore.Begun
	// users are those of today; nil: the database can't be read.
	users []models.User
}

// lastKnown reads the database at path, as far as it can be read, and the journal beside it.
func lastKnown(ctx context.Context, path string) (k known, err error) {
	if k.origin, k.Log, err = journal.Read(path); err != nil {
		return k, err
	}
	s := newStore(path)
	s.read = conn.Pool(conn.ReaderDSN(path), readers)
	s.attach()
	defer func() { err = errors.Join(err, s.Close()) }()
	var origin string
	if err := s.read.QueryRowContext(ctx, "SELECT origin FROM lineage").Scan(&origin); err != nil {
		return k, nil // a damaged one, or none, is why people restore
	}
	more, err := sqlstore.TakenSince(ctx, s.read, 0, 0)
	if err != nil {
		return k, nil // as above
	}
	if origin != k.origin {
		k = known{origin: origin}
	}
	k.Merge(more)
	k.begun, _ = s.Begun(ctx, s.read)
	if users, err := s.Users(ctx); err == nil {
		k.users = append([]models.User{}, users...)
	}
	return k, nil
}

// prepare makes a copy of a backup fit to be the record.
func prepare(ctx context.Context, work string, old known, how Restoring, r *Restored) (err error) {
	s := newStore(work)
	defer func() { err = errors.Join(err, s.Close()) }()
	young, err := hasOrigin(ctx, work)
	if err != nil {
		return err
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	if err := s.Check(ctx); err != nil {
		return err
	}
	switch {
	case old.origin == "":
		r.Unknown = true
	case !young: // from before records had names: it is taken for one of this record
		s.origin = old.origin
	case s.origin != old.origin:
		r.Unknown = true
	}
	if !r.Unknown {
		done, err := s.TakeAway(ctx, old.Log)
		if err != nil {
			return err
		}
		r.Erasures, r.Redactions = done.Erasures, done.Redactions
		for _, e := range old.begun {
			if err := s.Erase(ctx, e.Erasure); err != nil && !errors.Is(err, models.ErrNotFound) {
				return err
			}
		}
	}
	r.NobodyLogsIn, err = s.RestoreLogins(ctx, r.Unknown, sqlstore.Logins{Known: old.users, Backup: how.Logins})
	if err != nil {
		return err
	}
	return s.Update(ctx, "restore", func(tx sqlstore.Txn) error {
		if _, err := tx.ExecContext(ctx, "UPDATE lineage SET id = lower(hex(randomblob(16))), origin = ?", s.origin); err != nil {
			return err
		}
		return sqlstore.Note(ctx, tx, tx.Now, how.By, "backup restored", "", "")
	})
}

// hasOrigin reports whether a copy of a record names the record.
func hasOrigin(ctx context.Context, path string) (there bool, err error) {
	db := conn.Pool(conn.ReaderDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM pragma_table_info('lineage') WHERE name = 'origin'").Scan(&there)
	return there, storeError("restore", err)
}

// exchange puts a database in the place of another, which is kept under the name aside; "": there is none.
func exchange(work, path, aside string) error {
	for _, suffix := range []string{"-wal", "-shm", ""} { // the log belongs to the database that goes
		if aside == "" {
			continue
		}
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return disk.Unusable(path, err)
		}
	}
	if err := os.Rename(work, path); err != nil {
		return disk.Unusable(path, err)
	}
	return disk.SyncDir(filepath.Dir(path))
}
