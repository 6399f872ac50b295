package app

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/room"
	"earshot/cmd/earshot/stage"
	"earshot/models"
)

// liveKit starts a LiveKit server for one test, or skips the test where there is none.
func liveKit(t *testing.T) *livekittest.Server {
	t.Helper()
	server, err := livekittest.Start(t.Context(), t.TempDir(), "")
	if errors.Is(err, livekittest.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	return server
}

// liveKitSecrets are the server's credentials, as the environment has them.
func liveKitSecrets(variable string) (string, error) {
	return map[string]string{"LIVEKIT_API_KEY": livekittest.Key, "LIVEKIT_API_SECRET": livekittest.Secret}[variable], nil
}

// TestLiveKitPutsTheRightWordsUnderTheRightNames plays the demo's voices in a room of a real LiveKit server.
func TestLiveKitPutsTheRightWordsUnderTheRightNames(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 45 seconds")
	}
	t.Parallel()
	server := liveKit(t)
	rightWords(t, liveKitSecrets, fleet.JoinRequest{Address: server.URL("open-mic")}, "message private_message mute unmute to_audience remove",
		func(ctx context.Context, s *App, v stage.Voice) error {
			return livekit.Publish(ctx, livekit.PublishConfig{
				URL: server.URL("open-mic"), Auth: livekit.Credentials{Key: livekittest.Key, Secret: livekittest.Secret},
				Identity: "person-" + v.Name, Name: v.Name, Peer: s.Peers, Next: next(v),
			})
		})
}

// rightWords lets the demo's voices play in a room, which the bot joins as "earshot join" does: SQLite holds what was said,
// by whom, with the planted violations and no other. The bot's rights are told.
func rightWords(
	t *testing.T, secret func(string) (string, error), w fleet.JoinRequest, rights string,
	play func(context.Context, *App, stage.Voice) error,
) {
	t.Helper()
	s, l := openTestApp(t, t.TempDir())
	trust(s, secret, w.Address)
	room, connector, err := s.Connector(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	var session models.Session
	var shown lastRights
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		session, err = perform(
			ctx, s, fleet.SessionRequest{Room: room, Connector: connector, Watch: shown.watch},
			func(ctx context.Context, v stage.Voice) error { return play(ctx, s, v) },
		)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.Store.Session(t.Context(), session.ID)
	if err != nil || info.Reason != models.EndLeft || info.Pending != 0 || info.Failed != 0 || info.Gaps != 0 {
		t.Errorf("session %+v, %v", info, err)
	}
	script, err := stage.Script()
	if err != nil {
		t.Fatal(err)
	}
	us := lines(t, s, session.ID)
	checkWords(t, script, us)
	checkFlags(t, s.Store, script, us)
	checkOverlap(t, us)
	if got := shown.rights(); got != rights {
		t.Errorf("the bot's rights are %q, want %q", got, rights)
	}
}

// next is a voice's Next in other words.
func next(v stage.Voice) func() ([]byte, time.Duration, error) {
	return func() ([]byte, time.Duration, error) {
		f, err := v.Source.Next()
		return f.Opus, f.At, err
	}
}

// perform lets the cast play in a room while the bot listens there. play lets one voice play.
func perform(
	ctx context.Context, s *App, st fleet.SessionRequest, play func(context.Context, stage.Voice) error,
) (session models.Session, err error) {
	cast, err := stage.Cast()
	if err != nil {
		return session, err
	}
	up := stage.NewCurtain(st.Connector.(stage.Connector), len(cast))
	st.Connector = up
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	group.Go(func() (err error) {
		if session, err = s.Listen(listening, st); err == nil {
			err = s.Drain(ctx)
		}
		return err
	})
	group.Go(func() error {
		defer leave(bot.End(models.EndLeft, nil))
		voices, playing := errgroup.WithContext(playing)
		for _, v := range cast {
			voices.Go(func() error { return play(playing, stage.Voice{Name: v.Name, Source: up.Behind(v.Source)}) })
		}
		return voices.Wait()
	})
	return session, group.Wait()
}

// lastRights are what the bot may do in a room, as it was told last.
type lastRights struct {
	mu  sync.Mutex
	can string
}

func (r *lastRights) watch(s room.Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.State == room.StateListening && s.Note == "" {
		r.can = s.Can.String()
	}
}

func (r *lastRights) rights() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.can
}
