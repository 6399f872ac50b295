package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"earshot/models"
)

// troubles tracks whether, and since when, the database has been refusing writes.
type troubles struct {
	mu  sync.Mutex
	now *models.Trouble
	op  string // what was refused
}

// tryOp names the operation of TryWriting.
const tryOp = "try to write"

// wrote records the outcome of a write and returns its error. Only a refusal by the database itself counts as trouble: invalid input,
// missing rows and cancellation do not. Trouble ends when the same operation or TryWriting succeeds: a full disk may have space for a
// name but none for a minute of audio.
func (t *troubles) wrote(at time.Time, op string, err error, full bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil && (op == t.op || op == tryOp):
		t.now, t.op = nil, ""
	case !errors.Is(err, models.ErrUnavailable): // it got as far as being looked at, or says nothing of the rest
	case t.now == nil:
		t.now, t.op = &models.Trouble{Since: at, Full: full, Err: err}, op
	default:
		t.now.Full, t.now.Err = full, err
	}
}

// Wrote records the outcome of an operation that writes, and returns its error.
func (s *Store) Wrote(op string, err error) error {
	s.trouble.wrote(s.now(), op, err, s.engine.Full(err))
	return err
}

// Trouble returns why the record currently refuses writes, according to the latest one, or nil.
func (s *Store) Trouble() *models.Trouble {
	s.trouble.mu.Lock()
	defer s.trouble.mu.Unlock()
	if s.trouble.now == nil {
		return nil
	}
	found := *s.trouble.now
	return &found
}

// TryWriting checks whether there is space for what is said, so that Trouble is accurate even while nobody speaks, and stores the gaps
// for which there was no space before.
func (s *Store) TryWriting(ctx context.Context) error {
	if err := s.engine.Room(ctx); err != nil {
		return s.Wrote(tryOp, err)
	}
	if err := s.Update(ctx, tryOp, func(Txn) error { return nil }); err != nil {
		return err
	}
	return s.SettleLosses(ctx, false)
}

// orphans are queries that count rows whose parent is missing, each with a description.
func orphans() []struct{ what, query string } {
	return []struct{ what, query string }{
		{"sounds that are kept without a flag", `SELECT count(*) FROM evidence e WHERE NOT EXISTS (SELECT 1 FROM flags f
			WHERE f.session = e.session AND f.epoch = e.epoch AND f.track = e.track AND f.seq = e.seq)`},
		{"clips that wait although their line is there", `SELECT count(*) FROM spool JOIN utterances u USING (session, epoch, track, seq)
			WHERE parked = 0`},
		{"clips put aside without their failed line", `SELECT count(*) FROM spool p WHERE parked = 1 AND NOT EXISTS (SELECT 1 FROM utterances u
			WHERE u.session = p.session AND u.epoch = p.epoch AND u.track = p.track AND u.seq = p.seq)
			AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = p.session AND s.started < (SELECT coalesce(max(at), 0) FROM removals))`},
		{"lines of nobody", `SELECT count(*) FROM utterances u WHERE NOT EXISTS (SELECT 1 FROM speakers p
			WHERE p.session = u.session AND p.id = u.speaker_id)`},
	}
}

// Orphans describes the rows whose parent is missing. A sound record has none.
func (s *Store) Orphans(ctx context.Context) ([]string, error) {
	var found []string
	for _, o := range orphans() {
		n := 0
		if err := s.read.QueryRowContext(ctx, o.query).Scan(&n); err != nil {
			return found, s.Explain("look for orphans", err)
		}
		if n > 0 {
			found = append(found, fmt.Sprintf("%d %s", n, o.what))
		}
	}
	return found, nil
}
