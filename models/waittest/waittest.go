// Package waittest waits in tests for what other goroutines and programs do. Time that a test controls needs none of it: that
// is what testing/synctest is for.
package waittest

import (
	"context"
	"time"
)

// Patience is how long Until waits. Only a test that fails waits so long, and a busy machine is no mistake of the program.
const Patience = 2 * time.Minute

// Until asks often at first, then less and less so: most things happen within milliseconds, and to ask a database about the others
// two hundred times a second, in many tests at once, would take the processor away from what they wait for.
const (
	first   = 5 * time.Millisecond
	longest = 50 * time.Millisecond
)

// TB is what Until needs of a *testing.T.
type TB interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
}

// Until asks again and again whether something holds, and returns once it does. It ends the test when that takes longer than
// Patience; so it belongs into the test's own goroutine, which also is the one that calls holds.
func Until(t TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	if !Holds(ctx, holds) {
		t.Fatalf("not within %v: %s", Patience, what)
	}
}

// Holds is Until for any goroutine: it reports whether the condition came to hold before the context ended.
func Holds(ctx context.Context, holds func() bool) bool {
	pause := first
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
		pause = min(pause*5/4, longest)
		timer.Reset(pause)
	}
	return true
}
