package room_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// TestObjectionInAFlood: somebody's objection is honoured even while somebody else floods the chat with the bot's commands.
func TestObjectionInAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book := &ledger{}
		p := &puppet{do: func(int, bot.Command) error { time.Sleep(300 * time.Millisecond); return nil }} // a line takes a moment
		p.play = []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(everything)
			handler.Speaker(models.Speaker{ID: "mal", Name: "Mal"})
			handler.Speaker(models.Speaker{ID: "ana", Name: "Ana"})
			chat := handler.(bot.ChatHandler)
			for range 300 {
				chat.Said("mal", "/optout")
			}
			bottest.Pause(ctx, 5*time.Second)
			for range 300 {
				chat.Said("mal", "/optout")
			}
			chat.Said("ana", "/optout")
			bottest.Pause(ctx, 10*time.Minute)
			cancel()
			return stay(ctx)
		}}
		if _, err := newRoom(t, room.Config{Connector: p, Sink: book}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		for _, c := range book.entries {
			if c.SpeakerID == "ana" && c.What == models.ConsentObjected {
				return
			}
		}
		t.Errorf("Ana's objection was dropped without a word: %q", book.told())
	})
}
