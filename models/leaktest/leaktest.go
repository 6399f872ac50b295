// Package leaktest looks for goroutines that tests have left behind. goleak alone waits for less than half a second, and a busy machine
// may take longer to end what is on its way out.
package leaktest

import (
	"fmt"
	"time"

	"go.uber.org/goleak"
)

// Patience is how long a goroutine may take to end. Only tests that leave one behind wait so long.
const Patience = time.Minute

// Main runs the tests of a package, and exits: with an error if they succeeded and left goroutines behind. It is for TestMain.
func Main(m goleak.TestingM, options ...goleak.Option) {
	goleak.VerifyTestMain(patient{m, options}, options...)
}

// patient is tests at whose end goroutines are given time to end.
type patient struct {
	goleak.TestingM
	options []goleak.Option
}

// Run implements goleak.TestingM.
func (p patient) Run() int {
	code := p.TestingM.Run()
	if code == 0 {
		_ = Find(p.options...) // goleak looks again, and tells of it
	}
	return code
}

// TB is what None needs of a *testing.T.
type TB interface {
	Helper()
	Error(args ...any)
}

// None fails a test that leaves goroutines behind. No other test may run meanwhile.
func None(t TB, options ...goleak.Option) {
	t.Helper()
	if err := Find(options...); err != nil {
		t.Error(err)
	}
}

// Find returns an error that shows the goroutines that do not end.
func Find(options ...goleak.Option) error { return find(Patience, options...) }

func find(patience time.Duration, options ...goleak.Option) error {
	for began := time.Now(); ; {
		err := goleak.Find(options...) // tries again and again for some tenths of a second
		if err == nil {
			return nil
		}
		if time.Since(began) >= patience {
			return fmt.Errorf("after %v: %w", patience, err)
		}
	}
}
