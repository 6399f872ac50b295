package stream_test

import (
	"testing"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/peer"
	"earshot/bot/stream"
	"earshot/models"
)

// TestConformance: a stream is a room with one speaker, no chat and no controls.
func TestConformance(t *testing.T) {
	launcher(t)
	t.Parallel()
	at := func(url, password string, f *peer.Factory) bot.Connector {
		c, err := stream.New(stream.Config{
			URL: url, Password: password, Name: "Ana", Unseen: true, FFmpeg: launcher(t), Peer: f, Log: bottest.Log(),
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	url := "icecast+" + broadcast(t, "-f", "mp3").URL + "/live"
	closed, page := "icecast+"+web(t, 401, "")+"/x", "icecast+"+web(t, 200, "this is a page")+"/x"
	place := roomtest.Place{
		Connect: func(_ string, f *peer.Factory) bot.Connector { return at(url, "", f) },
		Enter:   func(string, roomtest.Source) roomtest.Person { return roomtest.Person{} }, // she plays to whoever is listening
		Mixed:   true,
		Bare:    bot.Capabilities{Unseen: true},
		Refused: func() map[string]roomtest.Refusal {
			return map[string]roomtest.Refusal{
				"another password": {
					Connector: at(closed, "ana:a-wrong-word", bottest.Factory(t)), Reason: models.EndFailedAuth, Secret: "a-wrong-word",
				},
				"no sound": {Connector: at(page, "", bottest.Factory(t)), Reason: models.EndDenied},
			}
		},
	}
	for _, x := range roomtest.Conformance(bottest.Log()) {
		t.Run(x.Name, func(t *testing.T) {
			if err := x.Do(place); err != nil {
				t.Error(err)
			}
		})
	}
}
