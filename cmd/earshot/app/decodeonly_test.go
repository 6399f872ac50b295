package app

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/configs"
	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
	"earshot/transcribe/fixture"
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

// One process hears a room and another decodes what is said there. When the second is killed in the middle of it, a third does the
// rest: the words are right, and each line is stored once.
func TestDecodedByOtherProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	database := databaseURL(t, pgtest.DSN(t))
	tape, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	ana := playback.Speech{Name: "Ana", Lines: tape[:3]}
	if ana.Tape, err = playback.Record(ana.Lines, func(time.Duration) time.Duration { return time.Second }); err != nil {
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
	said := lines(t, s, session.ID)
	if len(said) != len(ana.Lines) {
		t.Fatalf("%d lines", len(said))
	}
	for i, u := range said {
		if wrong, _ := fixture.WER(tape[i].Text, u.Text); wrong > 0 || u.State != models.UtteranceOK {
			t.Errorf("%q, want %q", u.Text, tape[i].Text)
		}
	}
	if st := s.text.Stats(); st.Decoded != 0 || st.Answered != uint64(len(said)) {
		t.Errorf("%d decoded here, %d elsewhere", st.Decoded, st.Answered)
	}
}
