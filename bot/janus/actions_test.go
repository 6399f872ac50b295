package janus

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/internal/roomtest"
	"earshot/bot/janus/janustest"
	"earshot/bot/room"
	"earshot/models"
)

func jsonNumber(id string) json.RawMessage { return json.RawMessage(id) }

// tone gives the packets of a loud tone.
func tone(t *testing.T) func(int) []byte {
	t.Helper()
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var packets [][]byte
	for i := range 25 {
		pcm := make([]float32, 960)
		for j := range pcm {
			x := float64(i*960 + j)
			pcm[j] = float32(0.2*math.Sin(x/20) + 0.15*math.Sin(x/12) + 0.15*math.Sin(x/7) + 0.1*math.Sin(x/4.3))
		}
		p, err := enc.Encode(pcm)
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, append([]byte(nil), p...))
	}
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
	c.Peer = factory(t)
	conn, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	in := make(chan bot.Capabilities, 10)
	r, err := room.New(room.Config{
		Session: models.Session{ID: "s", Epoch: 1, Started: time.Now()}, Connector: conn, Sink: book{},
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
		return r, can, heard
	case <-time.After(roomtest.Patience):
		t.Fatal("not joined")
		return nil, bot.Capabilities{}, nil
	}
}

// TestActions: with the room's secret the bot mutes and kicks, sees it and hears it; a ban needs a list of tokens.
func TestActions(t *testing.T) {
	s := start(t, janustest.Options{})
	mod := s.client(t)
	h, err := mod.attach(t.Context(), videoRoom)
	if err != nil {
		t.Fatal(err)
	}
	mod.must(h, request{"request": "create", "room": 55, "secret": "s3cret", "publishers": 9, "allowed": []string{"Cem", "robot"}}, nil)
	r, can, heard := s.room(t, Config{URL: s.url("room/1234"), Secret: "s3cret"})
	if can.String() != "mute unmute remove" {
		t.Errorf("can: %s", can)
	}
	ana, ben := s.speak(t, 1234, "Ana", tone(t), nil), s.speak(t, 1234, "Ben", tone(t), nil)
	tokens, can, heardCem := s.room(t, Config{URL: s.url("room/55"), Secret: "s3cret", RoomToken: "robot"})
	if can != Abilities() || can.String() != "mute unmute remove ban" {
		t.Errorf("can, with tokens: %s", can)
	}
	cem := s.speak(t, 55, "Cem", tone(t), request{"token": "Cem"})
	heard.until(t, ana.id, ben.id)
	heardCem.until(t, cem.id)
	act := func(r *room.Room, verb models.Verb, id json.RawMessage, how string) {
		t.Helper()
		out := r.Act(t.Context(), models.Action{ID: "x", Verb: verb, TargetID: bare(id)}, room.ActOptions{})
		if out.Done != verb || !strings.Contains(out.How, how) || out.Took > roomtest.Within(3*time.Second) {
			t.Errorf("%s: %q by %q after %v: %+v", verb, out.Done, out.How, out.Took, out.Steps)
		}
	}
	act(r, models.VerbMute, ana.id, "muted by a moderator, and nothing is heard")
	act(r, models.VerbUnmute, ana.id, "free")
	act(r, models.VerbRemove, ben.id, "left, and nothing is heard")
	act(tokens, models.VerbBan, cem.id, "left, and nothing is heard")
	e, err := cem.now().ask(t.Context(), cem.plugin(h, request{"request": "x"}, nil)) // another's handle is refused
	if err == nil {
		t.Errorf("%+v", e)
	}
	back := s.client(t)
	if h, err = back.attach(t.Context(), videoRoom); err != nil {
		t.Fatal(err)
	}
	_, err = back.now().ask(t.Context(), back.plugin(h, request{"request": "join", "ptype": "publisher", "room": 55, "token": "Cem"}, nil))
	if err == nil || !strings.Contains(err.Error(), "433") {
		t.Errorf("Cem came back: %v", err)
	}
	act(tokens, models.VerbUnban, cem.id, "lets the person's token in again")
	if _, err = back.now().ask(t.Context(), back.plugin(h, request{
		"request": "join", "ptype": "publisher", "room": 55, "token": "Cem",
	}, nil)); err != nil {
		t.Errorf("Cem may not come back after the ban: %v", err)
	}
	for verb, want := range map[models.Verb]string{
		models.VerbBan: "no right", models.VerbToAudience: "no right", models.VerbMessage: "no right",
	} {
		out := r.Act(t.Context(), models.Action{Verb: verb, TargetID: bare(ana.id), Text: "x"}, room.ActOptions{})
		if !strings.Contains(out.Action.Error, want) {
			t.Errorf("%s: %+v", verb, out.Action)
		}
	}
}

// TestWrongSecret: the bot learns at the join that its secret opens nothing.
func TestWrongSecret(t *testing.T) {
	s := start(t, janustest.Options{})
	if _, can, _ := s.room(t, Config{URL: s.url("room/1234"), Secret: "guess"}); can != (bot.Capabilities{}) {
		t.Errorf("can: %s", can)
	}
}
