package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"earshot/models"
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
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return models.WithHint(fmt.Errorf("backup: %s: %w", file, errors.Join(err, fs.ErrExist)), "choose another name: backups are not overwritten")
	}
	if err := newFile(part); err != nil {
		return models.WithHint(fmt.Errorf("backup: %w", err), "choose a folder that you may write to")
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	if err := vacuumInto(ctx, s.path, part); err != nil {
		return storeError("backup", err)
	}
	if err := examine(ctx, part); err != nil {
		return fmt.Errorf("backup: the copy is not sound: %w", err)
	}
	if err := syncFile(part); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return syncDir(filepath.Dir(file))
}

// vacuumInto copies the live rows over a connection that cannot write to the database, unlike those of the pool, which
// cannot write to anything.
func vacuumInto(ctx context.Context, from, to string) (err error) {
	db := openPool(fileDSN(from, "ro"), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

// newFile makes an empty file for the owner alone; what an earlier backup left half-made goes.
func newFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// examine reads a database file, that nobody else uses, to the end and says what is wrong with it.
func examine(ctx context.Context, path string) (err error) {
	if err := checkFile(path, false); err != nil {
		return err
	}
	version, err := probe(ctx, path)
	if err == nil {
		err = checkVersion(path, version, true)
	}
	if err != nil {
		return err
	}
	db := openPool(readerDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	return integrity(ctx, db, "PRAGMA integrity_check(1)")
}

// Restored says what Restore did.
type Restored struct {
	// Aside is where the database that was replaced lies now; empty when there was none.
	Aside string
	// Again counts what had been erased from the replaced database after the backup, and was erased from the restored one.
	Again int
}

// Restore puts a backup in the place of the database at path, brings it up to date, and erases again what was erased
// after the backup was made, as far as the replaced database tells; whoever objected to being written down since, and rooms that
// were paused since, stay so. The replaced database is kept beside it under another
// name. Nothing is touched when the backup is damaged, of a newer Earshot or no backup, when path is in use (ErrInUse),
// or when there is a database and replace is false (fs.ErrExist).
func Restore(ctx context.Context, backup, path string, replace bool) (r Restored, err error) {
	if path, err = prepareDir(path); err != nil {
		return r, err
	}
	lock, err := acquire(path)
	if err != nil {
		return r, err
	}
	err = restore(ctx, backup, path, replace, &r)
	if err := errors.Join(err, lock.Close()); err != nil {
		return r, err
	}
	s, err := Open(ctx, path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Check(ctx); err != nil {
		return r, err
	}
	if r.Aside != "" {
		r.Again, err = s.eraseAgain(ctx, r.Aside)
	}
	return r, err
}

func restore(ctx context.Context, backup, path string, replace bool, r *Restored) error {
	backup, err := filepath.Abs(backup)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := examine(ctx, backup); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	_, err = os.Lstat(path)
	there := !errors.Is(err, fs.ErrNotExist)
	if there && !replace {
		return models.WithHint(fmt.Errorf("restore: %s: %w", path, fs.ErrExist),
			"--replace puts the backup in its place and keeps the database that is there under another name")
	}
	if err := copyFile(backup, path+".new"); err != nil {
		return unusable(path, err)
	}
	if err := newLineage(ctx, path+".new"); err != nil {
		return storeError("restore", err)
	}
	if there {
		r.Aside = path + ".replaced-" + time.Now().UTC().Format("20060102-150405")
	}
	for _, suffix := range []string{"-wal", "-shm", ""} { // the log belongs to the database that goes
		if err := os.Rename(path+suffix, r.Aside+suffix); r.Aside != "" && err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unusable(path, err)
		}
	}
	if err := os.Rename(path+".new", path); err != nil {
		return unusable(path, err)
	}
	return syncDir(filepath.Dir(path))
}

// newLineage makes a copy of a record another one, which the reserve of the record it takes the place of does not speak
// of. A backup from before there was a lineage gets one when it is brought up to date.
func newLineage(ctx context.Context, path string) (err error) {
	db := openPool(writerDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	var there bool
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'lineage'").Scan(&there); err != nil || !there {
		return err
	}
	_, err = db.ExecContext(ctx, "UPDATE lineage SET id = lower(hex(randomblob(16)))")
	return err
}

func copyFile(from, to string) error {
	if err := newFile(to); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// eraseAgain erases what the replaced database says was erased, and is there again. A replaced database that cannot be
// read says nothing.
func (s *Store) eraseAgain(ctx context.Context, replaced string) (n int, err error) {
	old, err := OpenReadOnly(ctx, replaced)
	if err != nil {
		return 0, nil //nolint:nilerr // a damaged one is why people restore
	}
	removals, err := old.Removals(ctx)
	wishes := old.standing(ctx)
	_ = old.Close()
	if err := s.keepStanding(ctx, wishes); err != nil {
		return 0, err
	}
	if err != nil {
		return 0, nil //nolint:nilerr // as above
	}
	for _, r := range removals {
		wishes, err := s.again(ctx, r)
		if err != nil {
			return n, err
		}
		for _, e := range wishes {
			switch err := s.Erase(ctx, e); {
			case err == nil:
				n++
			case !errors.Is(err, models.ErrNotFound):
				return n, err
			}
		}
	}
	return n, nil
}

// again is the erasure that an entry speaks of.
func (s *Store) again(ctx context.Context, r models.Removal) ([]models.Erasure, error) {
	switch kind := models.ErasureKind(r.What); kind {
	case models.EraseSession, models.EraseRoom:
		return []models.Erasure{{Kind: kind, Target: r.Target, By: r.By}}, nil
	case models.ErasePerson:
		mark, room, _ := strings.Cut(r.Target, "@")
		ids, err := list(ctx, s.read, scanText, "SELECT DISTINCT id FROM speakers")
		var out []models.Erasure
		for _, id := range ids {
			if PersonMark(id) == mark {
				out = append(out, models.Erasure{Kind: kind, Target: id, Room: room, By: r.By})
			}
		}
		return out, storeError("list people", err)
	}
	return nil, nil
}
