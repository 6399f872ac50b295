package programtest

import (
	"context"
	"os/exec"
	"strings"
	"syscall"

	"earshot/models/waittest"
)

// serveTB is what Serve needs of a *testing.T.
type serveTB interface {
	waittest.TB
	Cleanup(func())
}

// Service is a running "earshot serve".
type Service struct {
	*exec.Cmd
	// Log is all that it has printed.
	Log *Output
	// Host is the address of its pages, such as "127.0.0.1:8080".
	Host string
}

// Serve starts the service with further arguments, by default on a free port, and returns once it serves. It is killed when the test
// is over.
func Serve(t serveTB, env []string, args ...string) *Service {
	t.Helper()
	s := &Service{Cmd: Command(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), Log: &Output{}}
	s.Env, s.Stderr, s.Stdout = env, s.Log, s.Log
	if err := s.Start(); err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() {
		_ = s.Process.Kill()
		_ = s.Wait()
	})
	ctx, cancel := context.WithTimeout(t.Context(), waittest.Patience)
	defer cancel()
	if !waittest.Holds(ctx, func() bool { s.Host = host(s.Log.String()); return s.Host != "" }) {
		t.Fatalf("it does not serve: %s", s.Log)
	}
	return s
}

// host finds the address in the log's line that says that it serves, or returns "".
func host(log string) string {
	_, line, _ := strings.Cut(log, "msg=serving ")
	line, _, whole := strings.Cut(line, "\n")
	if !whole {
		return ""
	}
	_, page, _ := strings.Cut(line, "page=http://")
	host, _, _ := strings.Cut(page, "/")
	return host
}

// Stop asks it to end, and waits until it has, without an error.
func (s *Service) Stop(t waittest.TB) {
	t.Helper()
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("%v", err)
	}
	if err := s.Wait(); err != nil {
		t.Fatalf("the service ended with %v:\n%s", err, s.Log)
	}
}
