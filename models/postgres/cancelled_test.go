package postgres_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"earshot/models/postgres/pgtest"
	"earshot/models/store/storetest"
)

// TestCancelledWritesAreNoTrouble: whenever in its course a write is cancelled, as when a process stops, the record is not said to take
// nothing.
func TestCancelledWritesAreNoTrouble(t *testing.T) {
	s := openAt(t, pgtest.DSN(t))
	for range 300 {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(time.Duration(rand.Int64N(int64(3*time.Millisecond))), cancel)
		_, err := s.RenewRooms(ctx, "n", time.Second, nil)
		if trouble := s.Trouble(); trouble != nil {
			t.Fatalf("after %v: %+v", err, trouble)
		}
		timer.Stop()
		cancel()
	}
	storetest.Must(t, s.TryWriting(t.Context()))
}
