package room_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// announcing runs a room in which people join and the server responds to announcements as a test wants. It returns the times of the
// announcements, in whole seconds, what the host was told, and the ledger.
func announcing(
	t *testing.T, do func(at time.Duration) error, effect func(bot.Command) bool, play func(context.Context, bot.RoomHandler),
) (at []time.Duration, notes, told []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		began := time.Now()
		h, book := &host{began: began}, &ledger{}
		p := &puppet{effect: effect, do: func(int, bot.Command) error {
			at = append(at, time.Since(began).Round(time.Second))
			return do(time.Since(began))
		}}
		p.play = []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			play(ctx, handler)
			cancel()
			return stay(ctx)
		}}
		r := newRoom(t, room.Config{Connector: p, Sink: book, Watch: h.watch, Notice: bot.Notice{Name: "Earshot"}})
		if _, err := r.Run(ctx); err != nil {
			t.Fatal(err)
		}
		notes, told = h.notes, book.told()
	})
	return at, notes, told
}

func comes(handler bot.RoomHandler, id string) { handler.Speaker(models.Speaker{ID: id, Name: id}) }

// TestAnnounceAgain: a failed announcement is retried at growing intervals until the same people have been informed; the host learns of
// both the failure and the success, once, and so does the ledger.
func TestAnnounceAgain(t *testing.T) {
	at, notes, told := announcing(t, func(at time.Duration) error {
		if at < 30*time.Second {
			return errors.New("the chat is down")
		}
		return nil
	}, nil, func(ctx context.Context, handler bot.RoomHandler) {
		handler.Joined(bot.Capabilities{Message: true})
		comes(handler, "ana")
		bottest.Pause(ctx, 10*time.Second)
		comes(handler, "ben") // does not speed it up
		bottest.Pause(ctx, 10*time.Minute)
	})
	var when []time.Duration // there are two attempts each time
	for i := 0; i < len(at)-1; i += 2 {
		when = append(when, at[i])
	}
	if len(when) != 3 || when[0] > time.Second || at[len(at)-1] < 30*time.Second || at[len(at)-1] > 40*time.Second {
		t.Errorf("tried at %v", at)
	}
	if len(notes) != 2 || !strings.Contains(notes[0], "the chat is down") || !strings.Contains(notes[1], "now") {
		t.Errorf("notes %q", notes)
	}
	slices.Sort(told)
	want := []string{
		"ana not_told message: the chat is down", "ana told said so", "ben not_told message: the chat is down", "ben told said so",
	}
	if !slices.Equal(told, want) {
		t.Errorf("ledger %q", told)
	}
}

// TestAnnounceInVain: what fails permanently is not retried forever; somebody new, or changed permissions, are a reason to try again.
func TestAnnounceInVain(t *testing.T) {
	down := errors.New("the chat is down")
	tests := []struct {
		name   string
		err    error
		effect func(bot.Command) bool
		tries  int // before somebody new comes
	}{
		{"down", down, nil, 9},
		{"refused", bot.Refuse("the chat is closed", nil), nil, 1},
		{"not seen", nil, func(bot.Command) bool { return false }, 3}, // it may have been read anyway
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked [3]int
			phase := 0
			_, notes, _ := announcing(t, func(time.Duration) error {
				asked[phase]++
				return tt.err
			}, tt.effect, func(ctx context.Context, handler bot.RoomHandler) {
				handler.Joined(bot.Capabilities{Message: true})
				comes(handler, "ana")
				bottest.Pause(ctx, 2*time.Hour)
				phase++
				comes(handler, "ben")
				bottest.Pause(ctx, 2*time.Hour)
				phase++
				handler.Joined(bot.Capabilities{Message: true, Mute: true})
				bottest.Pause(ctx, 2*time.Hour)
			})
			each := 2 // there are two attempts each time, unless it was refused
			if tt.name == "refused" {
				each = 1
			}
			if want := [3]int{each * tt.tries, each * tt.tries, each * tt.tries}; asked != want {
				t.Errorf("asked %v times, want %v", asked, want)
			}
			if len(notes) != 2 { // one for Ana, one for Ben
				t.Errorf("notes %q", notes)
			}
		})
	}
}

// TestAnnounceAfterCut: people who could not be informed before the connection was lost are informed after it.
func TestAnnounceAfterCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book := &ledger{}
		p := &puppet{do: func(n int, _ bot.Command) error {
			if n <= 2 {
				return errors.New("down")
			}
			return nil
		}}
		visit := func(then func(context.Context) error) func(context.Context, bot.RoomHandler) error {
			return func(ctx context.Context, handler bot.RoomHandler) error {
				handler.Joined(bot.Capabilities{Message: true})
				comes(handler, "ana")
				bottest.Pause(ctx, 2*time.Second)
				return then(ctx)
			}
		}
		p.play = []func(context.Context, bot.RoomHandler) error{
			visit(func(context.Context) error { return errors.New("cut") }),
			visit(func(ctx context.Context) error { cancel(); return stay(ctx) }),
		}
		if _, err := newRoom(t, room.Config{Connector: p, Sink: book, Notice: bot.Notice{Name: "Earshot"}}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(book.told()); got != "[ana not_told message: down ana told said so]" {
			t.Errorf("ledger %s", got)
		}
	})
}

// TestAnnounceWithRights: if the bot is given access to the chat later, the announcement is made then.
func TestAnnounceWithRights(t *testing.T) {
	at, notes, told := announcing(t, func(time.Duration) error { return nil }, nil, func(ctx context.Context, handler bot.RoomHandler) {
		handler.Joined(bot.Capabilities{})
		comes(handler, "ana")
		bottest.Pause(ctx, 5*time.Minute)
		handler.Joined(bot.Capabilities{Message: true})
		bottest.Pause(ctx, 5*time.Minute)
	})
	if len(at) != 1 || at[0] < 5*time.Minute || at[0] > 5*time.Minute+2*time.Second || len(notes) != 1 ||
		!slices.Equal(told, []string{"ana told said so"}) {
		t.Errorf("asked at %v, notes %q, ledger %q", at, notes, told)
	}
}
