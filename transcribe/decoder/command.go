package decoder

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Command is a program to start: Path is executed with Args, the first of which is its name.
type Command struct {
	Path string
	Args []string
}

// Self is the command that runs this program again as "earshot decoder". Where /proc exists it executes the running file
// itself, even if an upgrade has replaced it on disk; if the program was started by its own loader (see loaderWords), that
// is the loader.
func Self() (Command, error) {
	if words := loaderWords(); words != nil {
		return Command{runningFile, append(words, "decoder")}, nil
	}
	args := []string{os.Args[0], "decoder"}
	if _, err := os.Stat(runningFile); err == nil {
		return Command{runningFile, args}, nil
	}
	path, err := os.Executable()
	if err != nil {
		return Command{}, fmt.Errorf("decoder: find this program: %w", err)
	}
	return Command{path, args}, nil
}

// loaderWords returns the start of the command line when the program comes with a C library of its own, as in our packages.
// The running file is then that library's loader, started as "ld-linux-x86-64.so.2 --library-path DIR PROGRAM ARGS…", of
// which loaderWords returns all but ARGS. It returns nil when the program was executed directly.
func loaderWords() []string {
	file, err := os.Readlink(runningFile)
	if err != nil || !strings.HasPrefix(filepath.Base(file), "ld-") {
		return nil
	}
	line, err := os.ReadFile("/proc/self/cmdline")
	if err != nil {
		return nil
	}
	words := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
	n := len(words) - len(os.Args[1:])
	if n < 2 {
		return nil
	}
	return words[:n:n]
}

// passedOn names the environment variables that a child inherits.
var passedOn = [...]string{
	"EARSHOT_GGML_BACKENDS", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "GOCOVERDIR",
	// Which of its kernels OpenBLAS uses: they round differently, and some crash on some machines.
	"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE",
	// Which devices and drivers there are.
	"GGML_VK_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES", "VK_DRIVER_FILES", "VK_ADD_DRIVER_FILES", "VK_ICD_FILENAMES",
}

// childCommand prepares a child with the files as descriptors 3, 4 and 5 and almost none of the parent's environment.
func childCommand(c Command, states int, env []string, files []*os.File) *exec.Cmd {
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Dir: "/", ExtraFiles: files, SysProcAttr: attributes()}
	cmd.WaitDelay = time.Second // a descendant may hold the output open after the child is killed
	cmd.Env = []string{
		// A multithreaded BLAS collapses when several processes share the cores.
		"OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "BLIS_NUM_THREADS=1",
		"GOMAXPROCS=" + strconv.Itoa(states+1),
		"GOTRACEBACK=none",   // the first line of a crash says enough
		"MALLOC_ARENA_MAX=2", // address space is limited
	}
	for _, name := range passedOn {
		if v, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// noiseKept bounds the bytes kept of a line of output.
const noiseKept = 160

// noise drains a child's output. It keeps only the first line that has the form of a crash message; anything else might hold
// what people said. It is written by one goroutine and read after that.
type noise struct {
	line  []byte
	found string
}

// Write never fails.
func (n *noise) Write(b []byte) (int, error) {
	for _, c := range b {
		switch {
		case c == '\n':
			n.end()
		case len(n.line) < noiseKept:
			n.line = append(n.line, c)
		}
	}
	return len(b), nil
}

// lastWords occur near the start of lines that say why a program crashed.
var lastWords = [...]string{
	"GGML_ASSERT", "ggml_abort", "fatal error: ", "panic: runtime error", "runtime: ", "terminate called", "error: ", "SIG",
}

func (n *noise) end() {
	line := string(n.line)
	n.line = n.line[:0]
	for _, w := range lastWords {
		if n.found == "" && strings.Contains(line[:min(len(line), 120)], w) {
			n.found = printable(line, noiseKept)
		}
	}
}

// last returns the line that was kept, or "".
func (n *noise) last() string {
	n.end()
	return n.found
}

// printable reduces another process's text to one line of printable ASCII, at most limit bytes.
func printable(s string, limit int) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, s[:min(len(s), limit)]))
}
