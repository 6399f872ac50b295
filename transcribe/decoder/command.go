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

// Command starts a program: Path is executed with Args, the first of which is its name.
type Command struct {
	Path string
	Args []string
}

// Self starts this program again as "earshot decoder". Where the system has /proc, it is the very file that runs now,
// also when an upgrade has replaced it meanwhile; under a loader of its own (see loaderWords) it is the very loader.
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

// loaderWords is how this program was started when it brings a C library of its own, as the packages do: the loader of that
// library is the running file, and the program's is the last of the loader's words, "ld-linux-x86-64.so.2 --library-path
// DIR PROGRAM". The kernel keeps the whole line; what follows PROGRAM is the program's own. nil: it was started by itself.
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

// passedOn are the variables of the environment that a child gets: where its libraries lie.
var passedOn = [...]string{"EARSHOT_GGML_BACKENDS", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "GOCOVERDIR"}

// childCommand is a child with these files as descriptors 3, 4 and 5, and almost none of the parent's environment.
func childCommand(c Command, states int, env []string, files []*os.File) *exec.Cmd {
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Dir: "/", ExtraFiles: files, SysProcAttr: attributes()}
	// A child with nothing to write may still hold its output open when it is killed.
	cmd.WaitDelay = time.Second
	cmd.Env = []string{
		// BLAS with threads of its own collapses when several processes share the cores.
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

// noiseKept is how long a line of a child's output may be.
const noiseKept = 160

// noise drains what a child prints. It keeps one line, and only one that is a program's last words in a known form:
// whatever else there is may be anything, and is counted only. It is written by one goroutine and read after that.
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

// lastWords begin the lines that say why a program ends.
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

// last is the line that was kept, or "".
func (n *noise) last() string {
	n.end()
	return n.found
}

// printable makes one line of at most limit bytes of plain ASCII of what another process said.
func printable(s string, limit int) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, s[:min(len(s), limit)]))
}
