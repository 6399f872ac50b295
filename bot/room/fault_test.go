package room_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// Fault 15: the bot joins and leaves five hundred times, and two hundred tracks come and go, without an increase in memory or goroutines.
func TestFault15JoinsAndTracks(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)[:60]
	heap := func() int64 {
		runtime.GC()
		runtime.GC() // collects what finalizers released
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc) //nolint:gosec // below 2^63
	}
	stayFor := func(t *testing.T, tracks int) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		play := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			for i := range tracks {
				id := fmt.Sprint("p", i)
				sink := handler.Track(bot.TrackInfo{Track: id, SpeakerID: id, SpeakerName: id, Attribution: models.AttributionTrack})
				(&bottest.Talker{SSRC: uint32(i)}).Say(ctx, sink, packets[:10])
				sink.End()
				handler.Left(id)
			}
			cancel()
			return stay(ctx)
		}
		if _, err := newRoom(t, room.Config{Sink: &bottest.MemorySink{}, Connector: playing(play)}).Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) { // ends only when every goroutine has ended
		stayFor(t, 200)
		for range 100 {
			stayFor(t, 1)
		}
		before := heap()
		for range 400 {
			stayFor(t, 1)
		}
		stayFor(t, 200)
		if grew := heap() - before; grew > 4<<20 {
			t.Errorf("the heap grew by %d kB over 400 stays, want less than 1 MB for each hundred", grew>>10)
		}
	})
}

// Fault 24: setting the wall clock an hour back or forward during a session neither moves what is heard to before its beginning nor changes
// its order; the room's own time is monotonic.
func TestFault24ClockJump(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	for name, jump := range map[string]time.Duration{"set back": -time.Hour, "set on": time.Hour, "as it was": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				book := &bottest.MemorySink{}
				r, err := room.New(room.Config{
					Session: models.Session{ID: "s1", Epoch: 1, Started: time.Now().Add(-jump).Round(0)}, Sink: book,
					Connector: &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
						handler.Joined(bot.Capabilities{})
						sink := handler.Track(bottest.Ana)
						k := &bottest.Talker{SSRC: 7}
						k.Say(ctx, sink, packets)
						bottest.Pause(ctx, time.Minute) // the machine was suspended
						k.Say(ctx, sink, packets)
						sink.End()
						cancel()
						return stay(ctx)
					}}},
				})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.Run(ctx); err != nil {
					t.Fatal(err)
				}
				if len(book.Clips) < 2 {
					t.Fatalf("%d clips", len(book.Clips))
				}
				first, end := max(0, jump).Milliseconds(), int64(0)
				for i, c := range book.Clips {
					if c.StartMS < end || c.EndMS <= c.StartMS {
						t.Errorf("clip %d: %d-%d ms, after %d", i, c.StartMS, c.EndMS, end)
					}
					end = c.EndMS
				}
				if at := book.Clips[0].StartMS - first; at < 0 || at > 2000 {
					t.Errorf("the first sentence begins %d ms after the join", at)
				}
				if apart := book.Clips[len(book.Clips)-1].StartMS - book.Clips[0].StartMS; apart < 60_000 || apart > 70_000 {
					t.Errorf("the sentences are %d ms apart, they were said a minute and some seconds apart", apart)
				}
			})
		})
	}
}
