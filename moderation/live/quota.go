package live

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

// SpoolMeter measures the spool.
type SpoolMeter interface {
	SpoolUsage(context.Context) (models.SpoolUsage, error)
}

// Quota bounds the sound that waits on disk. What is held is never discarded: a full spool takes nothing more, and
// before that no new room. Its methods may be called from any goroutine.
type Quota struct {
	store SpoolMeter
	bytes int64

	mu       sync.Mutex
	used     int64
	measured time.Time
}

// NewQuota bounds a spool to so many megabytes.
func NewQuota(store SpoolMeter, megabytes int) *Quota {
	return &Quota{store: store, bytes: int64(megabytes) << 20}
}

// room is an error when a clip of so many bytes does not fit.
func (q *Quota) room(ctx context.Context, bytes int) error {
	used, err := q.take(ctx, int64(bytes))
	if err == nil && used > q.bytes {
		err = errSpoolFull
	}
	return err
}

// Admit is an error when no new room may be joined.
func (q *Quota) Admit(ctx context.Context) error {
	used, err := q.take(ctx, 0)
	if err != nil || float64(used) < refuseShare*float64(q.bytes) {
		return err
	}
	return models.WithHint(
		fmt.Errorf("%d of %d MB of the spool hold sound that waits to be decoded or could not be: no room is joined now", used>>20, q.bytes>>20),
		"wait until decoding has caught up, use a smaller model, or raise spool_mb")
}

// take measures the spool, now and then, and adds what came since.
func (q *Quota) take(ctx context.Context, bytes int64) (int64, error) {
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
