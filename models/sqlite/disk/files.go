// Package disk looks after the files that a record lies in: who may read them, that no two processes write to them, and that
// they survive a power cut.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"earshot/models"
	"earshot/models/store"
)

// Absolute is the path of a database from the root. models.ErrInvalid: there is none.
func Absolute(path string) (string, error) {
	if path == "" {
		return "", models.WithHint(fmt.Errorf("store: %w: no database path", models.ErrInvalid), "set data_dir")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	return abs, nil
}

// PrepareDir makes the database's folder for the owner alone. A folder that is there keeps its mode, except that others
// must not write in it: they could put files of their own in place of ours.
func PrepareDir(path string) (string, error) {
	path, err := Absolute(path)
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", Unusable(path, err)
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
		return Unusable(dir, err)
	}
	mode := info.Mode()
	owner, known := info.Sys().(*syscall.Stat_t)
	ours := known && int(owner.Uid) == os.Getuid() && mode&os.ModeSticky == 0
	switch {
	case mode.Perm()&0o022 == 0, !ours && mode.Perm()&0o002 == 0:
		return nil
	case ours:
		if err := os.Chmod(dir, mode&^0o022); err != nil {
			return Unusable(dir, err)
		}
		return nil
	}
	return models.WithHint(fmt.Errorf("store: %w: everybody on this machine may write in %s", models.ErrInvalid, dir),
		"choose a separate folder for data_dir, or make it private: chmod o-w "+dir)
}

// Unusable is an error of the file system, with what to do about it. The error names the path.
func Unusable(path string, err error) error {
	hint := "check the folder and its file system, or choose another data_dir"
	switch {
	case errors.Is(err, fs.ErrPermission):
		hint = fmt.Sprintf("user %d needs to read and write %s: change its owner or mode, or choose another data_dir",
			os.Getuid(), filepath.Dir(path))
	case errors.Is(err, syscall.EROFS):
		hint = "the file system is read-only: choose a data_dir on another one"
	case errors.Is(err, syscall.ENOSPC):
		hint = "the disk is full: free up space, or choose another data_dir"
	case errors.Is(err, syscall.ENOTDIR):
		hint = "a part of the path is a file, not a folder: choose another data_dir"
	}
	return models.WithHint(fmt.Errorf("store: database %s cannot be used: %w", path, err), hint)
}

// missing is the path of a database that is not there. As an error it is models.ErrNotFound.
type missing string

// Error tells it in one sentence.
func (m missing) Error() string { return "there is no database " + string(m) }

// Is makes it models.ErrNotFound.
func (missing) Is(target error) bool { return target == models.ErrNotFound }

// CheckFile refuses what is not a plain file with something in it, and tightens the mode of ours. It must not open the
// file: closing it again would drop the locks that another Store of this process holds (POSIX advisory locking).
func CheckFile(path string, write bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return models.WithHint(missing(path), "check data_dir, or let Earshot join a room first")
	case err != nil:
		return Unusable(path, err)
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
		return Unusable(path, err)
	}
	if write && info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return Unusable(path, err)
		}
	}
	return nil
}

// SyncDir makes a rename in the folder survive a power cut.
func SyncDir(dir string) error {
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

// NewFile makes an empty file for the owner alone; what an earlier backup left half-made goes.
func NewFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// SyncFile makes what a file holds survive a power cut.
func SyncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Clear removes a database that nobody uses, and its log.
func Clear(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Copy makes a copy of a file, for the owner alone, that survives a power cut.
func Copy(from, to string) error {
	if err := NewFile(to); err != nil {
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

// TakeRoom writes a file of so many bytes and removes it again.
func TakeRoom(path string, bytes int) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, bytes))
	return errors.Join(err, f.Close(), os.Remove(path))
}
