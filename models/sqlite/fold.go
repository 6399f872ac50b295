package sqlite

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// foldBytes is how large the write-ahead log gets before it is folded into the file.
	foldBytes = 4 << 20
	// foldEvery is how often that is tried at most, when a reader keeps the log from being folded whole.
	foldEvery = time.Second
)

// folding keeps the log small without making anybody wait: the log is folded over a connection of its own, while others
// write. At most one goroutine does so at a time; Close waits for it.
type folding struct {
	group sync.WaitGroup
	busy  atomic.Bool
	last  atomic.Int64 // when it was begun, in ns since 1970
}

// foldSoon sees to it that a log that has grown is folded. Whoever has just committed calls it.
func (s *Store) foldSoon() {
	info, err := os.Stat(s.path + "-wal")
	if err != nil || info.Size() < foldBytes || time.Now().UnixNano()-s.folding.last.Load() < int64(foldEvery) {
		return
	}
	if !s.folding.busy.CompareAndSwap(false, true) {
		return
	}
	s.folding.last.Store(time.Now().UnixNano())
	s.folding.group.Go(func() {
		defer s.folding.busy.Store(false)
		ctx := context.Background()
		if err := s.foldLog(ctx); err == nil {
			// What was written meanwhile is little. With it folded too, the next transaction begins the log anew.
			_, _ = s.write.ExecContext(ctx, passive)
		}
	})
}

// passive copies as much of the log into the file as no reader needs, and waits for nobody.
const passive = "PRAGMA wal_checkpoint(PASSIVE)"

// foldLog copies the log into the file while others read and write.
func (s *Store) foldLog(ctx context.Context) error {
	_, err := s.upkeep.ExecContext(ctx, passive)
	return err
}
