package bot_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/models"
)

// TestRefusedRoomsHarmNoOther: rooms that refuse the bot (their token is wrong) are no sign of a server in trouble.
func TestRefusedRoomsHarmNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bot.Breaker{}
		refused := func() {
			c := &script{play: []func(context.Context, bot.Ears) error{func(context.Context, bot.Ears) error {
				return bot.End(models.EndDenied, errors.New("not for this room"))
			}}}
			_, _ = room(t, bot.Config{Connector: c, Sink: &notebook{}, Breaker: b}).Run(t.Context())
		}
		for range 8 {
			refused()
		}
		began := time.Now()
		joined := time.Duration(-1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		good := &script{play: []func(context.Context, bot.Ears) error{func(ctx context.Context, ears bot.Ears) error {
			ears.Joined(bot.Capabilities{})
			joined = time.Since(began)
			cancel()
			return stay(ctx)
		}}}
		reason, err := room(t, bot.Config{Connector: good, Sink: &notebook{}, Breaker: b}).Run(ctx)
		t.Logf("joined after %v, %v %v", joined, reason, err)
		if joined > time.Second || joined < 0 {
			t.Errorf("a good room was joined after %v because others were refused", joined)
		}
	})
}

// TestGivenUpConnectorWithTwoTracksOfOneName: a connector that does not come back is left to itself, whatever it had open.
func TestGivenUpConnectorWithTwoTracksOfOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		free := make(chan struct{})
		c := &script{play: []func(context.Context, bot.Ears) error{func(_ context.Context, ears bot.Ears) error {
			ears.Joined(bot.Capabilities{})
			ears.Track(ana)
			ears.Track(ana) // published again before the first was ended
			cancel()
			<-free // hangs
			return nil
		}}}
		done := make(chan error, 1)
		go func() { _, err := room(t, bot.Config{Connector: c, Sink: &notebook{}}).Run(ctx); done <- err }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Error("Run did not return within 20 s")
		}
		close(free)
	})
}
