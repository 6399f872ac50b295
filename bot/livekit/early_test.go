package livekit_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/livekit"
	"earshot/models"
)

// witness is a listener that notes of each line of the chat whether its writer was known to be in the room.
type witness struct {
	*listener
	named, unnamed atomic.Int32
}

func (w *witness) Said(id, _ string) {
	w.mu.Lock()
	_, here := w.people[id]
	w.mu.Unlock()
	if here {
		w.named.Add(1)
	} else {
		w.unnamed.Add(1)
	}
}

// TestTheFirstLineHasAName: the server tells people of somebody who does not publish up to three seconds late. What the bot says
// waits for it: a line from nobody tells nobody who listens.
func TestTheFirstLineHasAName(t *testing.T) {
	s := server(t, "")
	w := &witness{listener: newRoom()}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- connector(t, livekit.Config{URL: s.URL("stage"), Identity: "witness"}).Run(ctx, w) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Logf("the witness left: %v", err)
		}
	}()
	w.until(t, "the witness", func() bool { return w.joins > 0 })
	yes, no := true, false
	token, err := keys.Sign(livekit.Claims{
		Identity: "bot", Name: "Earshot",
		Video: &livekit.Grant{Room: "stage", RoomJoin: true, CanPublish: &no, CanSubscribe: &yes, CanPublishData: &yes},
	}, time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c := connector(t, livekit.Config{URL: s.URL("stage"), Auth: livekit.Credentials{Token: token}})
	listen(t, c, newRoom())
	if err := c.Execute(t.Context(), bot.Command{Verb: models.VerbMessage, Text: "a bot listens"}); err != nil {
		t.Fatal(err)
	}
	w.until(t, "the line", func() bool { return w.named.Load()+w.unnamed.Load() > 0 })
	if w.unnamed.Load() > 0 {
		t.Error("the line came from somebody who is not there")
	}
}
