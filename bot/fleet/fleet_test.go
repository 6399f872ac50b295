package fleet

import (
	"context"
	"log/slog"
	"testing"

	"earshot/models"
)

// TestLeavingAtTheStartIsNotForGood: whoever sends the bot out the moment that a standing room is listed does not take it off for
// good.
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
