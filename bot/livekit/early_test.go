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

// witness is a listener that knows who wrote last.
type witness struct {
	*listener
	wrote atomic.Pointer[string]
}

func (w *witness) Said(id, _ string) { w.wrote.Store(&id) }

// TestTheFirstLineHasAName: the server tells people of somebody who does not publish up to three seconds late. What the bot says
// waits for it, for a while: a line from nobody tells nobody who listens.
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
	began := time.Now()
	do(t, c, bot.Command{Verb: models.VerbMessage, Text: "a bot listens"})
	if took := time.Since(began); !c.Shown() && took < livekit.ShownWithin {
		t.Errorf("after %v it was said, and the server had told nobody of the bot", took)
	}
	w.until(t, "the line of somebody who is there", func() bool {
		id := w.wrote.Load()
		return id != nil && w.people[*id].Name == "Earshot"
	})
}
