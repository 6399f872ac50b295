package conn

import (
	"context"
	"database/sql"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// FoldBytes is how large the write-ahead log gets before it is folded into the file.
	FoldBytes = 4 << 20
	// foldEvery is how often that is tried at most, when a reader keeps the log from being folded whole.
	foldEvery = time.Second
)

// Fold keeps the write-ahead log of a file small without making anybody wait: the log is folded over a connection of its
// own, while others write. At most one goroutine does so at a time. Any goroutine may call its methods.
type Fold struct {
	log            string
	writer, upkeep *sql.DB
	group          sync.WaitGroup
	busy           atomic.Bool
	last           atomic.Int64 // when it was begun, in ns since 1970
}

// NewFold makes one for the file at path, with the pools that write to it and that wait for nobody.
func NewFold(path string, writer, upkeep *sql.DB) *Fold {
	return &Fold{log: path + "-wal", writer: writer, upkeep: upkeep}
}

// Soon sees to it that a log that has grown is folded. Whoever has just committed calls it.
func (f *Fold) Soon() {
	if f == nil {
		return
	}
	info, err := os.Stat(f.log)
	if err != nil || info.Size() < FoldBytes || time.Now().UnixNano()-f.last.Load() < int64(foldEvery) {
		return
	}
	if !f.busy.CompareAndSwap(false, true) {
		return
	}
	f.last.Store(time.Now().UnixNano())
	f.group.Go(func() {
		defer f.busy.Store(false)
		ctx := context.Background()
		if err := f.Now(ctx); err == nil {
			// What was written meanwhile is little. With it folded too, the next transaction begins the log anew.
			_, _ = f.writer.ExecContext(ctx, passive)
		}
	})
}

// passive copies as much of the log into the file as no reader needs, and waits for nobody.
const passive = "PRAGMA wal_checkpoint(PASSIVE)"

// Now copies the log into the file while others read and write.
func (f *Fold) Now(ctx context.Context) error {
	_, err := f.upkeep.ExecContext(ctx, passive)
	return err
}

// Wait returns when nothing is being folded. A nil Fold never folds.
func (f *Fold) Wait() {
	if f != nil {
		f.group.Wait()
	}
}
