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

// chromium is a browser of many tests, started when the first of them needs it. Each test has contexts of its own in it, which
// share nothing: no cookies, storage or connections.
type chromium struct {
	modules, address string
	node             *exec.Cmd
	in               io.Closer // it ends when this is closed, also with the process of the tests
}

var (
	// wholeChromium is what people use; headlessShell is the same engine without what surrounds a window, notifications among it, and
	// takes a quarter less of the processor.
	wholeChromium = sync.OnceValues(func() (*chromium, error) { return startChromium("chromium") })
	headlessShell = sync.OnceValues(func() (*chromium, error) { return startChromium("chromium-headless-shell") })
	started       []*chromium
	starting      sync.Mutex
	// browsing limits the scripts that run side by side: each is busy all the time.
	browsing = make(chan struct{}, 3)
)

func startChromium(name string) (*chromium, error) {
	starting.Lock()
	defer starting.Unlock()
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("no %s on the PATH: %w", name, errNoBrowser)
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
	started = append(started, c)
	line, err := bufio.NewReader(out).ReadString('\n')
	c.address = strings.TrimSpace(line)
	return c, err
}

// withChromium runs the tests, and closes the browser before the check for leaked goroutines.
type withChromium struct{ m *testing.M }

func (w withChromium) Run() int {
	code := w.m.Run()
	for _, c := range started {
		_ = c.in.Close()
		_ = c.node.Wait()
	}
	return code
}

// inBrowser is inWholeBrowser where pages need no more than the headless shell, if there is one.
func inBrowser(t *testing.T, script string, h http.Handler, steps int, more ...string) {
	t.Helper()
	inOne(t, script, h, steps, func() (*chromium, error) {
		if c, err := headlessShell(); !errors.Is(err, errNoBrowser) {
			return c, err
		}
		return wholeChromium()
	}, more...)
}

// inWholeBrowser runs a script of testdata with Chromium against the handler, and expects a number of lines that begin with "ok". Further
// arguments are passed to the script. EARSHOT_TEST_SHOTS names a folder for screenshots.
func inWholeBrowser(t *testing.T, script string, h http.Handler, steps int, more ...string) {
	t.Helper()
	inOne(t, script, h, steps, wholeChromium, more...)
}

func inOne(t *testing.T, script string, h http.Handler, steps int, open func() (*chromium, error), more ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	browsing <- struct{}{}
	defer func() { <-browsing }()
	c, err := open()
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
