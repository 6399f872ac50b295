package review

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// browserModules is where scripts/deps.sh --tests puts playwright-core and axe-core.
const browserModules = "../../build/browser"

// errNoBrowser says what is missing on this machine.
var errNoBrowser = errors.New("scripts/deps.sh --tests installs it")

// chromium is the browser of all tests, started when the first of them needs it. Each test has contexts of its own in it, which
// share nothing: no cookies, storage or connections.
type chromium struct {
	modules, address string
	node             *exec.Cmd
	in               io.Closer // it ends when this is closed, also with the process of the tests
}

var (
	theChromium = sync.OnceValues(startChromium)
	started     *chromium // by theChromium
	// browsing limits the scripts that run side by side: each is busy all the time.
	browsing = make(chan struct{}, 3)
)

// findChromium prefers the headless shell: the same engine without what surrounds a window takes a quarter less of the processor.
func findChromium() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no chromium on the PATH: %w", errNoBrowser)
}

func startChromium() (*chromium, error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(browserModules, "node_modules", "axe-core")); err != nil {
		return nil, fmt.Errorf("no axe-core in build/browser: %w", errNoBrowser)
	}
	c := &chromium{}
	if c.modules, err = filepath.Abs(browserModules); err != nil {
		return nil, err
	}
	c.node = exec.CommandContext(context.Background(), "node", "testdata/server.mjs", c.modules, path)
	c.node.Stderr = os.Stderr
	if c.in, err = c.node.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.node.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.node.Start(); err != nil {
		return nil, err
	}
	started = c
	line, err := bufio.NewReader(out).ReadString('\n')
	c.address = strings.TrimSpace(line)
	return c, err
}

// withChromium runs the tests, and closes the browser before the check for leaked goroutines.
type withChromium struct{ m *testing.M }

func (w withChromium) Run() int {
	code := w.m.Run()
	if started != nil {
		_ = started.in.Close()
		_ = started.node.Wait()
	}
	return code
}

// inBrowser runs a script of testdata with Chromium against the handler, and expects a number of lines that begin with "ok". Further
// arguments are passed to the script. EARSHOT_TEST_SHOTS names a folder for screenshots.
func inBrowser(t *testing.T, script string, h http.Handler, steps int, more ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	browsing <- struct{}{}
	defer func() { <-browsing }()
	c, err := theChromium()
	switch {
	case errors.Is(err, errNoBrowser):
		t.Skip(err)
	case err != nil:
		t.Fatalf("chromium: %v", err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	arguments := append([]string{"testdata/" + script, c.modules, c.address, srv.URL, os.Getenv("EARSHOT_TEST_SHOTS")}, more...)
	out, err := exec.CommandContext(ctx, "node", arguments...).CombinedOutput()
	t.Logf("%s", out)
	srv.CloseClientConnections() // event streams that the browser left behind
	if err != nil {
		t.Fatalf("the browser: %v", err)
	}
	if n := strings.Count("\n"+string(out), "\nok "); n < steps {
		t.Errorf("only %d of %d steps were done", n, steps)
	}
}
