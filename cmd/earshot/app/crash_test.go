package app

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/waittest"
)

// TestKilledInTheMiddle kills the program while clips are in the spool, and starts it again: everything that was stored before the
// queue becomes a line exactly once, and what was said until the kill is stored.
func TestKilledInTheMiddle(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for some seconds")
	}
	t.Parallel()
	dir := t.TempDir()
	killed := killDemo(t, dir, 2)
	before, _ := heldBy(t, dir)
	if len(before) == 0 {
		t.Fatal("nothing was pending at the kill: this test tested nothing")
	}

	s, l := openTestApp(t, dir)
	if err := s.Run(t.Context(), l, s.text.Drain); err != nil {
		t.Fatal(err)
	}
	sessions, err := s.Store.Sessions(t.Context(), models.SessionQuery{})
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	gaps := notTooLate(t, s.Store, sessions[0].ID)
	if x := sessions[0]; x.Live() || x.Pending != 0 || x.Failed != 0 || len(gaps) != 1 || gaps[0].Cause != models.GapRestart {
		t.Errorf("after the restart: live %v, pending %d, failed %d, gaps %+v", x.Live(), x.Pending, x.Failed, gaps)
	}
	us := lines(t, s, sessions[0].ID)
	seen := map[models.Key]int{}
	for _, u := range us {
		seen[u.Key]++
	}
	for _, k := range before {
		if seen[k] != 1 {
			t.Errorf("clip %v, spooled before the kill, is there %d times", k, seen[k])
		}
	}
	checkSaidUntil(t, us, killed.Sub(sessions[0].Started))
	if err := s.Store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// killDemo starts the demo on a database and kills it as soon as it has stored some lines and holds a clip that is not decoded yet.
// It returns the time of the kill.
func killDemo(t *testing.T, dir string, stored int) time.Time {
	t.Helper()
	cmd := programtest.Command("demo", "--listen", "127.0.0.1:0", "--data-dir", dir)
	cmd.Env = append(os.Environ(), "EARSHOT_DECODERS=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		_, _ = io.Copy(io.Discard, bufio.NewReader(out))
	}()
	stopHolding(t, cmd.Process, dir, stored)
	killed := time.Now()
	send(t, cmd.Process, syscall.SIGKILL)
	<-printed
	_ = cmd.Wait() // it was killed
	return killed
}

// stopHolding suspends the running demo while it holds a clip that is not decoded and has stored some lines: it looks, suspends the
// process, and looks again, since the clip may have been decoded in between.
func stopHolding(t *testing.T, p *os.Process, dir string, stored int) {
	t.Helper()
	waittest.Until(t, "a clip is pending", func() bool {
		keys, lines := heldBy(t, dir)
		if len(keys) == 0 || lines < stored {
			return false
		}
		send(t, p, syscall.SIGSTOP)
		if keys, _ := heldBy(t, dir); len(keys) > 0 {
			return true
		}
		send(t, p, syscall.SIGCONT)
		return false
	})
}

func send(t *testing.T, p *os.Process, s os.Signal) {
	t.Helper()
	if err := p.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// heldBy reads a database that another process may be writing to: the clips that wait for decoding, and the number of lines.
func heldBy(t *testing.T, dir string) (pending []models.Key, lines int) {
	t.Helper()
	store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, "earshot.db"))
	if errors.Is(err, models.ErrNotFound) {
		return nil, 0 // not made yet
	}
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if pending, err = store.PendingKeys(t.Context()); err != nil || len(pending) == 0 {
		return nil, 0
	}
	us, err := store.Utterances(t.Context(), pending[0].Session)
	if err != nil {
		t.Fatal(err)
	}
	return pending, len(us)
}

// checkSaidUntil requires every line of the script that had ended, including the silence that ends a clip, before a time. No line of
// the script is longer than 3.5 s; what remains of the seven is for a busy machine. The first line had ended: others were stored.
func checkSaidUntil(t *testing.T, us []models.Utterance, until time.Duration) {
	t.Helper()
	script, err := playback.Script()
	if err != nil {
		t.Fatal(err)
	}
	began := beginning(t, script, us)
	finished := slices.Clone(script[:1])
	for _, c := range script[1:] {
		if time.Duration(began)*time.Millisecond+c.At+7*time.Second < until {
			finished = append(finished, c)
		}
	}
	checkWords(t, finished, only(us, finished, began))
}

// only returns the lines near the given lines of a script that begins at a time of the session.
func only(us []models.Utterance, cues []playback.ScriptLine, began int64) []models.Utterance {
	var out []models.Utterance
	for _, u := range us {
		for _, c := range cues {
			if u.SpeakerName == c.Speaker && near(u.StartMS-began, c.At.Milliseconds()) {
				out = append(out, u)
			}
		}
	}
	return out
}

// Fault 21: told to stop while people speak, the program completes what is open, stores it, and exits cleanly.
func TestFault21StoppedWhilePeopleSpeak(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for some seconds")
	}
	t.Parallel()
	dir := t.TempDir()
	cmd := programtest.Command("demo", "--listen", "127.0.0.1:0", "--data-dir", dir)
	cmd.Env = append(os.Environ(), "EARSHOT_DECODERS=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	stopHolding(t, cmd.Process, dir, 2)
	told := time.Now()
	send(t, cmd.Process, syscall.SIGTERM)
	send(t, cmd.Process, syscall.SIGCONT)
	_ = cmd.Wait() // its code says that the demo was cut short
	if took := time.Since(told); took > drainTime+time.Minute {
		t.Errorf("it took %v to stop", took)
	}
	if !cmd.ProcessState.Exited() {
		t.Fatalf("it ended by %v", cmd.ProcessState)
	}
	store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	sessions, err := store.Sessions(t.Context(), models.SessionQuery{})
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	gaps := notTooLate(t, store, sessions[0].ID)
	if x := sessions[0]; x.Live() || x.Pending != 0 || x.Failed != 0 || len(gaps) > 0 || x.Reason != models.EndStopped {
		t.Errorf("after the stop: live %v, pending %d, failed %d, gaps %+v, reason %s", x.Live(), x.Pending, x.Failed, gaps, x.Reason)
	}
	us, err := store.Utterances(t.Context(), sessions[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	checkSaidUntil(t, us, told.Sub(sessions[0].Started))
}
