package app

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/waittest"
)

// TestQueueBesideARoom decides a flag while "earshot join" is in one room, and tries what only a service can do.
func TestQueueBesideARoom(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	if err := programtest.WriteSample(data); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "EARSHOT_DATA_DIR="+data, "EARSHOT_DECODERS=1",
		"EARSHOT_RETENTION_TRANSCRIPTS=forever", "EARSHOT_RETENTION_FLAGS=forever")
	var log programtest.Output
	demo := programtest.Command("demo", "--stay", "--listen", "127.0.0.1:0", "--voice", "../../../transcribe/fixture/eval/00.wav")
	demo.Env, demo.Stderr, demo.Stdout = env, &log, &log
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = demo.Process.Kill() })
	waittest.Until(t, "the room stays open", func() bool { return strings.Contains(log.String(), "the room stays open") })
	for _, step := range []struct {
		args, want string
		code       int
	}{
		{"queue answer scam dismiss", "Benjamin: dismissed by cli:", 0},
		{"queue", "nothing waits for a decision", 0},
		{"status", "is in one room only", 1},
		{"invite lounge://127.0.0.1:9/other", "is in one room only", 1},
	} {
		out, code := programtest.Client(env, strings.Fields(step.args)...)
		if code != step.code || !strings.Contains(out, step.want) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", step.args, code, step.code, step.want, out)
		}
	}
	if err := demo.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := demo.Wait(); err != nil {
		t.Errorf("the demo: %v\n%s", err, log.String())
	}
	if out, code := programtest.Client(env, "queue"); code == 0 || !strings.Contains(out, "no running service") {
		t.Errorf("after it left: exit code %d: %s", code, out)
	}
}

// TestQueueFromTheCommandLine decides a flag while a service runs: once, by name, and undoes it.
func TestQueueFromTheCommandLine(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	if err := programtest.WriteSample(data); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "EARSHOT_DATA_DIR="+data, "EARSHOT_DECODERS=1",
		"EARSHOT_RETENTION_TRANSCRIPTS=forever", "EARSHOT_RETENTION_FLAGS=forever") // the sample's session is an old one
	serve := programtest.Serve(t, env)
	for _, step := range []struct {
		args, want string
		code       int
	}{
		{"queue", "confirm, dismiss", 0},
		{"queue --json", `"rule": "scam.guaranteed"`, 0},
		{"queue answer scam dismiss", "Benjamin: dismissed by cli:", 0},
		{"queue", "nothing waits for a decision", 0},
		{"queue answer scam dismiss", "already dismissed by cli:", 0},
		{"queue answer scam confirm", " on the command line. Undo that first", 1},
		{"flags --all", "dismissed by cli:", 0},
		{"queue answer scam reopen", "Benjamin: open", 0},
		{"queue answer scam confirm --json", `"status": "confirmed"`, 0},
	} {
		out, code := programtest.Client(env, strings.Fields(step.args)...)
		if code != step.code || !strings.Contains(out, step.want) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", step.args, code, step.code, step.want, out)
		}
	}
	serve.Stop(t)
}
