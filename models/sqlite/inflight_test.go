package sqlite_test

import (
	"testing"
	"time"

	"earshot/models/store/storetest"
)

// TestErasureHoldsForWhatIsOnItsWay: data that arrives after its erasure leaves no byte in a file either.
func TestErasureHoldsForWhatIsOnItsWay(t *testing.T) {
	s := open(t)
	storetest.OnItsWay(t, s, time.Now, func() { equal(t, "traces", tracesOf(t, s.Path(), marked), map[string]int{}) })
}
