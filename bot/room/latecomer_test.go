package room_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// TestThe4097thIsTold: whoever joins late in a long session of a busy room is informed of the bot like everybody else.
func TestThe4097thIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n, book := 0, &ledger{}
		p := &puppet{do: func(int, bot.Command) error { n++; return nil }}
		p.play = []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{Message: true})
			for i := range 4096 {
				id := fmt.Sprint("p", i)
				handler.Speaker(models.Speaker{ID: id, Name: id})
				if i%512 == 511 {
					bottest.Pause(ctx, 3*time.Minute)
				}
				if i >= 1024 && i%512 == 511 {
					for j := i - 1023; j < i-511; j++ {
						handler.Left(fmt.Sprint("p", j)) // they were informed
					}
				}
			}
			before := n
			handler.Speaker(models.Speaker{ID: "late", Name: "Late"})
			bottest.Pause(ctx, 30*time.Minute)
			t.Logf("announcements: %d before, %d after", before, n)
			if n == before {
				t.Error("the 4097th person was not told of the bot, and nobody was told that they were not")
			}
			cancel()
			return stay(ctx)
		}}
		if _, err := newRoom(t, room.Config{Connector: p, Sink: book, Notice: bot.Notice{Name: "Earshot"}}).Run(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

// slowBook is a ledger on a disk that hangs for a minute.
type slowBook struct {
	ledger
	once sync.Once
}

func (s *slowBook) Speaker(ctx context.Context, p models.Speaker) error {
	s.once.Do(func() { time.Sleep(time.Minute) })
	return s.ledger.Speaker(ctx, p)
}

// TestACrowdIsKeptWhileTheDiskIsSlow: thousands join while nothing can be stored, and all object. Each of them is stored under their latest
// name, and so is each objection.
func TestACrowdIsKeptWhileTheDiskIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		const crowd = 6000
		book := &slowBook{}
		p := &puppet{}
		p.play = []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(everything)
			for i := range crowd {
				id := fmt.Sprint("p", i)
				handler.Speaker(models.Speaker{ID: id, Name: "new"})
				handler.(bot.ChatHandler).Said(id, "/optout")
			}
			bottest.Pause(ctx, time.Second)
			for i := range crowd {
				handler.Speaker(models.Speaker{ID: fmt.Sprint("p", i), Name: "renamed"})
			}
			bottest.Pause(ctx, 3*time.Minute)
			cancel()
			return stay(ctx)
		}}
		if _, err := newRoom(t, room.Config{Connector: p, Sink: book}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		names := map[string]string{}
		for _, s := range book.Speakers {
			names[s.ID] = s.Name
		}
		objections := 0
		for _, c := range book.entries {
			if c.What == models.ConsentObjected {
				objections++
			}
		}
		renamed := 0
		for _, n := range names {
			if n == "renamed" {
				renamed++
			}
		}
		if len(book.Speakers) > crowd+1 || renamed != crowd || objections != crowd {
			t.Errorf("%d entries of %d people, %d under their new name; %d objections", len(book.Speakers), len(names), renamed, objections)
		}
	})
}
