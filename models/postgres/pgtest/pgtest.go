// Package pgtest runs a PostgreSQL server for tests: one for each test program, with a database for each test, which costs
// milliseconds.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"earshot/models/postgres/schema"
)

// TB is what this package needs of a *testing.T.
type TB interface {
	Helper()
	Context() context.Context
	Cleanup(f func())
	Skip(args ...any)
	Fatalf(format string, args ...any)
}

// Server is a server that runs. Its methods are for one goroutine.
type Server struct {
	// Dir holds its data, its log and its socket.
	Dir     string
	bin     string
	durable bool
	cmd     *exec.Cmd
	done    chan struct{} // closed at its end
}

// shared is the server of a test program.
type shared struct {
	mu     sync.Mutex
	server *Server
	err    error
	begun  bool
	count  int
}

// program is one for all tests of a program, however they are called.
var program shared

// template is the database that tests get a copy of.
const template = "earshot_template"

// Main runs a test program, for TestMain, and ends its server. It returns the exit code.
func Main(m interface{ Run() int }) int {
	code := m.Run()
	program.mu.Lock()
	defer program.mu.Unlock()
	if program.server != nil {
		program.server.Remove()
	}
	return code
}

// DSN addresses a new record in a database of its own, on the server of this test program, whose TestMain calls Main. Where there
// is no PostgreSQL the test is skipped.
func DSN(t TB) string {
	t.Helper()
	return program.database(t, " TEMPLATE "+template)
}

// Empty addresses a new database without tables: see DSN.
func Empty(t TB) string {
	t.Helper()
	return program.database(t, "")
}

func (p *shared) database(t TB, like string) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.begun {
		p.begun = true
		if p.server, p.err = Start(false); p.err == nil {
			p.err = p.server.makeTemplate()
		}
	}
	if errors.Is(p.err, ErrNone) {
		t.Skip(p.err)
	}
	if p.err != nil {
		t.Fatalf("%v", p.err)
	}
	p.count++
	name := fmt.Sprintf("test_%d", p.count)
	if err := p.server.run(t.Context(), "CREATE DATABASE "+name+like); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return p.server.DSN(name)
}

// ErrNone means that there is no PostgreSQL on this machine.
var ErrNone = errors.New("there is no PostgreSQL 15 or newer on this machine (scripts/deps.sh --tests installs it)")

// Start starts a server on a socket in a folder of its own, as an ordinary user even for root. durable has it bring every commit
// to the disk. The caller must Remove it.
func Start(durable bool) (s *Server, err error) {
	s = &Server{durable: durable}
	if s.bin, err = programs(); err != nil {
		return nil, err
	}
	// A socket's path must be short, and other users must get to it: not in TMPDIR.
	if s.Dir, err = os.MkdirTemp("/tmp", "earshot-pg-"); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	if err := s.init(); err != nil {
		s.Remove()
		return nil, err
	}
	if err := s.Run(); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// programs finds the folder of the server's programs, the newest where there are several.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) > 0 && version(found[0]) >= 15 {
		return filepath.Dir(found[0]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", ErrNone
}

func version(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

// command is one of the server's programs, which refuse to run as root.
func (s *Server) command(name string, args ...string) (*exec.Cmd, error) {
	cmd := exec.Command(filepath.Join(s.bin, name), args...) //nolint:gosec,noctx // ended by Kill
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return cmd, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("pgtest: a user to run as: %w", err)
	}
	uid, _ := strconv.ParseUint(who.Uid, 10, 32)
	gid, _ := strconv.ParseUint(who.Gid, 10, 32)
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return cmd, os.Chown(s.Dir, int(uid), int(gid)) //nolint:gosec // ids fit
}

func (s *Server) init() error {
	cmd, err := s.command("initdb", "-D", "data", "-U", "earshot", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions")
	if err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w: %s", err, out)
	}
	return nil
}

const (
	answerWithin = 2 * time.Minute
	askEvery     = 20 * time.Millisecond
)

// Run starts the server, also again after Kill.
func (s *Server) Run() error {
	args := []string{
		"-D", "data", "-k", s.Dir, "-c", "listen_addresses=", "-c", "autovacuum=off", "-c", "shared_buffers=32MB", "-c", "max_connections=200",
	}
	if !s.durable {
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	locks, _ := filepath.Glob(filepath.Join(s.Dir, ".s.PGSQL.*")) // what a killed server left
	for _, l := range locks {
		_ = os.Remove(l)
	}
	cmd, err := s.command("postgres", args...)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(s.Dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.cmd, s.done = cmd, make(chan struct{})
	go func(done chan struct{}) {
		_ = cmd.Wait()
		close(done)
	}(s.done)
	return s.wait()
}

func (s *Server) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), answerWithin)
	defer cancel()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		err := s.run(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-s.done:
			text, _ := os.ReadFile(filepath.Join(s.Dir, "log"))
			return fmt.Errorf("pgtest: the server ended at once: %s", text)
		case <-ctx.Done():
			return fmt.Errorf("pgtest: the server does not answer: %w", err)
		case <-tick.C:
		}
	}
}

// DSN addresses a database of the server.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("host=%s user=earshot dbname=%s", s.Dir, database)
}

// run runs a statement in the server's own database.
func (s *Server) run(ctx context.Context, statement string) error {
	c, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, statement)
	return errors.Join(err, c.Close(context.WithoutCancel(ctx)))
}

func (s *Server) makeTemplate() error {
	ctx := context.Background()
	if err := s.run(ctx, "CREATE DATABASE "+template); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	c, err := pgx.Connect(ctx, s.DSN(template))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return errors.Join(schema.Migrate(ctx, c), c.Close(ctx))
}

// Kill ends the server at once, as kill -9 of all its processes does. It may be called again.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	pid := s.cmd.Process.Pid
	_ = s.cmd.Process.Signal(syscall.SIGSTOP) // so that it starts no more children
	await(pid, "T")
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) // they outlive it for a moment
	_ = s.cmd.Process.Kill()
	for _, child := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			await(pid, "Z") // it has let go of the shared memory, which a new server would find in use
		}
	}
	<-s.done
	s.cmd = nil
}

// await waits until a process is in a state (proc_pid_stat(5)), or has ended.
func await(pid int, state string) {
	for range 1000 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return
		}
		_, fields, _ := strings.Cut(string(stat), ") ")
		if now, _, _ := strings.Cut(fields, " "); now == state || now == "Z" || now == "X" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Remove ends the server and removes its folder.
func (s *Server) Remove() {
	s.Kill()
	_ = os.RemoveAll(s.Dir)
}

// Exec changes a database behind the store's back.
func Exec(t TB, dsn string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
	for _, s := range statements {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
