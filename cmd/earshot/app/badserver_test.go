package app

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
)

// listens opens a server that handles each connection in a goroutine, until the test ends, and returns its address.
func listens(t *testing.T, handle func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			go handle(c)
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// For a database that it cannot use the program says what is wrong and what to do, exits with an error, and changes nothing there.
func TestServeRefusesDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database server")
	}
	t.Parallel()
	for what, tt := range map[string]struct {
		database func(t *testing.T) string
		says     []string
	}{
		"unreachable": {func(*testing.T) string {
			return "postgres://me@127.0.0.1:1/x"
		}, []string{"database x at 127.0.0.1:1", "check that the server runs"}},
		"too old": {func(t *testing.T) string {
			return "postgres://me@" + listens(t, pgtest.OldServer) + "/x?sslmode=disable&default_query_exec_mode=simple_protocol"
		}, []string{"it is PostgreSQL 14, and 15 is needed", "upgrade the server"}},
		"takes no writes": {func(t *testing.T) string {
			dsn := pgtest.DSN(t)
			pgtest.Exec(t, dsn, "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on'; END $$")
			return databaseURL(t, dsn)
		}, []string{"it takes no writes", "name the primary server"}},
		"somebody else's": {func(t *testing.T) string {
			dsn := pgtest.Empty(t)
			pgtest.Exec(t, dsn, "CREATE TABLE wordpress (id int)")
			return databaseURL(t, dsn)
		}, []string{"1 tables of something else", "nothing was changed"}},
		"a newer version's": {func(t *testing.T) string {
			dsn := pgtest.DSN(t)
			pgtest.Exec(t, dsn, "INSERT INTO migrated (name) VALUES ('9999_future.sql')")
			return databaseURL(t, dsn)
		}, []string{"9999_future.sql", "use the newer Earshot"}},
		"none": {func(t *testing.T) string {
			return strings.Replace(databaseURL(t, pgtest.Empty(t)), "/test_", "/no_test_", 1)
		}, []string{"there is no such database", "createdb"}},
		"no such schema": {func(t *testing.T) string {
			return databaseURL(t, pgtest.Empty(t)) + "&search_path=nowhere"
		}, []string{"there is no such schema", "check search_path"}},
	} {
		t.Run(what, func(t *testing.T) {
			env := append(os.Environ(), "EARSHOT_DATABASE="+tt.database(t), "EARSHOT_DATA_DIR="+t.TempDir(), "EARSHOT_LISTEN=127.0.0.1:0")
			for _, only := range []string{"", "decode"} {
				out, code := programtest.Client(append(env, "EARSHOT_ONLY="+only), "serve")
				for _, says := range append(tt.says, "error: ", "hint: ") {
					if code != 1 || !strings.Contains(out, says) {
						t.Errorf("exit %d without %q:\n%s", code, says, out)
					}
				}
			}
		})
	}
}

// A service that is stopped while it waits for its database exits without an error.
func TestStoppedBeforeItServes(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program")
	}
	t.Parallel()
	for _, only := range []string{"", "decode"} {
		came := make(chan struct{}, 99)
		silent := listens(t, func(net.Conn) { came <- struct{}{} })
		cmd, log := programtest.Command("serve"), &programtest.Output{}
		cmd.Env = append(os.Environ(), "EARSHOT_DATABASE=postgres://me@"+silent+"/x?sslmode=disable&connect_timeout=60", "EARSHOT_ONLY="+only,
			"EARSHOT_DATA_DIR="+t.TempDir(), "EARSHOT_LISTEN=127.0.0.1:0")
		cmd.Stderr = log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		select {
		case <-came:
		case <-t.Context().Done():
			t.Fatal("it does not ask the database")
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil || !strings.Contains(log.String(), "stopped before it had started") {
			t.Errorf("%v\n%s", err, log)
		}
	}
}

// valve forwards connections to a server until a number of bytes have passed. From then on it forwards nothing, and neither side is
// told.
func valve(t *testing.T, socket string, most int64) (address string, shut <-chan struct{}) {
	t.Helper()
	var passed atomic.Int64
	isShut := make(chan struct{}, 1)
	pump := func(to io.Writer, from io.Reader) {
		buf := make([]byte, 4096)
		for {
			n, err := from.Read(buf)
			if err != nil {
				return
			}
			if passed.Add(int64(n)) > most {
				select {
				case isShut <- struct{}{}:
				default:
				}
				<-t.Context().Done()
				return
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
	}
	return listens(t, func(c net.Conn) {
		s, err := net.Dial("unix", socket)
		if err != nil {
			_ = c.Close()
			return
		}
		t.Cleanup(func() { _ = s.Close() })
		go pump(s, c)
		pump(c, s)
	}), isShut
}

// A move that is killed in the middle, in either direction, leaves no database that can be opened; when it is run again, it
// completes.
func TestMoveKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database server")
	}
	t.Parallel()
	dir, back := t.TempDir(), t.TempDir()
	fillForMove(t, dir)
	database := databaseURL(t, pgtest.DSN(t))
	host, _, _ := strings.Cut(strings.SplitAfter(database, "host=")[1], "&")
	name, _, _ := strings.Cut(strings.SplitAfter(database, "@/")[1], "?")
	run := func(want int, has string, args ...string) string {
		t.Helper()
		out, code := programtest.Client(append(os.Environ(), "HOME="+dir), args...)
		if code != want || !strings.Contains(out, has) {
			t.Errorf("%q: exit %d without %q\n%s", args, code, has, out)
		}
		return out
	}
	for _, way := range []struct{ flag, dir string }{{"--to", dir}, {"--from", back}} {
		address, shut := valve(t, filepath.Join(host, ".s.PGSQL.5432"), 100_000)
		cut := "postgres://earshot@" + address + "/" + name + "?sslmode=disable"
		cmd := programtest.Command("move", "--data-dir", way.dir, way.flag, cut)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		waittest.Until(t, "it is in the middle", func() bool { return len(shut) > 0 })
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		half := []string{"check", "--data-dir", way.dir}
		if way.flag == "--to" {
			half = append(half, "--config", filepath.Join(dir, "shared.yaml"))
			programtest.Write(t, filepath.Join(dir, "shared.yaml"), "database: "+database+"\n")
		}
		run(1, "interrupted", half...)
		run(0, "completing an interrupted move", "move", "--data-dir", way.dir, way.flag, database)
	}
	if want, got := run(0, "last hash", "check", "--data-dir", dir), run(0, "last hash", "check", "--data-dir", back); got != want {
		t.Errorf("the list of removals is another:\n%s%s", got, want)
	}
}
