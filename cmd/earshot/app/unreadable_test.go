package app

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/waittest"
)

// nobody is the user that owns no files.
const nobody = "65534"

// TestUnreadableFolder runs the program as a user who may not read the folder it is started in: shipped packs are still found by
// their names, and messages give the whole path of a file in that folder.
func TestUnreadableFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	if _, err := exec.LookPath("setpriv"); err != nil || os.Getuid() != 0 {
		t.Skip("only root may become another user, with setpriv of util-linux")
	}
	open, err := os.MkdirTemp("/tmp", "earshot-nobody-") //nolint:usetesting // the folders above t.TempDir are its owner's alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(open) })
	program, locked, home := filepath.Join(open, "earshot"), filepath.Join(open, "locked"), filepath.Join(open, "home")
	for _, err := range []error{
		os.Chmod(open, 0o755), copyProgram(program), os.Mkdir(home, 0o700), os.Chown(home, 65534, 65534), os.Mkdir(locked, 0o700),
		os.WriteFile(filepath.Join(locked, "mine.yaml"), []byte(silly), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	as := func(args ...string) *exec.Cmd {
		cmd := exec.Command("setpriv", append([]string{"--reuid", nobody, "--regid", nobody, "--clear-groups", program}, args...)...)
		cmd.Dir = locked
		cmd.Env = append(
			os.Environ(), "PWD="+locked, "HOME="+home, "XDG_CACHE_HOME=", "XDG_STATE_HOME=", "EARSHOT_DECODERS=1", "EARSHOT_LISTEN=127.0.0.1:0",
		)
		return cmd
	}
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"rules", "check", "open-mic"}, 0, "open-mic is valid"},
		{[]string{"rules", "test", "open-mic"}, 0, "checks pass"},
		{[]string{"rules", "check", "mine.yaml"}, 2, filepath.Join(locked, "mine.yaml")},
		{[]string{"--config", "earshot.yaml", "config", "check"}, 2, "earshot.yaml"},
	} {
		cmd := as(tt.args...)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.Contains(string(out), tt.says) {
			t.Errorf("%v: exit %d, want %d and %q: %s", tt.args, code, tt.code, tt.says, out)
		}
	}
	for command, says := range map[string]string{"serve": "lounge open", "demo": "listening in"} {
		var log programtest.Output
		cmd := as(command, "--log-level", "info")
		cmd.Stdout, cmd.Stderr = &log, &log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { defer close(ended); _ = cmd.Wait() }()
		waittest.Until(t, command+" has begun", func() bool {
			select {
			case <-ended:
				return true
			default:
				return strings.Contains(log.String(), says)
			}
		})
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		if out := log.String(); !strings.Contains(out, "open-mic@") || !strings.Contains(out, says) || strings.Contains(out, "denied") {
			t.Errorf("%s: %s", command, out)
		}
	}
}

// copyProgram copies this program to where everybody may run it.
func copyProgram(to string) error {
	self, err := programtest.Path()
	if err != nil {
		return err
	}
	in, err := os.Open(self)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
