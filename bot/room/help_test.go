package room_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// script is a connector that plays one function per connection; the last one is repeated.
type script struct {
	mu   sync.Mutex
	runs int
	play []func(context.Context, bot.RoomHandler) error
}

// playing returns a script that plays the same for every connection.
func playing(play func(context.Context, bot.RoomHandler) error) *script {
	return &script{play: []func(context.Context, bot.RoomHandler) error{play}}
}

func (s *script) Run(ctx context.Context, handler bot.RoomHandler) error {
	s.mu.Lock()
	f := s.play[min(s.runs, len(s.play)-1)]
	s.runs++
	s.mu.Unlock()
	return f(ctx, handler)
}

func newRoom(t *testing.T, c room.Config) *room.Room {
	t.Helper()
	c.Session = models.Session{ID: "s1", Epoch: 1, Started: time.Now()}
	r, err := room.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stay waits until the context ends, as a connector does.
func stay(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}
