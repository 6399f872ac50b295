package room_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
)

// badge is a room with a chat, in which the bot's name is shown.
type badge struct {
	puppet
	names  []string
	rename func(n int) error // called for the n-th change; nil: it is shown
}

func (b *badge) Rename(_ context.Context, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.names = append(b.names, name)
	if b.rename == nil {
		return nil
	}
	return b.rename(len(b.names))
}

// TestPauseShows: during a pause, the bot's name says so in the room's language, even after a reconnect, and no longer afterwards.
func TestPauseShows(t *testing.T) {
	down := errors.New("down")
	tests := []struct {
		name   string
		rename func(n int) error
		want   []string
	}{
		{"shown", nil, []string{"Earshot (pausiert)", "", "Earshot (pausiert)", "Earshot (pausiert)", ""}},
		{"the second time", func(n int) error {
			if n == 1 {
				return down
			}
			return nil
		}, []string{"Earshot (pausiert)", "Earshot (pausiert)", "", "Earshot (pausiert)", "Earshot (pausiert)", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var r *room.Room
				h, b := &host{}, &badge{rename: tt.rename}
				b.play = []func(context.Context, bot.RoomHandler) error{
					func(ctx context.Context, handler bot.RoomHandler) error {
						handler.Joined(bot.Capabilities{Message: true})
						for _, on := range []bool{true, false, true} {
							bottest.Pause(ctx, time.Minute)
							r.Pause(ctx, on)
						}
						bottest.Pause(ctx, time.Minute)
						return errors.New("cut")
					},
					func(ctx context.Context, handler bot.RoomHandler) error {
						handler.Joined(bot.Capabilities{Message: true})
						bottest.Pause(ctx, time.Minute)
						r.Pause(ctx, false)
						bottest.Pause(ctx, time.Minute)
						cancel()
						return stay(ctx)
					},
				}
				r = newRoom(t, room.Config{
					Connector: b, Sink: &bottest.MemorySink{}, Watch: h.watch, Notice: bot.Notice{Name: "Earshot", Language: "de"},
				})
				if _, err := r.Run(ctx); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(b.names, tt.want) || len(h.notes) != 0 {
					t.Errorf("names %q, notes %q", b.names, h.notes)
				}
			})
		})
	}
}

// TestPauseNotShown: if the name can't show it, the host is told, along with what people can see instead, also if the bot joins a room in
// which listening is already paused.
func TestPauseNotShown(t *testing.T) {
	notice := bot.Notice{Name: "Earshot"}
	refuses := func(int) error { return bot.Refuse("the token does not let the bot change its name", nil) }
	tests := []struct {
		name  string
		c     func(*script) bot.Connector
		can   bot.Capabilities
		want  []string // substrings of the first note
		tries int
	}{
		{"no name to change", func(s *script) bot.Connector { return s }, bot.Capabilities{}, []string{"no chat", "tell the people"}, 0},
		{"refused", func(s *script) bot.Connector {
			return &badge{puppet: puppet{script: script{play: s.play}}, rename: refuses}
		}, bot.Capabilities{Message: true}, []string{"the token", "chat message"}, 1},
		{"down", func(s *script) bot.Connector {
			return &badge{puppet: puppet{script: script{play: s.play}}, rename: func(int) error { return errors.New("down") }}
		}, bot.Capabilities{Message: true}, []string{"down", "chat message"}, 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var r *room.Room
				h := &host{}
				c := tt.c(&script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
					handler.Joined(tt.can)
					bottest.Pause(ctx, time.Hour)
					r.Pause(ctx, false)
					bottest.Pause(ctx, time.Hour)
					cancel()
					return stay(ctx)
				}}})
				r = newRoom(t, room.Config{Connector: c, Sink: &bottest.MemorySink{}, Watch: h.watch, Notice: notice, Paused: true})
				if _, err := r.Run(ctx); err != nil {
					t.Fatal(err)
				}
				h.notes = slices.DeleteFunc(h.notes, func(n string) bool { return strings.Contains(n, "only its name says") })
				if len(h.notes) != 2 || !strings.Contains(h.notes[1], "listens again") {
					t.Fatalf("notes %q", h.notes)
				}
				for _, w := range tt.want {
					if !strings.Contains(h.notes[0], w) {
						t.Errorf("note %q lacks %q", h.notes[0], w)
					}
				}
				if b, ok := c.(*badge); ok && len(b.names) != tt.tries {
					t.Errorf("asked for %q", b.names)
				}
			})
		})
	}
}
