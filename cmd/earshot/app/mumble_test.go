package app

import (
	"context"
	"errors"
	"testing"

	"earshot/bot/fleet"
	"earshot/bot/mumble"
	"earshot/bot/mumble/mumbletest"
	"earshot/cmd/earshot/playback"
)

// TestMumblePutsTheRightWordsUnderTheRightNames plays the demo's voices in a channel of a real Mumble server.
func TestMumblePutsTheRightWordsUnderTheRightNames(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 45 seconds")
	}
	t.Parallel()
	server, err := mumbletest.Start(t.Context(), t.TempDir(), "")
	if errors.Is(err, mumbletest.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	if err := server.Admin(t.Context(), func(a *mumbletest.Admin) error { return a.Channel("", "Lobby") }); err != nil {
		t.Fatal(err)
	}
	none := func(string) (string, error) { return "", nil }
	rightWords(t, none, fleet.JoinRequest{Address: server.URL("Lobby")}, "message private_message",
		func(ctx context.Context, s *App, v playback.Voice) error {
			return mumble.Publish(ctx, mumble.PublishConfig{URL: server.URL("Lobby"), Name: v.Name, Peer: s.Peers, Next: v.Packets()})
		})
}
