package sqlite

import (
	"context"
	"errors"

	"earshot/models"
)

// RequestErasure asks the process that writes to the database at path (see store.ErrInUse) for an erasure, by a note in the
// database itself. From then on sessions that are to go are not found any more. ErasureDone of a store that is opened
// for reading tells when it was carried out. models.ErrNotFound as for Erase.
func RequestErasure(ctx context.Context, path string, e models.Erasure) (id int64, err error) {
	path, err = absolute(path)
	if err != nil {
		return 0, err
	}
	if err := checkFile(path, true); err != nil {
		return 0, err
	}
	version, err := probe(ctx, path)
	if err == nil {
		err = checkVersion(path, version, false)
	}
	if err != nil {
		return 0, err
	}
	db := openPool(writerDSN(path), 1)
	defer func() { err = errors.Join(err, db.Close()) }()
	return requestErasure(ctx, db, e)
}

// ErasureDone reports whether an erasure was carried out to the last byte, files of sessions included.
func (s *Store) ErasureDone(ctx context.Context, id int64) (bool, error) {
	done := false
	err := s.read.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM erasures WHERE id = ?)
		AND NOT EXISTS (SELECT 1 FROM chores)`, id).Scan(&done)
	return done, storeError("read erasures", err)
}
