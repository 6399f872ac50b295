package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"earshot/models"
)

// errSpoolFull is returned for a clip that finds no room: the room keeps it in memory and tries again.
var errSpoolFull = errors.New("the spool is full")

const (
	// refuseShare of the spool is where no new room is joined: what is left is for those who are being heard.
	refuseShare = 0.9
	// measureEvery is how often the spool is measured.
	measureEvery = time.Second
)

// spoolUsage measures the spool.
type spoolUsage interface {
	SpoolUsage(context.Context) (models.SpoolUsage, error)
}

// spoolQuota bounds the sound that waits on disk. What is held is never discarded: a full spool takes nothing more, and
// before that no new room. Its methods may be called from any goroutine.
type spoolQuota struct {
	store spoolUsage
	bytes int64

	mu       sync.Mutex
	used     int64
	measured time.Time
}

func newSpoolQuota(store spoolUsage, megabytes int) *spoolQuota {
	return &spoolQuota{store: store, bytes: int64(megabytes) << 20}
}

// room is an error when a clip of so many bytes does not fit.
func (q *spoolQuota) room(ctx context.Context, bytes int) error {
	used, err := q.take(ctx, int64(bytes))
	if err == nil && used > q.bytes {
		err = errSpoolFull
	}
	return err
}

// admit is an error when no new room may be joined.
func (q *spoolQuota) admit(ctx context.Context) error {
	used, err := q.take(ctx, 0)
	if err != nil || float64(used) < refuseShare*float64(q.bytes) {
		return err
	}
	return models.WithHint(
		fmt.Errorf("%d of %d MB of the spool hold sound that waits to be decoded or could not be: no room is joined now", used>>20, q.bytes>>20),
		"wait until decoding has caught up, use a smaller model, or raise spool_mb")
}

// take measures the spool, now and then, and adds what came since.
func (q *spoolQuota) take(ctx context.Context, bytes int64) (int64, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if time.Since(q.measured) >= measureEvery {
		u, err := q.store.SpoolUsage(ctx)
		if err != nil {
			return 0, err
		}
		q.used, q.measured = u.WaitingBytes+u.FailedBytes, time.Now()
	}
	if q.used+bytes <= q.bytes {
		q.used += bytes
		return q.used, nil
	}
	return q.used + bytes, nil
}
