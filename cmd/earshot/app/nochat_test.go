package app

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/models"
	"earshot/models/waittest"
)

// TestTermsSayHowToObject: where the bot reads a chat, people object there; where it reads none, they tell the host, and nobody is
// told to write something that nobody reads.
func TestTermsSayHowToObject(t *testing.T) {
	t.Parallel()
	s, l := openTestApp(t, t.TempDir())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	n := s.invited("")
	for example, chat := range map[string]bool{
		"lounge://127.0.0.1:8484/lounge": true, "livekit://rooms.example/open-mic": true, "janus+ws://rooms.example:8188/room/1234": false,
		"whep+https://media.example/whep/stage": false,
	} {
		terms, err := n.Terms(t.Context(), models.Invitation{URL: example})
		if err != nil {
			t.Fatal(err)
		}
		if terms.NoChat == chat || strings.Contains(terms.Notice, "/optout") != chat || !strings.Contains(terms.Notice, "tell the host") {
			t.Errorf("%s: no chat %v, %q", example, terms.NoChat, terms.Notice)
		}
	}
}

// TestHostIsToldOfNoChat: a service that was invited to a room without a chat tells its host what to tell the participants, for as
// long as it is there: nobody reads its terminal.
func TestHostIsToldOfNoChat(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	server := janusServer(t)
	s, l := openTestApp(t, t.TempDir())
	n := s.invited("")
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		v := s.Fleet
		trust(s, janusSecrets, server.URL("room/1234"))
		var group errgroup.Group
		group.Go(func() error { return v.Run(ctx, nil, nil) })
		waittest.Until(t, "the service takes invitations", func() bool {
			_, err := n.Invite(ctx, models.Invitation{URL: server.URL("room/1234"), By: "test"})
			return err == nil
		})
		waittest.Until(t, "the host is told", func() bool {
			all := v.States()
			return len(all) == 1 && strings.Contains(all[0].Note, "no chat") && strings.Contains(all[0].Note, "stop their transcription")
		})
		stop()
		return group.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
}
