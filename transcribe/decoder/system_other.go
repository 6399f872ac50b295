//go:build !linux

package decoder

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// runningFile does not exist here: the program is found by its name.
const runningFile = "/proc/self/exe"

// modelPath: descriptors have no names here that start from the file's beginning.
func modelPath(path string) string { return path }

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Memory is unknown here.
func Memory() int64 { return 0 }

func residentBytes(int) int64 { return 0 }

func limitProcess() error {
	return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

func limitMemory(uint64) error { return nil }

func limitFiles() error { return nil }

func limitCPU(time.Duration) {}

func dieOnCPULimit() {}

func cpuTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func confine(string) (bool, error) { return false, nil }

func isPipe(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
}
