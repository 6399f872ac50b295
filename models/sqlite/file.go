package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"earshot/models"
	"earshot/models/store"
)

// applicationID marks the file as Earshot's in SQLite's header ("Ears"), so that another program's database is never taken over.
const applicationID = 0x45617273

func absolute(path string) (string, error) {
	if path == "" {
		return "", models.WithHint(fmt.Errorf("store: %w: no database path", models.ErrInvalid), "set data_dir")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	return abs, nil
}

// prepareDir makes the database's folder for the owner alone. A folder that is there keeps its mode, except that others
// must not write in it: they could put files of their own in place of ours.
func prepareDir(path string) (string, error) {
	path, err := absolute(path)
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", unusable(path, err)
	}
	if err := keepOthersOut(dir); err != nil {
		return "", err
	}
	return path, nil
}

// keepOthersOut takes the right to write in a folder of ours away from others, and refuses a folder where that can't be done:
// another's, or one that all share, like /tmp. In a folder of another user's that is its group's, which a volume of a
// container is, this process may be writing by the group's right, so that is left.
func keepOthersOut(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return unusable(dir, err)
	}
	mode := info.Mode()
	owner, known := info.Sys().(*syscall.Stat_t)
	ours := known && int(owner.Uid) == os.Getuid() && mode&os.ModeSticky == 0
	switch {
	case mode.Perm()&0o022 == 0, !ours && mode.Perm()&0o002 == 0:
		return nil
	case ours:
		if err := os.Chmod(dir, mode&^0o022); err != nil {
			return unusable(dir, err)
		}
		return nil
	}
	return models.WithHint(fmt.Errorf("store: %w: everybody on this machine may write in %s", models.ErrInvalid, dir),
		"choose a folder of its own for data_dir, or take the right away: chmod o-w "+dir)
}

// unusable is an error of the file system, with what to do about it. The error names the path.
func unusable(path string, err error) error {
	hint := "check the folder and its file system, or choose another data_dir"
	switch {
	case errors.Is(err, fs.ErrPermission):
		hint = fmt.Sprintf("user %d needs to read and write %s: change its owner or mode, or choose another data_dir",
			os.Getuid(), filepath.Dir(path))
	case errors.Is(err, syscall.EROFS):
		hint = "the file system is read-only: choose a data_dir on another one"
	case errors.Is(err, syscall.ENOSPC):
		hint = "the disk is full: make room, or choose another data_dir"
	case errors.Is(err, syscall.ENOTDIR):
		hint = "a part of the path is a file, not a folder: choose another data_dir"
	}
	return models.WithHint(fmt.Errorf("store: database %s cannot be used: %w", path, err), hint)
}

// checkFile refuses what is not a plain file with something in it, and tightens the mode of ours. It must not open the
// file: closing it again would drop the locks that another Store of this process holds (POSIX advisory locking).
func checkFile(path string, write bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return models.WithHint(fmt.Errorf("store: there is no database %s: %w", path, models.ErrNotFound),
			"check data_dir, or let Earshot join a room first")
	case err != nil:
		return unusable(path, err)
	case !info.Mode().IsRegular():
		return models.WithHint(fmt.Errorf("store: %s: %w: it is not a plain file", path, store.ErrForeign), "choose another data_dir")
	case info.Size() == 0:
		return models.WithHint(fmt.Errorf("store: %s: %w: the file is empty", path, store.ErrCorrupt),
			"restore a backup, or move the empty file away to begin a new database")
	}
	access := uint32(4) // R_OK
	if write {
		access |= 2 // W_OK
	}
	if err := syscall.Access(path, access); err != nil {
		return unusable(path, err)
	}
	if write && info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return unusable(path, err)
		}
	}
	return nil
}

// syncDir makes a rename in the folder survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("store: sync folder %s: %w", dir, err)
	}
	return nil
}
