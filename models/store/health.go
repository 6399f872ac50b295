package store

import (
	"context"

	"earshot/models"
)

// Health checks whether the record is intact and writable.
type Health interface {
	// Check reads the whole record and returns an error that wraps ErrCorrupt if something is damaged.
	Check(ctx context.Context) error
	// Orphans describes rows without an owner, of which there should be none.
	Orphans(ctx context.Context) ([]string, error)
	// Trouble is why the record can't be written to, according to the latest write; nil if that succeeded.
	Trouble() *models.Trouble
	// TryWriting checks whether the record can be written to, so that Trouble is current even while nobody speaks, and stores gaps
	// that could not be stored before.
	TryWriting(ctx context.Context) error
}

// Embedded is a record in local files.
type Embedded interface {
	// Path returns the record's absolute path.
	Path() string
	// Backup writes a consistent copy of the record to a new file and verifies it. The copy contains no removed data. An existing
	// file is an error (fs.ErrExist).
	Backup(ctx context.Context, file string) error
}
