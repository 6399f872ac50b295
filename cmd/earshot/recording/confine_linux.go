package recording

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
	ffmpegMemory = 2 << 30 // bytes of address space
	ffmpegCPU    = 2 * 3600
	ffmpegFiles  = 64
)

// libraries are where a program's libraries and their settings lie.
var libraries = []string{
	"/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/nix/store", "/opt",
}

// Confine becomes ffmpeg: it gives up all rights to files but reading the recording and the system's libraries, to the
// network and to writing, as far as the kernel takes them, bounds its memory and time, and executes the program. input is
// an absolute path or the standard input. It returns only when that fails.
func Confine(ffmpeg, input string) error {
	err := errors.Join(
		limit(unix.RLIMIT_CORE, 0), limit(unix.RLIMIT_FSIZE, 0), limit(unix.RLIMIT_NOFILE, ffmpegFiles), limit(unix.RLIMIT_CPU, ffmpegCPU),
	)
	if err != nil {
		return err
	}
	program, err := filepath.EvalSymlinks(ffmpeg)
	if err != nil {
		return fmt.Errorf("ffmpeg: %w", err)
	}
	files := []string{program, "/dev/urandom"}
	if input != stdinInput {
		files = append(files, input)
	}
	rules := []landlock.Rule{
		landlock.RODirs(existing(libraries, true)...), landlock.ROFiles(existing(append(files, libraries...), false)...),
		landlock.RWFiles("/dev/null"),
	}
	if err := landlock.V10.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("ffmpeg: landlock: %w", err)
	}
	words, environment := ffmpegWords(input), os.Environ()
	// Last of all: Go, and its race detector above all, have reserved more address space than this themselves.
	if err := limit(unix.RLIMIT_AS, ffmpegMemory); err != nil {
		return err
	}
	return fmt.Errorf("ffmpeg: %w", syscall.Exec(program, words, environment))
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
	if err := unix.Getrlimit(resource, &now); err != nil {
		return fmt.Errorf("ffmpeg: limit: %w", err)
	}
	most = min(most, now.Max)
	if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most}); err != nil {
		return fmt.Errorf("ffmpeg: limit: %w", err)
	}
	return nil
}
