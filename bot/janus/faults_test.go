package janus

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/janus/janustest"
	"earshot/bot/peer"
	"earshot/models"
)

// recite lets somebody talk in a room until the test ends, or the server does, or they leave.
func (s *server) recite(t *testing.T, room, name string) (leave func()) {
	return s.perform(t, room, name, roomtest.Tone())
}

// perform is recite with a recording.
func (s *server) perform(t *testing.T, room, name string, plays roomtest.Source) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	t.Cleanup(func() { cancel(); group.Wait() })
	ready, f := make(chan struct{}), bottest.Factory(t)
	ended := make(chan error, 1)
	group.Go(func() {
		ended <- Publish(ctx, PublishConfig{
			URL: s.URL(room), Name: name, Peer: f, Next: plays, Ready: func(context.Context, string) { close(ready) },
		})
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("%s: %v", name, err)
	}
	return cancel
}

// place is what a trial needs of a room on a server. late is how long its sound is held back.
func (s *server) place(t *testing.T, room string, late time.Duration) roomtest.Place {
	t.Helper()
	p := roomtest.Place{
		Addr: s.Addr(),
		Connect: func(addr string, f *peer.Factory) bot.Connector {
			c, err := New(Config{URL: strings.Replace(s.URL(room), s.Addr(), addr, 1), Peer: f, Log: bottest.Log()})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Enter: func(name string, plays roomtest.Source) roomtest.Person {
			return roomtest.Person{Leave: s.perform(t, room, name, plays)}
		},
		Kill: s.Kill, Restart: func() error { return s.Restart(t.Context()) }, Late: late,
	}
	plugin, id, can := videoRoom, 1234, Abilities()
	if late > 0 {
		plugin, id, p.Mixed = audioBridge, 5678, true
	} else {
		p.Bots = func() int { return s.bots(t) }
	}
	can.Ban = false // which takes a list of tokens
	p.Can, p.Moderate = can, func() bot.Connector {
		c, err := New(Config{URL: s.URL(room), Secret: janustest.RoomSecret, Peer: bottest.Factory(t), Log: bottest.Log()})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	p.Refused = func() map[string]roomtest.Refusal { return s.refused(t, strings.TrimRight(room, "0123456789")) }
	owner := func(body request) event {
		c := s.client(t)
		h, err := c.attach(t.Context(), plugin)
		if err != nil {
			t.Fatal(err)
		}
		body["room"], body["secret"] = id, janustest.RoomSecret
		e, _ := c.must(h, body, nil)
		return e
	}
	people := func() []publisher { return owner(request{"request": "listparticipants"}).Participants }
	p.Close = func() { owner(request{"request": "destroy"}) }
	p.Kick = func() {
		for _, x := range people() {
			if x.Display == "Earshot" {
				owner(request{"request": "kick", "id": x.ID})
			}
		}
	}
	p.Shown = func() (names []string) {
		for _, x := range people() {
			names = append(names, x.Display)
		}
		return names
	}
	return p
}

// refused are connectors that are not let in: into a room that is not there and, of VideoRooms, into one with a PIN.
func (s *server) refused(t *testing.T, kind string) map[string]roomtest.Refusal {
	t.Helper()
	to := func(room, pin string) bot.Connector {
		c, err := New(Config{URL: s.URL(kind + room), PIN: pin, Peer: bottest.Factory(t), Log: bottest.Log()})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	all := map[string]roomtest.Refusal{"no such room": {Connector: to("4711", ""), Reason: models.EndDenied}}
	if kind == "room/" {
		all["another PIN"] = roomtest.Refusal{Connector: to("77", "24681357"), Reason: models.EndFailedAuth, Secret: "24681357"}
	}
	return all
}

// TestConformance: the bot does in both kinds of room what it does in every other.
func TestConformance(t *testing.T) {
	s := start(t, janustest.Options{})
	for room, late := range map[string]time.Duration{"room/1234": 0, "bridge/5678": mixDelay} {
		t.Run(room, func(t *testing.T) {
			t.Parallel()
			for _, x := range roomtest.Conformance(bottest.Log()) {
				t.Run(x.Name, func(t *testing.T) {
					if err := x.Do(s.place(t, room, late)); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

// TestFaults: the server dies, the network swallows everything, and so on, in a room with a track for each and in a mix.
func TestFaults(t *testing.T) {
	for room, late := range map[string]time.Duration{"room/1234": 0, "bridge/5678": mixDelay} {
		for _, x := range roomtest.Faults(bottest.Log()) {
			if x.Many && late > 0 && !roomtest.Long() {
				continue // each join takes seconds here
			}
			t.Run(room+" "+x.Name, func(t *testing.T) {
				if !x.Alone {
					t.Parallel()
				}
				if err := x.Do(start(t, janustest.Options{}).place(t, room, late)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// bots counts who else but Ana is in the room. One has left by then, or is about to be forgotten.
func (s *server) bots(t *testing.T) (n int) {
	t.Helper()
	mod := s.client(t)
	h, err := mod.attach(t.Context(), videoRoom)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := mod.must(h, request{"request": "listparticipants", "room": 1234}, nil)
	for _, p := range e.Participants {
		if p.Display != "Ana" {
			n++
		}
	}
	return n
}
