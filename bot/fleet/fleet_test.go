package fleet

import (
	"context"
	"log/slog"
	"testing"

	"earshot/models"
)

// TestLeavingAtTheStartIsNotForGood: sending the bot out the moment a standing room is listed does not remove the room for good.
func TestLeavingAtTheStartIsNotForGood(t *testing.T) {
	const room = "lounge://a.example/x"
	for _, standing := range []bool{true, false} {
		f := New(nil, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		ended, taken := make(chan error, 1), make(chan struct{})
		go func() { ended <- f.Run(ctx, nil, func(context.Context) { close(taken) }) }()
		<-taken
		m, err := f.enter(JoinRequest{Standing: standing}, models.Room{ID: room})
		if err != nil {
			t.Fatal(err)
		}
		returns, err := f.Leave(room)
		if stays := m.ctx.Err() == nil; err != nil || stays != standing || returns.IsZero() == standing {
			t.Errorf("standing %v: listed still %v, returns %v, %v", standing, stays, returns, err)
		}
		f.exit(m)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// TestAnAudienceIsNamed: in a Mumble room, people can be moved to an audience if the address names its channel.
func TestAnAudienceIsNamed(t *testing.T) {
	for address, want := range map[string]bool{"mumble://h/x": false, "mumble://h/x?audience=x/y": true, "livekit://h/x": true} {
		if k, err := KindOf(address); err != nil || k.Can.ToAudience != want {
			t.Errorf("%s: %v, %v", address, k.Can, err)
		}
	}
}
