package app

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/configs"
	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
)

// startDecoder starts a process that only decodes, and kills it when the test is over.
func startDecoder(t *testing.T, database string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	cmd := programtest.Command("serve", "--only", "decode", "--data-dir", dir)
	cmd.Env = append(os.Environ(), "EARSHOT_DATABASE="+database, "EARSHOT_DECODERS=1")
	cmd.Stderr = logTo{t}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// childOf returns the child of a process.
func childOf(t *testing.T, parent int) int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		stat, _ := os.ReadFile(name) // it may have ended
		_, rest, _ := strings.Cut(string(stat), ") ")
		pid, _, _ := strings.Cut(string(stat), " ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(parent) { // proc(5): state, ppid
			if child, err := strconv.Atoi(pid); err == nil {
				return child
			}
		}
	}
	t.Fatalf("process %d has no child", parent)
	return 0
}

// One process hears a room and another decodes what is said there. When the second is killed in the middle of it, a third does the
// rest: the words are right, and each line is stored once.
func TestDecodedByOtherProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	database := databaseURL(t, pgtest.DSN(t))
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	ana := playback.Speech{Name: "Ana", Lines: spoken[:3]}
	if ana.Recording, err = playback.Record(ana.Lines, func(time.Duration) time.Duration { return time.Second }); err != nil {
		t.Fatal(err)
	}
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_DATABASE="+database, "EARSHOT_ONLY="+configs.OnlyHear)
	first := startDecoder(t, database)
	var session models.Session
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		played := make(chan error, 1)
		go func() {
			var err error
			room := models.Room{ID: "r", Name: "r", URL: "lounge://" + l.Addr().String() + "/r"}
			session, err = s.playIn(ctx, l.Addr().String(), room, []playback.Speech{ana})
			played <- err
		}()
		waittest.Until(t, "the other process decodes", func() bool { return s.text.Stats().Answered > 0 })
		sendTo(t, childOf(t, first.Process.Pid), syscall.SIGSTOP) // so that what it begins from now on is in the middle for a while
		waittest.Until(t, "a clip is being decoded", func() bool {
			keys, err := s.Store.PendingKeys(ctx)
			return err == nil && slices.ContainsFunc(keys, func(k models.Key) bool {
				c, err := s.Store.Clip(ctx, k)
				return err == nil && c.Attempts > 0
			})
		})
		if err := first.Process.Kill(); err != nil {
			return err
		}
		startDecoder(t, database)
		err := <-played
		waittest.Until(t, "all is decoded", func() bool {
			n, err := s.Store.Pending(ctx, session.ID)
			return err == nil && n == 0
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	said, want := lines(t, s, session.ID), ""
	for _, line := range ana.Lines {
		want += line.Text + " "
	}
	// A machine that is too busy to talk without a stop makes two lines of one.
	if errs, n, heard := wordErrors(said, "Ana", want); len(said) < len(ana.Lines) || errs*10 > n {
		t.Errorf("%d lines, %d of %d words wrong: %q", len(said), errs, n, heard)
	}
	for _, u := range said {
		if u.State != models.UtteranceOK {
			t.Errorf("%v is %s", u.Key, u.State)
		}
	}
	if st := s.text.Stats(); st.Decoded != 0 || st.Answered != uint64(len(said)) {
		t.Errorf("%d decoded here, %d elsewhere", st.Decoded, st.Answered)
	}
}
