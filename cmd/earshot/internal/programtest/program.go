// Package programtest is what tests of the program as a whole share: the program itself, what it prints, and a record for it.
package programtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"earshot/models/waittest"
)

// Output keeps what a program prints; any goroutine may look.
type Output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

// String is what was printed so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// program is where the program is, and the folder that was made for it; "" when there is none.
var program struct {
	once         sync.Once
	path, folder string
	err          error
}

// Path is the program as it ships, which EARSHOT_TEST_PROGRAM names when it was built for the tests of several packages (scripts/test.sh);
// otherwise it is built once for all tests of a process, and Remove deletes it. It is built
// without the race detector: a test that kills the program would not see its report, and the same wiring runs with the
// detector where a test opens it in its own process. Without what only debuggers read (-w) it is linked in half the time.
func Path() (string, error) {
	program.once.Do(func() {
		if program.path = os.Getenv("EARSHOT_TEST_PROGRAM"); program.path != "" {
			return
		}
		if program.folder, program.err = os.MkdirTemp("", "earshot-program-*"); program.err != nil {
			return
		}
		program.path = filepath.Join(program.folder, "earshot")
		build := exec.CommandContext(context.Background(), "go", "build", "-ldflags=-w", "-o", program.path, "earshot/cmd/earshot")
		if out, err := build.CombinedOutput(); err != nil {
			program.err = fmt.Errorf("go build: %w: %s", err, out)
		}
	})
	return program.path, program.err
}

// Remove removes the program when the tests are over.
func Remove() error {
	if program.folder == "" {
		return nil
	}
	return os.RemoveAll(program.folder)
}

// Command is the program with its arguments, to be started.
func Command(args ...string) *exec.Cmd {
	path, err := Path()
	cmd := exec.CommandContext(context.Background(), path, args...)
	if err != nil {
		cmd.Err = err
	}
	return cmd
}

// Client runs a command and returns all that it printed with its exit code.
func Client(env []string, args ...string) (string, int) {
	cmd := Command(args...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil { // it was never started
		return err.Error(), -1
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// Write writes a file that only this user can read.
func Write(t waittest.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
}

// Get asks a page, and returns its body and its status.
func Get(t waittest.TB, url string) (string, int) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatalf("%v", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(body), res.StatusCode
}
