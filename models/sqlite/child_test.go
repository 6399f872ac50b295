package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"earshot/models"
	"earshot/models/sqlite"
)

// childMain is the child process that the kill tests kill.
func childMain(path, job string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	if job != "commit" {
		fmt.Println("begin")
		return forgetJob(ctx, s, job)
	}
	session, err := s.StartSession(ctx, models.Session{ID: "kill", Room: "r", Started: start})
	if err != nil {
		return err
	}
	for seq := 1; ; seq++ {
		c := clip("kill", session.Epoch, seq, make([]byte, 100*(seq%80)))
		if err := s.PutClip(ctx, c); err != nil {
			return err
		}
		fmt.Println("put", session.Epoch, seq)
		if seq%7 == 0 {
			continue // stays in the spool
		}
		u := utterance(c, fmt.Sprintf("line %d of epoch %d", seq, session.Epoch), models.Word{Text: "line", P: 0.5})
		if err := s.Put(ctx, record(u, []models.Flag{flag(u, "r")})); err != nil {
			return err
		}
		fmt.Println("ack", session.Epoch, seq)
	}
}

// child starts the test binary as a child process; its output is read until the pipe ends.
func child(t *testing.T, path, job string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe, job)
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // when the test ended before its kill
	return cmd, bufio.NewScanner(out)
}

func rounds(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

// Nothing that was acknowledged is lost or duplicated, whenever the process dies; what was in the spool and not acknowledged is
// pending; and once the rest is decoded, everything is there exactly once.
func TestFault20Kill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "earshot.db")
	rng := rand.New(rand.NewPCG(3, 4))
	put, acked := map[models.Key]bool{}, map[models.Key]bool{}
	for range rounds(20) {
		cmd, lines := child(t, path, "commit")
		for n := rng.IntN(120); n > 0 && lines.Scan(); n-- {
			note(t, lines.Text(), put, acked)
		}
		must(t, cmd.Process.Kill())
		for lines.Scan() { // said before it died
			note(t, lines.Text(), put, acked)
		}
		_ = cmd.Wait() // "signal: killed"
		verify(t, path, put, acked)
	}
	if len(acked) < 50 {
		t.Errorf("only %d lines were acknowledged: the test proves little", len(acked))
	}
	decodeRest(t, path, put)
}

func note(t *testing.T, line string, put, acked map[models.Key]bool) {
	t.Helper()
	k := models.Key{Session: "kill", Track: "t1"}
	var what string
	if _, err := fmt.Sscan(line, &what, &k.Epoch, &k.Seq); err != nil {
		t.Fatalf("child said %q: %v", line, err)
	}
	put[k] = true
	if what == "ack" {
		acked[k] = true
	}
}

func verify(t *testing.T, path string, put, acked map[models.Key]bool) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	must(t, s.Check(t.Context()))
	lines, err := s.Utterances(t.Context(), "kill")
	must(t, err)
	flags, err := s.Flags(t.Context(), "kill")
	must(t, err)
	stored, flagged, waiting := map[models.Key]int{}, map[models.Key]int{}, map[models.Key]int{}
	for _, u := range lines {
		stored[u.Key]++
	}
	for _, f := range flags {
		flagged[f.Utterance]++
	}
	keys, err := s.PendingKeys(t.Context())
	must(t, err)
	for _, k := range keys {
		waiting[k]++
	}
	for k := range put {
		if stored[k]+waiting[k] != 1 {
			t.Fatalf("%s: %d lines and %d pending clips", k, stored[k], waiting[k])
		}
		if flagged[k] != stored[k] {
			t.Fatalf("%s: %d lines and %d flags", k, stored[k], flagged[k])
		}
	}
	for k := range acked {
		if stored[k] != 1 {
			t.Fatalf("%s was acknowledged and is stored %d times", k, stored[k])
		}
	}
}

func decodeRest(t *testing.T, path string, put map[models.Key]bool) {
	t.Helper()
	s := openAt(t, path)
	for _, c := range pending(t, s) {
		equal(t, "sound of "+c.Key.String(), len(c.Opus), 100*(c.Seq%80))
		must(t, s.Put(t.Context(), record(utterance(c, "decoded later"), nil)))
	}
	lines, err := s.Utterances(t.Context(), "kill")
	must(t, err)
	seen := map[models.Key]int{}
	for _, u := range lines {
		seen[u.Key]++
	}
	for k := range put {
		if seen[k] != 1 {
			t.Errorf("%s is there %d times", k, seen[k])
		}
	}
	equal(t, "pending", len(pending(t, s)), 0)
	t.Logf("%d stretches spooled, %d stored", len(put), len(lines))
}
