package app

import (
	"context"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/models"
)

// talkIn has people, who keep their identities between calls, talk in a room while the bot listens.
func talkIn(t *testing.T, s *App, l net.Listener, parts ...playback.Speech) models.Session {
	t.Helper()
	var session models.Session
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		room := models.Room{ID: "stage", Name: "Stage", URL: "lounge://" + l.Addr().String() + "/stage"}
		client, err := lounge.NewClient(lounge.ClientConfig{URL: room.URL, Peer: s.Peers, Log: s.Log})
		if err != nil {
			return err
		}
		barrier := playback.NewBarrier(client, len(parts))
		listening, leave := context.WithCancelCause(ctx)
		defer leave(nil)
		var group, speakers errgroup.Group
		group.Go(func() (err error) {
			session, err = s.Listen(listening, fleet.SessionRequest{Room: room, Connector: barrier})
			return err
		})
		for _, p := range parts {
			speakers.Go(func() error {
				return lounge.Publish(listening, lounge.PublishConfig{
					BaseURL: "http://" + l.Addr().String(), Room: "stage", Name: p.Name, Key: "the-key-of-" + p.Name + "-is-long",
					Source: barrier.Hold(p.Recording.Source()), Peer: s.Peers,
				})
			})
		}
		err = speakers.Wait()
		leave(bot.End(models.EndLeft, nil))
		if e := group.Wait(); err == nil {
			err = e
		}
		if err == nil {
			err = s.Drain(ctx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// bareApp opens the real app; the caller closes it.
func bareApp(t *testing.T, dir string, more ...string) (*App, net.Listener) {
	t.Helper()
	cfg := testConfig(t, dir, more...)
	s, err := New(t.Context(), Options{
		Config: cfg, Log: slog.New(slog.NewTextHandler(
			logTo{t}, &slog.HandlerOptions{Level: slog.LevelWarn},
		)), Models: speech.Options{Waits: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := web.Listen(t.Context(), cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	return s, l
}

func closeApp(t *testing.T, s *App) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// spokeIn lists the speakers who have lines in a session.
func spokeIn(t *testing.T, s *App, session models.Session) (names []string) {
	t.Helper()
	for _, u := range lines(t, s, session.ID) {
		if !slices.Contains(names, u.SpeakerName) {
			names = append(names, u.SpeakerName)
		}
	}
	slices.Sort(names)
	return names
}

// TestObjectionOverRestart: whoever objected through the command is not transcribed by the next run of the program, others are, the
// transcript says so, and the ledger shows when it was entered and by whom.
func TestObjectionOverRestart(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	parts := []playback.Speech{onePart(t, "Ana", 1), onePart(t, "Ben", 1)}
	s, l := bareApp(t, dir)
	first := talkIn(t, s, l, parts...)
	if got := spokeIn(t, s, first); !slices.Equal(got, []string{"Ana", "Ben"}) {
		t.Fatalf("before: %v", got)
	}
	closeApp(t, s)
	out, code := programtest.Client(append(os.Environ(), "EARSHOT_DATA_DIR="+dir), "person", "optout", "Ben")
	if code != 0 || !strings.Contains(out, "is no longer transcribed in 1 room") {
		t.Fatalf("optout: %d %s", code, out)
	}
	s, l = bareApp(t, dir)
	second := talkIn(t, s, l, parts...)
	if got := spokeIn(t, s, second); !slices.Equal(got, []string{"Ana"}) {
		t.Errorf("after: %v", got)
	}
	gaps, err := s.Store.Gaps(t.Context(), second.ID)
	if err != nil || !slices.ContainsFunc(gaps, func(g models.Gap) bool { return g.SpeakerName == "Ben" && g.Cause == models.GapObjected }) {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
	closeApp(t, s)
	out, code = programtest.Client(append(os.Environ(), "EARSHOT_DATA_DIR="+dir), "consent", "--csv")
	if code != 0 || strings.Count(out, ",told,") < 2 || !strings.Contains(out, ",Ben,objected,command,cli") {
		t.Errorf("ledger: %d\n%s", code, out)
	}
}
