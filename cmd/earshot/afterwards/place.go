package afterwards

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"earshot/models"
	"earshot/models/wholefile"
	"earshot/moderation/review/export"
)

// placeFile is the file in a folder of exported files by which processes that share a record tell it from others.
const placeFile = ".earshot-exports"

// placeOf returns the name of a folder; "" if it has none.
func placeOf(dir string) (string, error) {
	name, err := os.ReadFile(filepath.Join(dir, placeFile))
	if dir == "" || errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(name), err
}

// namePlace returns the name of a folder, and gives it one if it has none. Several processes may do so at once.
func namePlace(root *os.Root) (string, error) {
	if place, err := placeOf(root.Name()); place != "" || err != nil {
		return place, err
	}
	name := strings.ToLower(rand.Text())
	err := wholefile.Create(filepath.Join(root.Name(), placeFile), []byte(name), 0o600)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return placeOf(root.Name())
}

// ExportNotes is the record where it is noted which folders hold exported files of a session.
type ExportNotes interface {
	Session(ctx context.Context, id string) (models.SessionInfo, error)
	NoteExport(ctx context.Context, session, place string) error
}

// NoteFiles notes in a record of which of its sessions a folder holds exported files: a process that has the record to itself does not
// note that, and others that share the record from now on have folders of their own.
func NoteFiles(ctx context.Context, dir string, record ExportNotes) error {
	if dir == "" {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("export.dir: %w", err)
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("export.dir: %w", err)
	}
	place, seen := "", map[string]bool{"": true}
	for _, e := range entries {
		id := export.SessionOf(e.Name())
		if seen[id] {
			continue
		}
		seen[id] = true
		_, err := record.Session(ctx, id)
		if errors.Is(err, models.ErrNotFound) {
			continue
		}
		if err == nil && place == "" {
			place, err = namePlace(root)
		}
		if err == nil {
			err = record.NoteExport(ctx, id, place)
		}
		if err != nil {
			return fmt.Errorf("export.dir: %w", err)
		}
	}
	return nil
}

// ReplaceFile atomically writes a file that only this user can read: under a temporary name first, then renamed. Unlike that of
// wholefile.Write, the temporary name is one by which export.SessionOf finds what a crash left, so that erasing removes it too.
func ReplaceFile(root *os.Root, name string, data []byte) error {
	part := name + ".part"
	if err := root.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(part, name)
	}
	if err != nil {
		_ = root.Remove(part)
	}
	return err
}
