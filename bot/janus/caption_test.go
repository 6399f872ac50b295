package janus

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/pion/webrtc/v3"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/janus/janustest"
)

// said is what a TextRoom says to a participant.
type said struct{ Textroom, Text, Transaction string }

// read joins TextRoom 1234 as a participant and gives what it says there.
func (s *server) read(t *testing.T) <-chan said {
	t.Helper()
	c := s.client(t)
	h, err := c.attach(t.Context(), textRoom)
	if err != nil {
		t.Fatal(err)
	}
	var engine webrtc.SettingEngine
	engine.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	d, err := pc.CreateDataChannel("JanusDataChannel", nil)
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan said, 16)
	d.OnMessage(func(m webrtc.DataChannelMessage) {
		var x said
		if json.Unmarshal(m.Data, &x) == nil {
			out <- x
		}
	})
	d.OnOpen(func() {
		_ = d.SendText(`{"textroom":"join","room":1234,"username":"dia","display":"Dia","transaction":"joining"}`)
	})
	_, offer := c.must(h, request{"request": "setup"}, nil)
	if offer == nil {
		t.Fatal("the TextRoom offers nothing")
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.SDP}); err != nil {
		t.Fatal(err)
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	c.must(h, request{"request": "ack"}, &jsep{"answer", pc.LocalDescription().SDP})
	for x := range within(t, out) {
		if x.Transaction == "joining" {
			return out
		}
	}
	return out
}

// within gives what comes on a channel, and fails the test when nothing comes for long.
func within(t *testing.T, in <-chan said) func(yield func(said) bool) {
	return func(yield func(said) bool) {
		for {
			select {
			case x := <-in:
				if !yield(x) {
					return
				}
			case <-time.After(roomtest.Patience):
				t.Fatal("the TextRoom says nothing")
			}
		}
	}
}

// TestCaptions: finished lines are read by participants of the TextRoom of the same number; guesses are not sent.
func TestCaptions(t *testing.T) {
	s := start(t, janustest.Options{})
	reader := s.read(t)
	r, _, _ := s.room(t, Config{URL: s.url("room/1234"), Secret: janustest.RoomSecret, Name: "Earshot"})
	line := bot.Caption{Line: "l1", SpeakerID: "5", SpeakerName: "Ana", Text: "good"}
	r.Caption(line)
	line.Text, line.Final = "good evening", true
	r.Caption(line)
	for x := range within(t, reader) {
		if x.Textroom == "announcement" {
			if x.Text != "Ana: good evening" {
				t.Errorf("%q", x.Text)
			}
			return
		}
	}
}

// TestNoTextRoom: without the secret, or a TextRoom of the same number, captions are refused for good.
func TestNoTextRoom(t *testing.T) {
	s := start(t, janustest.Options{})
	line := bot.Caption{Line: "l1", SpeakerName: "Ana", Text: "good evening", Final: true}
	for name, c := range map[string]Config{
		"no secret": {URL: s.url("room/1234")}, "no TextRoom": {URL: s.url("bridge/5678"), Secret: janustest.RoomSecret},
	} {
		t.Run(name, func(t *testing.T) {
			c.Peer = bottest.Factory(t)
			conn, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			if err := conn.Caption(t.Context(), line); !errors.Is(err, bot.ErrNotJoined) {
				t.Errorf("before the join: %v", err)
			}
			enter(t, conn, make(voices, 100))
			var refused *bot.RefusalError
			if err := conn.Caption(t.Context(), line); !errors.As(err, &refused) {
				t.Errorf("%v", err)
			}
		})
	}
}
