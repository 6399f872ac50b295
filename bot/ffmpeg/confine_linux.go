package ffmpeg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// attributes let ffmpeg die with this program, and keep the terminal's Ctrl-C from it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// What ffmpeg may take.
const (
	memory = 2 << 30 // bytes of address space
	files  = 64      // open at a time
)

// libraries are where a program's libraries and their settings lie.
var libraries = []string{
	"/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/nix/store", "/opt",
}

// become gives up all rights but those of the Job, as far as the kernel takes them, and executes the program.
func (j Job) become(ffmpeg string) error {
	limits := map[int]uint64{unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: files, unix.RLIMIT_CPU: j.Seconds}
	if j.Scratch {
		delete(limits, unix.RLIMIT_FSIZE)
	}
	for resource, most := range limits {
		if err := limit(resource, most); err != nil {
			return err
		}
	}
	program, err := filepath.EvalSymlinks(ffmpeg)
	if err != nil {
		return err
	}
	if err := landlock.V10.BestEffort().Restrict(j.rules(program)...); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	words, environment := append([]string{"ffmpeg"}, j.Words...), os.Environ()
	// Last of all: Go, and its race detector above all, have reserved more address space than this themselves.
	if err := limit(unix.RLIMIT_AS, memory); err != nil {
		return err
	}
	return syscall.Exec(program, words, environment)
}

// rules are what the program may open.
func (j Job) rules(program string) []landlock.Rule {
	open := append([]string{program, "/dev/urandom"}, append(j.Files, libraries...)...)
	out := []landlock.Rule{
		landlock.RODirs(existing(open, true)...), landlock.ROFiles(existing(open, false)...), landlock.RWFiles("/dev/null"),
	}
	if sockets := existing(j.Sockets, false); len(sockets) > 0 {
		out = append(out, landlock.RWFiles(sockets...).WithResolveUnix())
	}
	for _, port := range j.Connect {
		out = append(out, landlock.ConnectTCP(port), landlock.ConnectSendUDP(port), landlock.BindUDP(0))
	}
	for _, port := range j.Listen {
		out = append(out, landlock.BindTCP(port), landlock.BindUDP(port))
	}
	return out
}

// existing are the paths that are there and are folders, or are not.
func existing(paths []string, folders bool) (out []string) {
	for _, p := range paths {
		if st, err := os.Stat(p); err == nil && st.IsDir() == folders {
			out = append(out, p)
		}
	}
	return out
}

func limit(resource int, most uint64) error {
	var now unix.Rlimit
	err := unix.Getrlimit(resource, &now)
	if err == nil {
		most = min(most, now.Max)
		err = unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most})
	}
	if err != nil {
		return errors.Join(fmt.Errorf("limit %d", resource), err)
	}
	return nil
}
