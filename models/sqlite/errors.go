package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"syscall"

	sqlite3 "github.com/mattn/go-sqlite3"

	"earshot/models"
	"earshot/models/sqlite/disk"
	"earshot/models/store"
)

const hintCorrupt = "the file was not changed: copy it somewhere safe, then restore a backup, or move it away to begin a new database"

// storeError tells the kinds of failure apart for the caller. SQLite's own messages name tables and columns, never values.
func storeError(op string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("store: %s: %w", op, models.ErrNotFound)
	}
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("store: %s: %w", op, err)
	}
	if diskFull(err) {
		return models.WithHint(fmt.Errorf("store: %s: %w: %w", op, models.ErrUnavailable, err), "the disk is full: free up space")
	}
	switch e.Code {
	case sqlite3.ErrInterrupt:
		return fmt.Errorf("store: %s: %w", op, context.Canceled)
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return models.WithHint(fmt.Errorf("store: %s: %w: %w", op, store.ErrCorrupt, err), hintCorrupt)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return models.WithHint(fmt.Errorf("store: %s: %w: %w", op, models.ErrUnavailable, err),
			"another program holds the database: close it")
	case sqlite3.ErrIoErr, sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrNomem, sqlite3.ErrPerm:
		return models.WithHint(fmt.Errorf("store: %s: %w: %w", op, models.ErrUnavailable, err),
			"check the disk and the rights of the data folder")
	}
	return fmt.Errorf("store: %s: %w", op, err)
}

// diskFull reports whether there was no room: on the disk, in somebody's quota, or within what a file may be.
func diskFull(err error) bool {
	var e sqlite3.Error
	if errors.As(err, &e) {
		return e.Code == sqlite3.ErrFull || slices.Contains([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}, e.SystemErrno)
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// openError is storeError for opening, where the path helps.
func openError(path string, err error) error {
	if errors.Is(err, store.ErrCorrupt) || errors.Is(err, store.ErrBehind) || errors.Is(err, store.ErrNewerSchema) ||
		errors.Is(err, models.ErrUnavailable) {
		return err
	}
	var e sqlite3.Error
	if errors.As(err, &e) {
		return storeError("open "+path, err)
	}
	return disk.Unusable(path, err)
}

func corrupt(what string) error {
	return models.WithHint(fmt.Errorf("store: the database is %w: %s", store.ErrCorrupt, what), hintCorrupt)
}
