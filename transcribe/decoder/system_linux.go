package decoder

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// runningFile is the file of the running program, whatever has become of its name.
const runningFile = "/proc/self/exe"

// modelPath is where a child finds the model that it inherits as descriptor 5.
func modelPath(string) string { return "/proc/self/fd/5" }

// attributes let a child die with its parent, however that ends, and keep the terminal's Ctrl-C from it: the parent
// decides when a child ends.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// Memory is the machine's memory in bytes, or what the control group allows if that is less; 0 when unknown.
func Memory() int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0
	}
	total := int64(info.Totalram) * int64(info.Unit) //nolint:gosec // the type differs between machines
	if data, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64); err == nil && limit < total {
			total = limit
		}
	}
	return total
}

// pages reads one figure of /proc/PID/statm, in bytes; 0 when it can't be read. 0 is the address space, 1 what is resident.
func pages(pid string, field int) int64 {
	data, err := os.ReadFile("/proc/" + pid + "/statm")
	fields := bytes.Fields(data)
	if err != nil || len(fields) <= field {
		return 0
	}
	n, err := strconv.ParseInt(string(fields[field]), 10, 64)
	if err != nil {
		return 0
	}
	return n * int64(os.Getpagesize())
}

func residentBytes(pid int) int64 { return pages(strconv.Itoa(pid), 1) }

// limitProcess is done first in a child: no core file (it would hold people's voices), no writing to files, the first
// to go when memory is short.
func limitProcess() error {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0) // may be forbidden; it is only a wish
	return errors.Join(
		setLimit("core", unix.RLIMIT_CORE, 0),
		setLimit("fsize", unix.RLIMIT_FSIZE, 0),
		setLimit("nofile", unix.RLIMIT_NOFILE, 64),
	)
}

// limitMemory bounds the address space to what there is now and so much more.
func limitMemory(more uint64) error {
	now := pages("self", 0)
	if more == 0 || now == 0 {
		return nil
	}
	return setLimit("as", unix.RLIMIT_AS, uint64(now)+more) //nolint:gosec // a size
}

// limitFiles is done last: with no descriptor left to give, there is no opening, no socket and no pipe, whatever else
// the process may be talked into.
func limitFiles() error { return setLimit("nofile", unix.RLIMIT_NOFILE, 0) }

func setLimit(name string, resource int, v uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(resource, &now); err != nil {
		return fmt.Errorf("limit %s: %w", name, err)
	}
	v = min(v, now.Max)
	if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: v, Max: v}); err != nil {
		return fmt.Errorf("limit %s: %w", name, err)
	}
	return nil
}

// limitCPU lets the process use so much more processor time. A child that goes beyond has been forgotten by its parent.
func limitCPU(more time.Duration) {
	var now unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CPU, &now) == nil {
		now.Cur = min(uint64((cpuTime()+more).Seconds())+1, now.Max)
		_ = unix.Setrlimit(unix.RLIMIT_CPU, &now)
	}
}

// dieOnCPULimit makes the limit deadly: the Go runtime ignores its signal. The goroutine ends with the process.
func dieOnCPULimit() {
	over := make(chan os.Signal, 1)
	signal.Notify(over, syscall.SIGXCPU)
	go func() {
		<-over
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	}()
}

// cpuTime is what the process has used so far.
func cpuTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// confine gives up all rights to files but reading the model, and to the network, as far as the kernel can take them.
// It reports whether the kernel does.
func confine(model string) (bool, error) {
	if err := landlock.V10.BestEffort().Restrict(landlock.ROFiles(model)); err != nil {
		return false, fmt.Errorf("landlock: %w", err)
	}
	f, err := os.Open("/")
	if err == nil {
		f.Close()
	}
	return errors.Is(err, os.ErrPermission), nil
}

// isPipe reports whether a descriptor is a pipe.
func isPipe(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
}
