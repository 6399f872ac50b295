// Package wholefile writes files whole or not at all.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts data into a file with these permissions, in place of one that is there: whoever reads it finds what was there before or
// all of the new, whatever happens. A link is replaced too, not what it leads to. Nothing is left behind when it fails.
func Write(name string, data []byte, perm fs.FileMode) error {
	return write(name, data, perm, os.Rename)
}

// Create is Write for a file that is not there yet. The error is fs.ErrExist if there is one already.
func Create(name string, data []byte, perm fs.FileMode) error {
	return write(name, data, perm, func(part, name string) error {
		if err := os.Link(part, name); err != nil {
			return err
		}
		return os.Remove(part)
	})
}

// write puts data into a temporary file beside name, which place then gives its name.
func write(name string, data []byte, perm fs.FileMode, place func(part, name string) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(perm), f.Sync(), f.Close()); err == nil {
		err = place(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Replace puts data into a file whole, like Write. A file that is there keeps its permissions, and a link is followed.
func Replace(name string, data []byte) error {
	perm := fs.FileMode(0o644)
	if at, err := filepath.EvalSymlinks(name); err == nil {
		name = at
	}
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() {
			return &fs.PathError{Op: "write", Path: name, Err: errors.New("not a regular file")}
		}
		perm = info.Mode().Perm()
	}
	return Write(name, data, perm)
}

// Amend replaces the contents old of a file by data and keeps old beside the file, under a name that was free: kept. old is nil for a
// file that is not there yet; then kept is "". A file whose contents are not old is left alone.
func Amend(name string, old, data []byte) (kept string, err error) {
	now, err := os.ReadFile(name)
	switch {
	case old == nil && errors.Is(err, fs.ErrNotExist):
		return "", Replace(name, data)
	case err != nil:
		return "", err
	case old == nil || string(now) != string(old):
		return "", fmt.Errorf("%s has changed in the meantime; nothing was written", name)
	}
	if kept, err = keep(name, old); err != nil {
		return "", err
	}
	return kept, Replace(name, data)
}

// Kept returns what a file had before its last Amend. The error is fs.ErrNotExist if nothing is kept.
func Kept(name string) (data []byte, err error) {
	err = fs.ErrNotExist
	for n := 1; n <= mostKept; n++ {
		next, errNext := os.ReadFile(fmt.Sprintf("%s.old%d", name, n))
		if errNext != nil {
			break
		}
		data, err = next, nil
	}
	return data, err
}

// mostKept bounds the old files that lie beside a file.
const mostKept = 1000

// keep writes what a file had before beside it, for those who may read the file.
func keep(name string, old []byte) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	for n := 1; n <= mostKept; n++ {
		kept := fmt.Sprintf("%s.old%d", name, n)
		f, err := os.OpenFile(kept, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.Write(old)
		return kept, errors.Join(err, f.Sync(), f.Close())
	}
	return "", fmt.Errorf("%s: %d old files lie beside it; take some away", name, mostKept)
}
