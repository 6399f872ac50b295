//go:build !linux

package decoder

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// runningFile does not exist on these systems; Self then uses the program's path.
const runningFile = "/proc/self/exe"

// modelPath returns the path itself: opening /dev/fd/5 here would not start at the beginning of the file.
func modelPath(path string) string { return path }

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Memory returns 0: it is unknown on these systems.
func Memory() int64 { return 0 }

func residentBytes(int) int64 { return 0 }

func limitProcess(bool) error {
	return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

func limitMemory(uint64) error { return nil }

func limitFiles() error { return nil }

func limitCPU(time.Duration) {}

func dieOnCPULimit() {}

func confine(string, bool) (bool, error) { return false, nil }

func isPipe(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
}
