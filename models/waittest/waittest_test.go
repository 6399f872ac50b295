package waittest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// failing is a test that notes that it was ended.
type failing struct {
	*testing.T
	failed bool
}

func (f *failing) Fatalf(string, ...any) { f.failed = true }

func TestUntilEndsTheTestOfWhatNeverHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		late := func() bool { return time.Since(began) >= time.Minute }
		f := &failing{T: t}
		if Until(f, "a minute", late); f.failed || time.Since(began) > time.Minute+longest {
			t.Errorf("after %v it failed: %t", time.Since(began), f.failed)
		}
		if Until(f, "nothing", func() bool { return false }); !f.failed {
			t.Error("what never holds does not end the test")
		}
	})
}

func TestHoldsEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if Holds(ctx, func() bool { return false }) {
		t.Error("it holds")
	}
	if !Holds(ctx, func() bool { return true }) {
		t.Error("what holds is not seen")
	}
}
