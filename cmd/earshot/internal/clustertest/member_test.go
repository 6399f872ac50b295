//go:build !race

package clustertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/waittest"
)

// member is one of the processes. Its methods are for one goroutine.
type member struct {
	t      *testing.T
	name   string
	folder string
	wire   *wire
	// program is another Earshot than the one that is tested; "": that one.
	program string

	cmd *exec.Cmd
	log *programtest.Output // of this run
}

func newMember(t *testing.T, name string, w *wire) *member {
	m := &member{t: t, name: name, folder: t.TempDir(), wire: w}
	t.Cleanup(m.kill)
	return m
}

// configure writes the configuration, which is the same for all.
func (m *member) configure(host string, rooms []string) {
	m.t.Helper()
	var b strings.Builder
	if len(rooms) > 0 {
		b.WriteString("rooms:\n")
	}
	for _, r := range rooms {
		fmt.Fprintf(&b, "  - url: lounge://%s/%s\n", host, r)
	}
	programtest.Write(m.t, m.config(), b.String())
}

func (m *member) config() string { return filepath.Join(m.folder, "earshot.yaml") }

// start begins a run, and waits until it serves.
func (m *member) start() {
	m.t.Helper()
	m.log = &programtest.Output{}
	m.cmd = m.command("serve")
	m.cmd.Stderr = m.log
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.cmd.Start(); err != nil {
		m.cmd = nil
		m.t.Fatal(err)
	}
	waittest.Until(m.t, m.name+" serves", func() bool { return m.says("msg=serving") || m.says("error: ") })
	if !m.says("msg=serving") {
		m.t.Fatalf("%s does not serve:\n%s", m.name, m.log)
	}
}

// command is the program with its arguments and this process's settings.
func (m *member) command(args ...string) *exec.Cmd {
	args = append(args, "--config", m.config())
	cmd := programtest.Command(args...)
	if m.program != "" {
		cmd = exec.Command(m.program, args...)
	}
	cmd.Env = append(os.Environ(),
		"EARSHOT_DATA_DIR="+filepath.Join(m.folder, "data"), "EARSHOT_LISTEN=127.0.0.1:0", "EARSHOT_DECODERS=1", "EARSHOT_PARTIALS=0",
		"EARSHOT_NODE="+m.name, "EARSHOT_DATABASE=postgres://earshot@"+m.wire.address()+"/"+database+"?sslmode=disable",
	)
	return cmd
}

func (m *member) says(words string) bool { return strings.Contains(m.log.String(), words) }

// left is how often this run has left a room whose lease it could not renew.
func (m *member) left() int {
	return strings.Count(m.log.String(), "leaving a room: its lease could not be renewed")
}

func (m *member) send(s os.Signal) {
	m.t.Helper()
	if err := m.cmd.Process.Signal(s); err != nil {
		m.t.Fatalf("%s: %v", m.name, err)
	}
}

// kill ends the run at once, if there is one.
func (m *member) kill() {
	if m.cmd == nil {
		return
	}
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait()
	m.cmd = nil
	if m.t.Failed() {
		m.t.Logf("%s:\n%s", m.name, m.log)
	}
}

// stop ends the run as an operator does.
func (m *member) stop() {
	m.t.Helper()
	m.send(syscall.SIGTERM)
	if err := m.cmd.Wait(); err != nil {
		m.t.Errorf("%s ended with %v", m.name, err)
	}
	m.cmd = nil
}
