package waittest

import (
	"syscall"
	"time"
)

// CPUTime is the processor time that this process has used so far.
func CPUTime(t TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatalf("the processor time of this process: %v", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
