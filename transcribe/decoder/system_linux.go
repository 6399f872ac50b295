package decoder

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// runningFile is the executable of the running program, even if its path has been replaced.
const runningFile = "/proc/self/exe"

// modelPath returns a child's path of the model that it inherits as descriptor 5.
func modelPath(string) string { return "/proc/self/fd/5" }

// attributes make a child die with its parent, however that ends, and put it in a process group of its own, so that Ctrl-C
// does not reach it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// Memory returns the machine's memory in bytes, or the control group's limit if that is less; 0 if unknown.
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

// pages reads a field of /proc/PID/statm, in bytes; 0 if it can't be read. Field 0 is the address space, 1 the resident set.
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

// limitProcess comes first in a child: no core file (it would contain people's voices), no writing to files, and a preferred
// victim of the OOM killer. A device's driver shares memory with it in files that have no name, and holds more of them.
func limitProcess(device bool) error {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0) // best effort
	if device {
		return errors.Join(setLimit("core", unix.RLIMIT_CORE, 0), setLimit("nofile", unix.RLIMIT_NOFILE, 1024))
	}
	return errors.Join(
		setLimit("core", unix.RLIMIT_CORE, 0),
		setLimit("fsize", unix.RLIMIT_FSIZE, 0),
		setLimit("nofile", unix.RLIMIT_NOFILE, 64),
	)
}

// limitMemory limits the address space to its present size plus more bytes.
func limitMemory(more uint64) error {
	now := pages("self", 0)
	if more == 0 || now == 0 {
		return nil
	}
	return setLimit("as", unix.RLIMIT_AS, uint64(now)+more) //nolint:gosec // a size
}

// limitFiles comes last: with no new descriptors, a compromised process can open no file, socket or pipe.
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

// limitCPU lets the process use this much more processor time. A child that exceeds it has lost its parent.
func limitCPU(more time.Duration) {
	var now unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CPU, &now) == nil {
		now.Cur = min(uint64((cpuTime()+more).Seconds())+1, now.Max)
		_ = unix.Setrlimit(unix.RLIMIT_CPU, &now)
	}
}

// dieOnCPULimit makes exceeding the limit fatal; the Go runtime ignores SIGXCPU. Its goroutine ends with the process.
func dieOnCPULimit() {
	over := make(chan os.Signal, 1)
	signal.Notify(over, syscall.SIGXCPU)
	go func() {
		<-over
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	}()
}

// confine drops all access to the network and to files, except reading the model and using a device, as far as the kernel supports
// it, and reports whether it does.
func confine(model string, device bool) (bool, error) {
	rules := []landlock.Rule{landlock.ROFiles(model)}
	if device {
		dirs, files := openable()
		rules = append(rules, landlock.RWDirs(dirs...).WithIoctlDev(), landlock.RWFiles(files...).WithIoctlDev())
	}
	if err := landlock.V10.BestEffort().Restrict(rules...); err != nil {
		return false, fmt.Errorf("landlock: %w", err)
	}
	f, err := os.Open("/")
	if err == nil {
		f.Close()
	}
	return errors.Is(err, os.ErrPermission), nil
}

// deviceFiles are where Linux has its graphics processors: the render nodes of Mesa's drivers and of AMD's, and NVIDIA's.
var deviceFiles = [...]string{"/dev/dri", "/dev/kfd", "/dev/nvidia*"}

// openable returns which of the device files exist, folders apart from files.
func openable() (dirs, files []string) {
	for _, pattern := range deviceFiles {
		found, _ := filepath.Glob(pattern) // the patterns are well formed
		for _, f := range found {
			if st, err := os.Stat(f); err == nil && st.IsDir() {
				dirs = append(dirs, f)
			} else if err == nil {
				files = append(files, f)
			}
		}
	}
	return dirs, files
}

// isPipe reports whether a descriptor is a pipe.
func isPipe(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
}
