// Package mumbletest runs a Mumble server (murmurd) on this machine's loopback interface, for tests and for trying things out. It is a
// program of its own, of the distribution.
package mumbletest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"

	"earshot/bot/internal/processtest"
)

// ErrAbsent says that murmurd is not there.
var ErrAbsent = errors.New("no murmurd here: scripts/deps.sh --tests installs it (Debian's package mumble-server)")

const superPassword = "super"

// Server is one murmurd, with nothing but its root channel at first. Its methods are for one goroutine.
type Server struct {
	// Port is where it listens.
	Port    int
	program string
	dir     string
	run     *processtest.Process
}

// The defaults of Mumble's own configuration but for what follows: no web page, no name service, and nobody is shut out who connects
// often, which tests do.
const settings = `database=%[1]s/murmur.sqlite
logfile=
uname=%[4]s
host=127.0.0.1
port=%[2]d
bonjour=false
registerName=
autobanAttempts=0
%[3]s
`

// find finds the program: the distribution puts it where only administrators look.
func find() (string, error) {
	for _, name := range []string{"murmurd", "mumble-server", "/usr/sbin/murmurd", "/usr/sbin/mumble-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrAbsent
}

// Start writes a configuration into dir, which must be there, and starts a server on a free port. extra is added to the
// configuration, in the server's words. The caller must Kill it.
func Start(ctx context.Context, dir, extra string) (*Server, error) {
	program, err := find()
	if err != nil {
		return nil, err
	}
	s := &Server{program: program, dir: dir}
	if s.Port, err = processtest.Port(); err != nil {
		return nil, fmt.Errorf("mumbletest: %w", err)
	}
	me, err := user.Current() // else root would become somebody who may not write here
	if err != nil {
		return nil, fmt.Errorf("mumbletest: %w", err)
	}
	if err := os.WriteFile(s.config(), fmt.Appendf(nil, settings, dir, s.Port, extra, me.Username), 0o600); err != nil {
		return nil, fmt.Errorf("mumbletest: %w", err)
	}
	//nolint:gosec // the distribution's program
	if out, err := exec.CommandContext(ctx, program, "-ini", s.config(), "-supw", superPassword).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mumbletest: the password of SuperUser: %w: %s", err, bytes.TrimSpace(out))
	}
	return s, s.Restart(ctx)
}

func (s *Server) config() string { return filepath.Join(s.dir, "murmur.ini") }

// Restart starts the server again, on the same port, after Kill.
func (s *Server) Restart(ctx context.Context) (err error) {
	if s.run, err = processtest.Start(ctx, s.Log(), nil, processtest.Accepts(s.Addr()), s.program, "-fg", "-ini", s.config()); err != nil {
		return fmt.Errorf("mumbletest: %w", err)
	}
	return nil
}

// Anew starts the server again after Kill as another one: with a new certificate, and nobody registered.
func (s *Server) Anew(ctx context.Context) error {
	if err := os.Remove(filepath.Join(s.dir, "murmur.sqlite")); err != nil {
		return fmt.Errorf("mumbletest: %w", err)
	}
	return s.Restart(ctx)
}

// Kill ends the process at once (SIGKILL) and waits for its end.
func (s *Server) Kill() { s.run.Kill() }

// Addr is where the server listens, as host:port.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }

// URL is the address of a channel, by the names on the way from the root.
func (s *Server) URL(channel ...string) string {
	return "mumble://" + s.Addr() + "/" + strings.Join(channel, "/")
}

// Log is the path of what the server writes.
func (s *Server) Log() string { return filepath.Join(s.dir, "murmur.log") }
