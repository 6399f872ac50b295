package app

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
)

// TestServeUnderSystemd runs the service as systemd does: with a socket that is already open and one for notifications. No rules are
// set, since SIGHUP must not stop such a service either.
func TestServeUnderSystemd(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	programtest.Write(t, filepath.Join(dir, "earshot.yaml"), "rules: []\n")
	page, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handed, err := page.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	reports, states := programtest.NotifySocket(t)
	// The process id must be in its own environment.
	program, err := programtest.Path()
	if err != nil {
		t.Fatal(err)
	}
	serve := exec.Command("sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 WATCHDOG_PID=$$ exec "$0" serve --listen 192.0.2.1:1`, program)
	serve.Env = append(
		os.Environ(), "EARSHOT_DATA_DIR="+dir, "EARSHOT_CONFIG="+filepath.Join(dir, "earshot.yaml"), "EARSHOT_DECODERS=1",
		"NOTIFY_SOCKET="+reports, "WATCHDOG_USEC=400000",
	)
	serve.ExtraFiles = []*os.File{handed}
	var log programtest.Output
	serve.Stderr = &log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill() })
	if err := errors.Join(handed.Close(), page.Close()); err != nil {
		t.Fatal(err)
	}

	expect(t, states, "READY=1", &log)
	if _, code := programtest.Get(t, "http://"+page.Addr().String()+"/readyz"); code != http.StatusOK {
		t.Errorf("it says that it is ready, and answers %d", code)
	}
	expect(t, states, "WATCHDOG=1", &log)
	expect(t, states, "WATCHDOG=1", &log)
	if err := serve.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if said := expect(t, states, "RELOADING=1", &log); !strings.Contains(said, "\nMONOTONIC_USEC=") {
		t.Errorf("reload: %q", said)
	}
	expect(t, states, "READY=1", &log)
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	expect(t, states, "STOPPING=1", &log)
	if err := serve.Wait(); err != nil {
		t.Errorf("it ended with %v:\n%s", err, log.String())
	}
}

// expect waits for a state among the notifications and returns the whole message.
func expect(t *testing.T, states <-chan string, want string, log *programtest.Output) string {
	t.Helper()
	late := time.After(2 * time.Minute)
	for {
		select {
		case said := <-states:
			if slices.Contains(strings.Split(said, "\n"), want) {
				return said
			}
		case <-late:
			t.Fatalf("%s was not told within two minutes; log:\n%s", want, log.String())
		}
	}
}

// An unusable socket is an error; the service does not listen on another address than the unit says.
func TestServeRefusesOtherSockets(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(t.TempDir(), "page.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	handed, err := l.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer handed.Close()
	program, err := programtest.Path()
	if err != nil {
		t.Fatal(err)
	}
	serve := exec.Command("sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve`, program)
	serve.Env = append(os.Environ(), "EARSHOT_DATA_DIR="+t.TempDir())
	serve.ExtraFiles = []*os.File{handed}
	out, err := serve.CombinedOutput()
	if err == nil || serve.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "one TCP socket is needed") {
		t.Errorf("%v: %s", err, out)
	}
}
