package processtest

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// TestStart: a program is waited for, and ended; its output is kept over the next start.
func TestStart(t *testing.T) {
	dir := t.TempDir()
	log, sign := filepath.Join(dir, "log"), filepath.Join(dir, "sign")
	up := func(context.Context) error { _, err := os.Stat(sign); return err }
	for range 2 {
		p, err := Start(t.Context(), log, []string{"WORD=hello"}, up, "sh", "-c", `echo "$WORD"; touch "$0"; exec sleep 600`, sign)
		if err != nil {
			t.Fatal(err)
		}
		p.Kill()
		p.Kill()
		if p.cmd.ProcessState == nil || p.cmd.ProcessState.Success() {
			t.Errorf("its end: %v", p.cmd.ProcessState)
		}
		if err := os.Remove(sign); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(log); err != nil || strings.Count(string(b), "hello\n") != 2 {
		t.Errorf("log %q, %v", b, err)
	}
}

// TestEnds: a program that ends before it answers, or is not there, is an error that names it and its log.
func TestEnds(t *testing.T) {
	log, silent := filepath.Join(t.TempDir(), "log"), errors.New("silent")
	never := func(context.Context) error { return silent }
	_, err := Start(t.Context(), log, nil, never, "false")
	if !errors.Is(err, errEnded) || !strings.Contains(err.Error(), log) || !strings.Contains(err.Error(), "false") {
		t.Errorf("a program that ends: %v", err)
	}
	if _, err := Start(t.Context(), log, nil, never, "no-such-program-here"); err == nil {
		t.Error("a program that is not there was started")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, log, nil, never, "sleep", "600"); !errors.Is(err, errSilent) || !errors.Is(err, silent) {
		t.Errorf("a program that does not answer: %v", err)
	}
	(*Process)(nil).Kill()
}

// TestPort: a port is free for both, below those that the system hands out, and neither one in use nor one that was given is given.
func TestPort(t *testing.T) {
	port, err := Port()
	if err != nil || port < lowest || port > highest {
		t.Fatalf("%d, %v", port, err)
	}
	if reserve(port) == nil {
		t.Error("a port is given twice")
	}
	l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if free(l.LocalAddr().(*net.UDPAddr).Port) == nil {
		t.Error("a port in use is free")
	}
}
