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
	"earshot/models/store"
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

// NoteLosses writes down what of a session is lost if the program ends before it is stored, in the place of what was
// noted before. It needs no room on the disk. Losses that are settled become gaps as soon as there is room; the others
// only when the database is opened the next time, and only if their clips were not stored after all.
func (s *Store) NoteLosses(session string, losses []models.Loss) error {
	if s.reserve == nil {
		return fmt.Errorf("store: note losses: %w", errReadOnly)
	}
	return s.reserve.note(session, losses)
}

// settleLosses makes gaps of the losses that are settled, or, after a crash, of all. A session that is gone has none.
func (s *Store) settleLosses(ctx context.Context, all bool) error {
	for _, session := range s.reserve.sessions() {
		settled, open := s.reserve.lost(session, all)
		if len(settled) == 0 {
			continue
		}
		err := s.update(ctx, "store gaps", func(tx *sql.Tx) error {
			if err := alive(ctx, tx, session); err != nil {
				return ignoreNoRows(err)
			}
			for _, l := range settled {
				if err := putLoss(ctx, tx, l); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = s.reserve.note(session, open)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func putLoss(ctx context.Context, tx *sql.Tx, l models.Loss) error {
	k, stored := l.Key, 0
	err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM spool WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
		+ (SELECT count(*) FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)`,
		k.Session, k.Epoch, k.Track, k.Seq).Scan(&stored)
	if err != nil || stored > 0 {
		return err
	}
	if gone, err := gapErased(ctx, tx, l.Gap); err != nil || gone {
		return err
	}
	return putGap(ctx, tx, l.Gap)
}

// checkProgress refuses a database that has fewer changes than the record had: its log is missing, or an old copy lies in
// its place. before is what the reserve says; nil: nothing.
func checkProgress(ctx context.Context, q rowQueryer, path string, before *progress) error {
	if before == nil {
		return nil
	}
	var now progress
	switch err := q.QueryRowContext(ctx, "SELECT id, commits FROM lineage").Scan(&now.Lineage, &now.Commits); {
	case err != nil: // a database from before there was a lineage
		return nil //nolint:nilerr // whether it is damaged is found otherwise
	case now.Lineage != before.Lineage || now.Commits >= before.Commits:
		return nil
	}
	return behind(path, before, fmt.Sprintf("the last %d of %d changes are missing", before.Commits-now.Commits, before.Commits))
}

func behind(path string, before *progress, what string) error {
	log := ""
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() == 0 {
		log = ", and its log (" + path + "-wal) is missing or empty"
	}
	return models.WithHint(fmt.Errorf("store: %s: %w (%s): %s%s", path, store.ErrBehind, before.At.Local().Format("2006-01-02 15:04:05"), what, log),
		"nothing was changed: put the log back beside the database, or restore a backup with \"earshot restore\"; "+
			"to go on with what is there, remove "+reservePath(path))
}
