package janus

import (
	"context"
	"errors"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/janus/janustest"
	"earshot/bot/room"
	"earshot/models"
)

// TestRename: the others in the room see another name of the bot, in both kinds of room, and then its own again.
func TestRename(t *testing.T) {
	s := start(t, janustest.Options{})
	for path, kind := range map[string]struct {
		plugin string
		id     int
	}{"room/1234": {videoRoom, 1234}, "bridge/5678": {audioBridge, 5678}} {
		t.Run(path, func(t *testing.T) {
			c, err := New(Config{URL: s.url(path), Name: "Earshot (listens)", Peer: bottest.Factory(t)})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Rename(t.Context(), "x"); !errors.Is(err, bot.ErrNotJoined) {
				t.Errorf("before the join: %v", err)
			}
			in := make(chan struct{}, 10)
			r, err := room.New(room.Config{
				Session: models.Session{ID: "s", Epoch: 1, Started: time.Now()}, Connector: c, Sink: book{},
				Watch: func(st room.Status) {
					if st.State == room.StateListening && st.Note == "" {
						in <- struct{}{}
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); _, _ = r.Run(ctx) }()
			defer func() { cancel(); <-ended }()
			select {
			case <-in:
			case <-ended:
				t.Fatal("not joined")
			}
			other := s.client(t)
			h, err := other.attach(t.Context(), kind.plugin)
			if err != nil {
				t.Fatal(err)
			}
			shown := func(want string) {
				t.Helper()
				e, _ := other.must(h, request{"request": "listparticipants", "room": kind.id}, nil)
				for _, p := range e.Participants {
					if p.Display == want {
						return
					}
				}
				t.Errorf("nobody is called %q: %+v", want, e.Participants)
			}
			shown("Earshot (listens)")
			if err := c.Rename(t.Context(), "Earshot (paused)"); err != nil {
				t.Fatal(err)
			}
			shown("Earshot (paused)")
			if err := c.Rename(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			shown("Earshot (listens)")
		})
	}
}
