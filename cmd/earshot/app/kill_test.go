package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/waittest"
	"earshot/moderation/review/events"
)

// longTests makes tests run for as long as the documentation says.
var longTests = os.Getenv("EARSHOT_TEST_LONG") != ""

// crowdEnv makes the test binary a program in which four people talk without end; its value is the data folder.
const crowdEnv = "EARSHOT_TEST_CROWD"

// crowdMain is that program: the real app, with people who publish over WebRTC. It prints the key of each line that viewers are
// shown, and runs until it is killed; with the argument "rest" nobody talks, and it exits when nothing is left to decode.
func crowdMain(dir string) int {
	cfg, err := configs.Load(configs.Options{Environ: []string{
		"EARSHOT_DATA_DIR=" + dir, "EARSHOT_LISTEN=127.0.0.1:0", "EARSHOT_DECODERS=1", "HOME=" + os.Getenv("HOME"),
	}})
	ctx := context.Background()
	if err == nil {
		err = crowd(ctx, cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func crowd(ctx context.Context, cfg configs.Config) error {
	s, err := New(ctx, Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Models: speech.Options{Waits: true}})
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := web.Listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		return err
	}
	defer watcher.Close()
	go func() {
		for e := range watcher.Events() {
			if e.Utterance != nil {
				fmt.Println(e.Utterance.Key)
			}
		}
	}()
	return s.Run(ctx, l, func(ctx context.Context) error {
		if os.Args[1] == "rest" {
			return s.text.Drain(ctx)
		}
		spoken, err := playback.Lines()
		if err != nil {
			return err
		}
		parts := make([]playback.Speech, 4)
		for i := range parts {
			parts[i].Name = "Speaker " + strconv.Itoa(i+1)
			lines := []playback.Line{spoken[i], spoken[i+4], spoken[i+8]}
			if parts[i].Recording, err = playback.Record(lines, func(time.Duration) time.Duration { return 700 * time.Millisecond }); err != nil {
				return err
			}
		}
		for {
			if _, err := s.Play(ctx, l.Addr().String(), parts); err != nil {
				return err
			}
		}
	})
}

// TestFault20KilledAtRandomPoints kills the whole program at random moments and starts it again, over and over: what was in the
// spool at a kill becomes a line, once; lines stay unchanged; what viewers were shown is stored. It runs three rounds, or a hundred
// if EARSHOT_TEST_LONG is set.
func TestFault20KilledAtRandomPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for a while")
	}
	t.Parallel()
	rounds, dir := 3, t.TempDir()
	if longTests {
		rounds = 100
	}
	rng := rand.New(rand.NewPCG(20, 100))
	var book ledger
	recovered := 0
	for round := range rounds {
		shown := killCrowd(t, dir, rng)
		pending := book.look(t, dir, shown)
		recovered += pending
		if t.Failed() {
			t.Fatalf("after round %d", round+1)
		}
	}
	out, err := crowdCommand(dir, "rest").Output()
	if err != nil {
		t.Fatalf("the last start: %v: %s", err, out)
	}
	if left := book.look(t, dir, nil); left != 0 {
		t.Errorf("%d clips still wait", left)
	}
	lines, failed := 0, 0
	for _, u := range book.lines {
		lines++
		if u.State != models.UtteranceOK {
			failed++
		}
	}
	t.Logf("%d kills: %d lines, %d of them waited in the spool over a kill, %d failed", rounds, lines, recovered, failed)
	if lines < rounds || recovered == 0 && longTests || failed > 0 {
		t.Errorf("%d lines, %d recovered, %d failed: it proves nothing, or something was lost", lines, recovered, failed)
	}
}

func crowdCommand(dir, role string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], role)
	cmd.Env = append(os.Environ(), crowdEnv+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// killCrowd runs the program and kills it: at a random moment, or, every other time, just after a random line that it shows. It
// returns the keys of the lines that it showed.
func killCrowd(t *testing.T, dir string, rng *rand.Rand) (shown []string) {
	t.Helper()
	cmd := crowdCommand(dir, "talk")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	after, line := time.Duration(rng.Int64N(int64(7*time.Second))), -1
	if rng.IntN(2) == 0 {
		after, line = waittest.Patience, rng.IntN(12)
	}
	pause := time.Duration(rng.Int64N(int64(60 * time.Millisecond)))
	var killed atomic.Bool
	kill := func() {
		killed.Store(true)
		_ = cmd.Process.Signal(syscall.SIGKILL)
	}
	timer := time.AfterFunc(after, kill)
	defer timer.Stop()
	in := bufio.NewReader(out)
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			break // a line that is cut off was being written
		}
		shown = append(shown, text[:len(text)-1])
		if len(shown)-1 == line {
			timer.Reset(pause)
		}
	}
	if err := cmd.Wait(); !killed.Load() {
		t.Fatalf("it ended by itself: %v", err)
	}
	return shown
}

// ledger is the contents of a database when it was last read.
type ledger struct {
	lines   map[models.Key]models.Utterance
	pending map[models.Key]bool
}

// look reads the database and compares it with its previous contents; it returns how many clips wait there.
func (b *ledger) look(t *testing.T, dir string, shown []string) int {
	t.Helper()
	store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, "earshot.db"))
	if errors.Is(err, models.ErrNotFound) && b.lines == nil {
		return 0 // killed before it was made
	}
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Check(t.Context()); err != nil {
		t.Error(err)
	}
	now := ledger{lines: map[models.Key]models.Utterance{}, pending: map[models.Key]bool{}}
	sessions, err := store.Sessions(t.Context(), models.SessionQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range sessions {
		us, err := store.Utterances(t.Context(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range us {
			if _, twice := now.lines[u.Key]; twice {
				t.Errorf("%v is there twice", u.Key)
			}
			now.lines[u.Key] = u
		}
	}
	keys, err := store.PendingKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		now.pending[k] = true
		if _, done := now.lines[k]; done {
			t.Errorf("%v is a line, and waits to be decoded again", k)
		}
	}
	b.compare(t, now, shown)
	*b = now
	return len(keys)
}

// compare requires that nothing is lost or changed.
func (b *ledger) compare(t *testing.T, now ledger, shown []string) {
	t.Helper()
	for k, u := range b.lines {
		if v, there := now.lines[k]; !there || v.Text != u.Text || !v.Committed.Equal(u.Committed) {
			t.Errorf("%v was a line: it is gone, or another", k)
		}
	}
	for k := range b.pending {
		if _, done := now.lines[k]; !done && !now.pending[k] {
			t.Errorf("%v was in the spool: it is lost", k)
		}
	}
	there := map[string]bool{}
	for k := range now.lines {
		there[k.String()] = true
	}
	for _, k := range shown {
		if !there[k] {
			t.Errorf("%s was shown, and is not on record", k)
		}
	}
}
