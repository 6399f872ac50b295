package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"earshot/models"
)

// errSpoolFull is returned for a clip that does not fit: the pipeline keeps it in memory and retries.
var errSpoolFull = errors.New("the spool is full")

const (
	// refuseShare is the used share of the spool from which no new room is joined: the rest is for the rooms already joined.
	refuseShare = 0.9
	// measureEvery is how often the spool is measured.
	measureEvery = time.Second
)

// SpoolMeter measures the spool.
type SpoolMeter interface {
	SpoolUsage(context.Context) (models.SpoolUsage, error)
}

// Quota bounds the spool. Nothing in it is ever discarded: a nearly full spool admits no new room, and a full one no clip. Its
// methods may be called from any goroutine.
type Quota struct {
	store SpoolMeter
	bytes int64

	mu       sync.Mutex
	used     int64
	measured time.Time
}

// NewQuota bounds a spool to a number of megabytes.
func NewQuota(store SpoolMeter, megabytes int) *Quota {
	return &Quota{store: store, bytes: int64(megabytes) << 20}
}

// room returns an error if a clip of this size does not fit.
func (q *Quota) room(ctx context.Context, bytes int) error {
	used, err := q.take(ctx, int64(bytes))
	if err == nil && used > q.bytes {
		err = errSpoolFull
	}
	return err
}

// Admit returns an error if no new room may be joined.
func (q *Quota) Admit(ctx context.Context) error {
	used, err := q.take(ctx, 0)
	if err != nil || float64(used) < refuseShare*float64(q.bytes) {
		return err
	}
	return models.WithHint(
		fmt.Errorf(
			"%d of %d MB of the spool are taken by audio that waits to be decoded or could not be: no new room is joined", used>>20,
			q.bytes>>20,
		),
		"wait until decoding has caught up, use a smaller model, or raise spool_mb")
}

// take adds bytes to the usage, which is measured at most every measureEvery, if they fit. It returns the usage with them.
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
