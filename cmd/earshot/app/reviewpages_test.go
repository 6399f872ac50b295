//go:build !race

package app

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/waittest"
)

// browserModules is where scripts/deps.sh --tests puts playwright-core and axe-core.
const browserModules = "../../../build/browser"

// TestReviewPagesInABrowser lets Chromium go through the pages of the real program while its demo talks: the script says
// what it does. EARSHOT_TEST_SHOTS names a folder for pictures.
func TestReviewPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	chromium, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		chromium, err = exec.LookPath("chromium")
	}
	if err != nil {
		t.Skip("no chromium on the PATH: scripts/deps.sh --tests installs it")
	}
	if _, err := os.Stat(filepath.Join(browserModules, "node_modules", "playwright-core")); err != nil {
		t.Skip("no playwright-core in build/browser: scripts/deps.sh --tests installs it")
	}
	modules, err := filepath.Abs(browserModules)
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	dir := t.TempDir()
	env := append(os.Environ(), "EARSHOT_DATA_DIR="+dir, "EARSHOT_DECODERS=1")
	var out programtest.Output
	demo := programtest.Command("demo", "--stay", "--listen", "127.0.0.1:0")
	demo.Env, demo.Stdout, demo.Stderr = env, &out, &out
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = demo.Process.Signal(syscall.SIGTERM)
		_ = demo.Wait()
	}()
	review := regexp.MustCompile(`review +(http://[^/]+)/s/(\S+)`)
	waittest.Until(t, "the demo says where its page is", func() bool { return review.MatchString(out.String()) })
	where := review.FindStringSubmatch(out.String())

	ctx, cancel := context.WithTimeout(t.Context(), browserWithin)
	defer cancel()
	script := exec.CommandContext(
		ctx, "node", "testdata/browser/review.mjs", modules, chromium, where[1], where[2], os.Getenv("EARSHOT_TEST_SHOTS"),
	)
	script.Dir, _ = os.Getwd()
	said, err := script.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Fatalf("the browser: %v", err)
	}
	if n := strings.Count(string(said), "ok "); n < 12 {
		t.Errorf("only %d steps were done", n)
	}
	waittest.Until(t, "the voices have left", func() bool { return strings.Contains(out.String(), "recorded voices have left") })
	for _, format := range []string{"txt", "json", "srt", "csv", "html"} {
		byCommand := programtest.Command("export", where[2], "--format", format)
		byCommand.Env = env
		want, err := byCommand.Output()
		if err != nil {
			t.Fatalf("export %s: %v", format, err)
		}
		if got := fetched(t, where[1]+"/s/"+where[2]+"/export/"+format); !bytes.Equal(got, want) {
			t.Errorf("%s: the page gives %d bytes, the command %d others", format, len(got), len(want))
		}
	}
}
