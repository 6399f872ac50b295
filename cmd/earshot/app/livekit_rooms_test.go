//go:build !race

package app

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/fleet"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/lounge"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
)

// roomSpeech returns the two sentences of a room, which no other room has in this order.
func roomSpeech(t *testing.T, all []eval.Sentence, room int) (string, lounge.Source) {
	t.Helper()
	a, b := all[room%len(all)], all[(room+1+room/len(all))%len(all)]
	pause := make([]float32, 16000)
	pcm := append(append(append(append([]float32{}, a.PCM...), pause...), b.PCM...), pause...)
	var ogg bytes.Buffer
	if err := audio.EncodeOgg(&ogg, pcm, audio.EncoderConfig{}); err != nil {
		t.Fatal(err)
	}
	src, err := lounge.ReadOgg(&ogg, 0)
	if err != nil {
		t.Fatal(err)
	}
	return a.Text + " " + b.Text, src
}

// TestLiveKitTwentyRooms: one program listens in twenty rooms of one server at once, and each room's transcript contains the words
// of its own speaker and of nobody else.
func TestLiveKitTwentyRooms(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty rooms")
	}
	// Not parallel: twenty rooms use all of this machine, and audio that arrives late is lost.
	const rooms = 20
	server := liveKit(t)
	s, l := openTestApp(t, t.TempDir())
	trust(s, liveKitSecrets, server.URL("room"))
	all := evalSentences(t)
	said, sessions := make([]string, rooms), make([]models.Session, rooms)
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		for i := range rooms {
			var src lounge.Source
			said[i], src = roomSpeech(t, all, i)
			group.Go(func() (err error) {
				sessions[i], err = oneRoom(ctx, s, server, fmt.Sprintf("room-%d", i), src)
				return err
			})
		}
		return group.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
	wrong, words := 0, 0
	for i, session := range sessions {
		var heard []string
		for _, u := range lines(t, s, session.ID) {
			heard = append(heard, u.Text)
			if want := "speaker of room-" + fmt.Sprint(i); u.SpeakerID != want || u.Session != session.ID {
				t.Errorf("room %d: a line of %q", i, u.SpeakerID)
			}
		}
		e, n := fixture.WER(said[i], strings.Join(heard, " "))
		wrong, words = wrong+e, words+n
		if e*3 > n { // another room's sentence would be half of it
			t.Errorf("room %d: %d of %d words are wrong: %q", i, e, n, heard)
		}
	}
	t.Logf("%d rooms, %d of %d words wrong", rooms, wrong, words)
	if wrong*10 > words {
		t.Errorf("%d of %d words are wrong", wrong, words)
	}
}

// oneRoom listens in a room while somebody speaks there.
func oneRoom(
	ctx context.Context, s *App, server *livekittest.Server, name string, src lounge.Source,
) (session models.Session, err error) {
	room, connector, err := s.Connector(ctx, fleet.JoinRequest{Address: server.URL(name)})
	if err != nil {
		return session, err
	}
	barrier := playback.NewBarrier(connector.(playback.Connector), 1)
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, speaking := errgroup.WithContext(listening)
	group.Go(func() (err error) {
		session, err = s.Listen(listening, fleet.SessionRequest{Room: room, Connector: barrier})
		return err
	})
	held := barrier.Hold(src)
	group.Go(func() error {
		defer leave(bot.End(models.EndLeft, nil))
		return livekit.Publish(speaking, livekit.PublishConfig{
			URL: server.URL(name), Auth: livekit.Credentials{Key: livekittest.Key, Secret: livekittest.Secret},
			Identity: "speaker of " + name, Peer: s.Peers,
			Next: func() ([]byte, time.Duration, error) { f, err := held.Next(); return f.Opus, f.At, err },
		})
	})
	return session, group.Wait()
}
