package app

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// Record is what is stored, in files of this machine.
type Record interface {
	store.Store
	store.Embedded
}

// OpenRecord opens the record of a configuration for reading and writing, and makes a new one where there is none. The caller
// closes it. store.ErrInUse: another process writes to it.
func OpenRecord(ctx context.Context, c configs.Config) (Record, error) {
	return opened(sqlite.Open(ctx, Database(c)))
}

// ReadRecord opens the record of a configuration for reading, also while another process writes to it. The caller closes it.
func ReadRecord(ctx context.Context, c configs.Config) (Record, error) {
	return opened(sqlite.OpenReadOnly(ctx, Database(c)))
}

// opened is no Record where there is an error, rather than one that is nil inside.
func opened(db *sqlite.Store, err error) (Record, error) {
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Records opens records by their path, for the doctor.
type Records struct{}

// Read implements doctor.Records.
func (Records) Read(ctx context.Context, path string) (store.Store, error) {
	return opened(sqlite.OpenReadOnly(ctx, path))
}

// Open implements doctor.Records.
func (Records) Open(ctx context.Context, path string) (store.Store, error) {
	return opened(sqlite.Open(ctx, path))
}

// Restoring says how a backup is restored.
type Restoring = sqlite.Restoring

// Restored says what Restore did.
type Restored = sqlite.Restored

// Restore puts a backup in the place of a configuration's record.
func Restore(ctx context.Context, backup string, c configs.Config, how Restoring) (Restored, error) {
	return sqlite.Restore(ctx, backup, Database(c), how)
}

// EraseElsewhere asks the process that writes to a configuration's record for an erasure, and waits so long until it has done it.
func EraseElsewhere(ctx context.Context, c configs.Config, e models.Erasure, wait time.Duration) error {
	id, err := sqlite.RequestErasure(ctx, Database(c), e)
	if err != nil {
		return err
	}
	db, err := sqlite.OpenReadOnly(ctx, Database(c))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return errors.Join(waitForErasure(ctx, db, id), db.Close())
}

func waitForErasure(ctx context.Context, db *sqlite.Store, id int64) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := db.ErasureDone(ctx, id)
		if done || err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return models.WithHint(errors.New("the running Earshot was asked to erase it and has not finished yet"),
				"it goes on by itself, also after a restart")
		case <-tick.C:
		}
	}
}

// Database is the path of the record's database file.
func Database(c configs.Config) string { return filepath.Join(c.DataDir, "earshot.db") }
