package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"earshot/models"
)

// troubles remembers since when the database takes nothing.
type troubles struct {
	mu  sync.Mutex
	now *models.Trouble
	op  string // what was refused
}

// tryOp is the work of TryWriting.
const tryOp = "try to write"

// wrote notes how a write went, and passes its error on. Only what the database itself refuses is trouble: not what is
// invalid, not found or cancelled. It is over when that work succeeds, or TryWriting: on a full disk there may be room for
// a name and none for a minute of sound.
func (t *troubles) wrote(op string, err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil && (op == t.op || op == tryOp):
		t.now, t.op = nil, ""
	case !errors.Is(err, models.ErrUnavailable): // it got as far as being looked at, or says nothing of the rest
	case t.now == nil:
		t.now, t.op = &models.Trouble{Since: time.Now(), Full: diskFull(err), Err: err}, op
	default:
		t.now.Full, t.now.Err = diskFull(err), err
	}
	return err
}

// Trouble is why the record takes nothing now, as far as the latest write tells; nil when it was taken.
func (s *Store) Trouble() *models.Trouble {
	s.trouble.mu.Lock()
	defer s.trouble.mu.Unlock()
	if s.trouble.now == nil {
		return nil
	}
	found := *s.trouble.now
	return &found
}

// tryBytes is more than a stretch of speech takes.
const tryBytes = 256 << 10

// TryWriting finds out whether there is room for what is said, so that Trouble is right even while nobody speaks, and stores
// the gaps that found no room before.
func (s *Store) TryWriting(ctx context.Context) error {
	if err := takeRoom(s.path+".try", tryBytes); err != nil {
		return s.trouble.wrote(tryOp, fmt.Errorf("%w: %w", models.ErrUnavailable, unusable(s.path, err)))
	}
	if err := s.update(ctx, tryOp, func(*sql.Tx) error { return nil }); err != nil {
		return err
	}
	return s.settleLosses(ctx, false)
}

// takeRoom writes a file of so many bytes and removes it again.
func takeRoom(path string, bytes int) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, bytes))
	return errors.Join(err, f.Close(), os.Remove(path))
}
