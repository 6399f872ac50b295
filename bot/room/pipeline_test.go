package room_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// hear runs a room in which one speaker sends the packets, and returns how it ended.
func hear(t *testing.T, c room.Config, say func(context.Context, bot.TrackSink)) (models.EndReason, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c.Connector = &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
		handler.Joined(bot.Capabilities{})
		sink := handler.Track(bottest.Ana)
		say(ctx, sink)
		sink.End()
		cancel()
		return stay(ctx)
	}}}
	return newRoom(t, c).Run(ctx)
}

// TestDrain: a Sink that never recovers does not block Run forever, and the error says what is missing.
func TestDrain(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book := &bottest.MemorySink{Before: func(models.Clip) error { return errors.New("read-only file system") }}
		reason, err := hear(t, room.Config{Sink: book}, func(ctx context.Context, sink bot.TrackSink) {
			(&bottest.Talker{SSRC: 7}).Say(ctx, sink, packets)
		})
		if reason != models.EndStopped || err == nil {
			t.Errorf("Run = %q, %v, want an error that tells of the clips", reason, err)
		}
	})
}
