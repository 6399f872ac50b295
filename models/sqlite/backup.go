package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
	switch _, err := os.Lstat(file); {
	case err == nil:
		return models.WithHint(fmt.Errorf("backup: %s: %w", file, fs.ErrExist), "choose another name: backups are not overwritten")
	case !errors.Is(err, fs.ErrNotExist):
		return models.WithHint(fmt.Errorf("backup: %w", err), "choose a folder that you may write to")
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
