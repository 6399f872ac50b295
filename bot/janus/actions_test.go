package janus

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/janus/janustest"
	"earshot/bot/room"
	"earshot/models"
)

// tone gives the packets of a loud tone.
func tone(t *testing.T) func(int) []byte {
	t.Helper()
	packets := bottest.Tone(t)
	return func(n int) []byte { return packets[n%len(packets)] }
}

// voices tells whose voice a bot.Room is decoding.
type voices chan models.Clip

// until waits until everybody was heard.
func (v voices) until(t *testing.T, ids ...json.RawMessage) {
	t.Helper()
	missing := map[string]bool{}
	for _, id := range ids {
		missing[bare(id)] = true
	}
	for late := time.After(roomtest.Patience); len(missing) > 0; {
		select {
		case c := <-v:
			delete(missing, c.SpeakerID)
		case <-late:
			t.Fatalf("not heard: %v", missing)
		}
	}
}

// room runs a bot.Room with the connector until the test ends and returns it once it has joined.
func (s *server) room(t *testing.T, c Config) (*room.Room, bot.Capabilities, voices) {
	t.Helper()
	heard := make(voices, 100)
	c.Peer = bottest.Factory(t)
	conn, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	r, can := enter(t, conn, heard)
	return r, can, heard
}

// enter runs a bot.Room with a connector until the test ends and returns it once it has joined.
func enter(t *testing.T, conn *Connector, heard voices) (*room.Room, bot.Capabilities) {
	t.Helper()
	in := make(chan bot.Capabilities, 10)
	r, err := room.New(room.Config{
		Session: models.Session{ID: "s", Epoch: 1, Started: time.Now()}, Connector: conn, Sink: book{}, Captions: true,
		Preview: func(c models.Clip) {
			select {
			case heard <- c:
			default:
			}
		},
		Watch: func(st room.Status) {
			if st.State == room.StateListening && st.Note == "" {
				in <- st.Can
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	select {
	case can := <-in:
		return r, can
	case <-time.After(roomtest.Patience):
		t.Fatal("not joined")
		return nil, bot.Capabilities{}
	}
}

// TestBan: with the room's secret and a list of tokens the bot bans whoever's token is their name, and lifts it again.
func TestBan(t *testing.T) {
	s := start(t, janustest.Options{})
	mod := s.client(t)
	h, err := mod.attach(t.Context(), videoRoom)
	if err != nil {
		t.Fatal(err)
	}
	mod.must(h, request{"request": "create", "room": 55, "secret": "s3cret", "publishers": 9, "allowed": []string{"Cem", "robot"}}, nil)
	r, can, heard := s.room(t, Config{URL: s.url("room/55"), Secret: "s3cret", RoomToken: "robot"})
	if can != Abilities() || can.String() != "mute unmute remove ban" {
		t.Errorf("can: %s", can)
	}
	cem := s.speak(t, 55, "Cem", tone(t), request{"token": "Cem"})
	heard.until(t, cem.id)
	act := func(verb models.Verb, how string) {
		t.Helper()
		out := r.Act(t.Context(), models.Action{ID: "x", Verb: verb, TargetID: bare(cem.id)}, room.ActOptions{})
		if out.Done != verb || !strings.Contains(out.How, how) || out.Took > roomtest.Within(3*time.Second) {
			t.Errorf("%s: %q by %q after %v: %+v", verb, out.Done, out.How, out.Took, out.Steps)
		}
	}
	act(models.VerbBan, "left, and nothing is heard")
	back := s.client(t)
	if h, err = back.attach(t.Context(), videoRoom); err != nil {
		t.Fatal(err)
	}
	join := request{"request": "join", "ptype": "publisher", "room": 55, "token": "Cem"}
	if _, err = back.now().ask(t.Context(), back.plugin(h, join, nil)); err == nil || !strings.Contains(err.Error(), "433") {
		t.Errorf("Cem came back: %v", err)
	}
	act(models.VerbUnban, "lets the person's token in again")
	if _, err = back.now().ask(t.Context(), back.plugin(h, join, nil)); err != nil {
		t.Errorf("Cem may not come back after the ban: %v", err)
	}
}

// TestWrongSecret: the bot learns at the join that its secret opens nothing.
func TestWrongSecret(t *testing.T) {
	s := start(t, janustest.Options{})
	if _, can, _ := s.room(t, Config{URL: s.url("room/1234"), Secret: "guess"}); can != (bot.Capabilities{}) {
		t.Errorf("can: %s", can)
	}
}
