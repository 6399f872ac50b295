//go:build !race

package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/filetest"
	"earshot/models/waittest"
	"earshot/transcribe/fixture"
)

// elsewhere are the commands that other tests run, by how they begin: they need a network, a superuser or an address that is only
// an example.
var elsewhere = map[string]string{
	"earshot model pull":     "model.txtar pulls from a server of its own",
	"earshot join livekit":   "TestLiveKitPutsTheRightWordsUnderTheRightNames joins one",
	"earshot join janus":     "TestJanusPutsTheRightWordsUnderTheRightNames joins one",
	"earshot join mumble":    "TestMumblePutsTheRightWordsUnderTheRightNames joins one",
	"earshot access":         "TestAccessFromTheCommandLine asks a running service",
	"earshot serve --only":   "TestDecodedByOtherProcesses runs them",
	"earshot drain":          "TestARoomIsHandedOver drains one of two processes",
	"EARSHOT_NODE=":          "TestARoomIsHandedOver runs two processes",
	"EARSHOT_DATA_DIR=":      "TestDraining and TestProcessesInTables: they ask one of several processes",
	"initdb":                 "models/postgres/pgtest makes databases so",
	"pg_ctl":                 "models/postgres/pgtest starts servers",
	"livekit-server":         "TestDemoInOtherRooms runs one",
	"apt-get":                "scripts/deps.sh installs the packages for the tests",
	"earshot bench":          "bench.txtar runs it",
	"createdb":               "TestRoomOnPostgres makes a database",
	"earshot move":           "TestMove runs it",
	"dpkg":                   "scripts/test-packages.sh installs the package in a bare Debian",
	"systemctl status":       "scripts/test-packages.sh runs the service under systemd",
	"earshot devices":        "bot/stream's TestDevice lists them, where a sound server runs",
	"make test":              "it runs this test",
	"earshot join icecast":   "bot/stream's tests hear streams",
	"earshot join rtmp+list": "bot/stream's tests hear encoders",
	"earshot join device":    "bot/stream's TestDevice hears this machine",
}

// reader is somebody who has a fresh home and an empty folder, and types what a document says, line by line.
type reader struct {
	t            *testing.T
	home, folder string
	state        string // a file with what the shell has exported and where it is
	port, model  string // in place of 8484 and tiny.en
	demo         func() (home string, err error)
	service      *exec.Cmd // runs, when it is not nil; how it ended comes out of ended
	ended        chan error
	managed      bool // systemd was told to start it
	printed      programtest.Output
	skipped      map[string]bool // what was found in elsewhere, shared by all readers under mu
	mu           *sync.Mutex
}

// TestDocumentsWork types the commands of README.md and of each page of docs/, from top to bottom, as one who follows only that.
// What they name must come from themselves: the program is on the PATH, and nothing else is there.
func TestDocumentsWork(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	var mu sync.Mutex
	skipped, n := map[string]bool{}, 0
	played := t.TempDir()
	demo := sync.OnceValues(func() (string, error) { return played, playDemo(played) })
	t.Run("pages", func(t *testing.T) {
		for _, page := range append(docsPages(t), "../../README.md") {
			blocks := blocksOf(t, page)
			if filepath.Base(page) == "verify.md" { // TestVerifyingADownload and scripts/test-packages.sh follow it
				continue
			}
			for _, b := range blocks {
				n += len(b)
			}
			t.Run(strings.TrimPrefix(page, "../../"), func(t *testing.T) {
				if len(blocks) == 0 {
					return
				}
				t.Parallel()
				r := newReader(t, demo)
				r.skipped, r.mu = skipped, &mu
				r.finds(page)
				r.follows(blocks)
				if filepath.Base(page) == "privacy.md" {
					r.sawErased("coin")
				}
			})
		}
	})
	if n < 60 {
		t.Errorf("only %d commands found", n)
	}
	for start := range elsewhere {
		if !skipped[start] {
			t.Errorf("no document has %q any more", start)
		}
	}
}

// blocksOf are the lines of a page's console blocks.
func blocksOf(t *testing.T, page string) (out [][]string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		var lines []string
		for line := range strings.Lines(block[1]) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		out = append(out, lines)
	}
	return out
}

func newReader(t *testing.T, demo func() (string, error)) *reader {
	t.Helper()
	dir, err := os.MkdirTemp("", "reader") //nolint:usetesting // t.TempDir's path is too long for a socket below it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	r := &reader{t: t, home: filepath.Join(dir, "home"), folder: filepath.Join(dir, "here"), state: filepath.Join(dir, "state"), demo: demo}
	for _, folder := range []string{r.home, r.folder} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r.port = freePort(t)
	if r.model, err = filepath.Abs(filepath.Join("../../transcribe/fixture", fixture.FileName)); err != nil {
		t.Fatal(err)
	}
	programtest.Write(t, r.state, fmt.Sprintf("cd %q\n", r.folder))
	return r
}

// freePort is one that the system hands to nobody by itself, as it does with those from 32768 on: it stays free until the reader's program
// takes it, whatever else is tested meanwhile.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		if l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:"+port); err == nil {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			return port
		}
	}
	t.Fatal("no free port")
	return ""
}

// follows types block after block. What was started in a terminal is ended with Ctrl-C before the next block, what systemd was told
// to start goes on.
func (r *reader) follows(blocks [][]string) {
	r.t.Helper()
	for _, lines := range blocks {
		for _, line := range lines {
			r.types(line)
		}
		if !r.managed {
			r.leaves()
		}
	}
	r.leaves()
}

// types does what a line of a document says.
func (r *reader) types(line string) {
	r.t.Helper()
	line = strings.TrimPrefix(line, "runuser -u earshot -- ") // the test is the record's owner
	for start := range elsewhere {
		if strings.HasPrefix(line, start) {
			r.mu.Lock()
			r.skipped[start] = true
			r.mu.Unlock()
			return
		}
	}
	switch {
	case line == "make demo", line == "earshot demo":
		r.plays()
	case line == "systemctl stop earshot":
		r.leaves()
	case line == "systemctl enable --now earshot", line == "systemctl start earshot":
		r.starts("earshot serve")
		r.managed = true
	case line == "earshot serve", strings.HasPrefix(line, "earshot demo --stay"):
		r.starts(line)
	default:
		r.runs(line)
	}
}

// otherRoom is a demo in the room of a server that must run: TestDemoInOtherRooms plays there, here the same voices are in the lounge.
var otherRoom = regexp.MustCompile(`^earshot demo --room \S+`)

// shell is a shell that goes on where the one before ended. A port, a model that would have to be fetched, and a folder that all tests
// share are replaced.
func (r *reader) shell(ctx context.Context, line string) *exec.Cmd {
	line = otherRoom.ReplaceAllString(line, "earshot demo")
	line = strings.NewReplacer("8484", r.port, "--model tiny.en", "--model '"+r.model+"'", "/var/tmp", r.home).Replace(line)
	cmd := exec.CommandContext(ctx, "bash", "-c", `. "$0"; `+line+`
ended=$?; { export -p; printf 'cd %q\n' "$PWD"; } >"$0"; exit $ended`, r.state)
	if strings.HasPrefix(line, "earshot serve") || strings.HasPrefix(line, "earshot demo --stay") {
		cmd = exec.CommandContext(ctx, "bash", "-c", `. "$0"; exec `+line, r.state)
	}
	cmd.Env = environment(r.home, r.port)
	return cmd
}

// environment is that of somebody who has just logged in, with a free port for the page in place of 8484.
func environment(home, port string) []string {
	env := []string{"HOME=" + home, "LANG=C.UTF-8", "EARSHOT_LISTEN=127.0.0.1:" + port}
	for _, name := range []string{"PATH", "TMPDIR", "EARSHOT_GGML_BACKENDS"} { // where a build of one's own finds its libraries
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

func (r *reader) runs(line string) {
	r.t.Helper()
	var said bytes.Buffer
	cmd := r.shell(r.t.Context(), line)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		r.t.Errorf("%s: %v\n%s", line, err, said.String())
	}
}

// plays leaves what a demo leaves: one was played for all readers, since it lasts as long as people talk in it.
func (r *reader) plays() {
	r.t.Helper()
	from, err := r.demo()
	if err != nil {
		r.t.Fatal(err)
	}
	if out, err := exec.CommandContext(r.t.Context(), "cp", "-a", from+"/.", r.home).CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %s", err, out)
	}
}

func playDemo(home string) error {
	cmd := exec.CommandContext(context.Background(), "earshot", "demo")
	cmd.Env = environment(home, "0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("earshot demo: %w: %s", err, out)
	}
	return nil
}

// starts runs what goes on until it is ended, and waits until its page is there.
func (r *reader) starts(line string) {
	r.t.Helper()
	r.leaves()
	r.service = r.shell(context.Background(), line)
	r.service.Stdout, r.service.Stderr = &r.printed, &r.printed
	if err := r.service.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func(cmd *exec.Cmd) { ended <- cmd.Wait() }(r.service)
	r.ended = ended
	r.t.Cleanup(r.leaves)
	waittest.Until(r.t, line+" answers", func() bool {
		select {
		case err := <-ended:
			r.service = nil
			r.t.Fatalf("%s: %v\n%s", line, err, r.printed.String())
		default:
		}
		answer, err := http.Get("http://127.0.0.1:" + r.port + "/readyz") // until it listens, nobody answers
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// sawErased wants a word to be in no file but what the reader exported before it was erased.
func (r *reader) sawErased(word string) {
	r.t.Helper()
	if found, err := filetest.With(filepath.Join(r.home, ".local/state/earshot"), word); len(found) > 0 || err != nil {
		r.t.Errorf("what was erased is in %v, %v", found, err)
	}
	if found, err := filetest.With(r.folder, word); len(found) != 1 || err != nil {
		r.t.Errorf("the export is %v, %v", found, err)
	}
}

// leaves ends what runs, as Ctrl-C does.
func (r *reader) leaves() {
	if r.service == nil {
		return
	}
	cmd := r.service
	r.service, r.managed = nil, false
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		r.t.Error(err)
	}
	if err := <-r.ended; err != nil {
		r.t.Errorf("%v: %v\n%s", cmd.Args, err, r.printed.String())
	}
}
