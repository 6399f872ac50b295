package store

import (
	"context"

	"earshot/models"
)

// Health tells whether the record is sound and can be written to.
type Health interface {
	// Check reads the whole record and returns an error that wraps ErrCorrupt when something in it is damaged.
	Check(ctx context.Context) error
	// Orphans lists, in words, rows that belong to nothing; none is how it should be.
	Orphans(ctx context.Context) ([]string, error)
	// Trouble is why the record takes nothing now, as far as the latest write tells; nil when it was taken.
	Trouble() *models.Trouble
	// TryWriting finds out whether there is room for what is said, so that Trouble is right even while nobody speaks, and
	// stores the gaps that found no room before.
	TryWriting(ctx context.Context) error
}

// Embedded is a record that lies in files of this machine.
type Embedded interface {
	// Path is the record's file, absolute.
	Path() string
	// Backup writes the whole record, as it is at one moment, into a new file and proves that it is sound. The copy holds
	// nothing that was removed before. A file that is there already is refused (fs.ErrExist).
	Backup(ctx context.Context, file string) error
}
