package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/room"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe/fixture/eval"
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

// evalSentences are the sentences that no shipped rule changes: the rules mask telephone numbers.
func evalSentences(t *testing.T) []eval.Sentence {
	t.Helper()
	return slices.DeleteFunc(sentences(t), func(s eval.Sentence) bool { return strings.Contains(s.Text, "seven six") })
}

// liveKitSecrets are the credentials of the server, as environment variables.
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
		func(ctx context.Context, s *App, v playback.Voice) error {
			return livekit.Publish(ctx, livekit.PublishConfig{
				URL: server.URL("open-mic"), Auth: livekit.Credentials{Key: livekittest.Key, Secret: livekittest.Secret},
				Identity: "person-" + v.Name, Name: v.Name, Peer: s.Peers, Next: v.Packets(),
			})
		})
}

// rightWords plays the demo's voices in a room, which the bot joins as "earshot join" does. The database must contain what was said,
// by whom, with the planted violations and no others. The rights of the bot are reported.
func rightWords(
	t *testing.T, secret func(string) (string, error), w fleet.JoinRequest, rights string,
	play func(context.Context, *App, playback.Voice) error,
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
		session, err = playWith(
			ctx, s, fleet.SessionRequest{Room: room, Connector: connector, Watch: shown.watch},
			func(ctx context.Context, v playback.Voice) error { return play(ctx, s, v) },
		)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	checkRightWords(t, s, session.ID, models.EndLeft)
	if got := shown.rights(); got != rights {
		t.Errorf("the bot's rights are %q, want %q", got, rights)
	}
}

// checkRightWords compares a session's lines and flags with what the demo's voices said, and how it ended.
func checkRightWords(t *testing.T, s *App, session string, reason models.EndReason) {
	t.Helper()
	info, err := s.Store.Session(t.Context(), session)
	gaps, gone := s.Store.Gaps(t.Context(), session)
	if err != nil || gone != nil || info.Reason != reason || info.Pending != 0 || info.Failed != 0 {
		t.Errorf("session %+v, %v; gaps %+v, %v", info, err, gaps, gone)
	}
	script, err := playback.Script()
	if err != nil {
		t.Fatal(err)
	}
	us := lines(t, s, session)
	if muchLost(info, gaps, us) {
		t.Errorf("%d ms are lost", info.LostMS)
	}
	checkWords(t, script, us)
	checkFlags(t, s.Store, script, us)
	checkOverlap(t, us)
	if t.Failed() {
		t.Logf("the gaps are %+v", gaps)
	}
}

// playWith plays the demo's voices in a room while the bot listens there. play plays one of them.
func playWith(
	ctx context.Context, s *App, st fleet.SessionRequest, play func(context.Context, playback.Voice) error,
) (session models.Session, err error) {
	voices, err := playback.Voices()
	if err != nil {
		return session, err
	}
	barrier := playback.NewBarrier(st.Connector.(playback.Connector), len(voices))
	st.Connector = barrier
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	playing, stop := context.WithCancel(playing)
	defer stop()
	group.Go(func() (err error) {
		defer stop() // whoever waits for the bot need not
		if session, err = s.Listen(listening, st); err == nil {
			err = s.Drain(ctx)
		}
		return err
	})
	group.Go(func() error {
		defer leave(bot.End(models.EndLeft, nil))
		talking, playing := errgroup.WithContext(playing)
		for _, v := range voices {
			talking.Go(func() error { return play(playing, playback.Voice{Name: v.Name, Source: barrier.Hold(v.Source)}) })
		}
		return talking.Wait()
	})
	return session, group.Wait()
}

// lastRights are the latest rights of the bot in a room.
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
