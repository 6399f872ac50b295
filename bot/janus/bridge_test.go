package janus

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot/internal/roomtest"
	"earshot/bot/janus/janustest"
	"earshot/bot/room"
	"earshot/models"
)

// TestAudioBridge: in a mixed room the sound is given to whoever the server says is talking, in turns, and to nobody in
// particular while several talk; the bot mutes with the room's secret.
func TestAudioBridge(t *testing.T) {
	t.Parallel()
	s := start(t, janustest.Options{})
	var turn atomic.Value // whose it is to talk
	turn.Store("")
	in := func(name string) func(int) []byte {
		sound := tone(t)
		return func(n int) []byte {
			if turn.Load() != name {
				return []byte{0xF8, 0xFF, 0xFE} // silence
			}
			return sound(n)
		}
	}
	s.sing(t, "Ana", in("Ana"))
	ben := s.sing(t, "Ben", in("Ben"))
	r, can, _ := s.room(t, Config{URL: s.url("bridge/5678"), Secret: "s3cret"})
	if can.String() != "mute unmute remove" {
		t.Errorf("can: %s", can)
	}
	_, e, _ := s.visit(t, Config{URL: s.url("bridge/5678"), Name: "Second listener"})
	e.until(t, "the mix", func() bool { return len(e.tracks) > 0 })
	turn.Store("Ana")
	e.until(t, "Ana's turn", func() bool { return e.loud("Ana") > 50 })
	turn.Store("")
	e.until(t, "the end of Ana's turn", func() bool {
		return e.has("talking Ana false") && e.tracks[len(e.tracks)-1].info.SpeakerID == severalID
	})
	var before int
	e.note(func() { before = len(e.tracks) })
	turn.Store("Ben")
	e.until(t, "Ben's turn", func() bool { return e.loud("Ben") > 50 })
	out := r.Act(t.Context(), models.Action{Verb: models.VerbMute, TargetID: bare(ben)}, room.ActOptions{})
	if out.Done != models.VerbMute || out.Took > roomtest.Within(3*time.Second) {
		t.Errorf("mute: %+v", out)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, tr := range e.tracks[before:] {
		if tr.info.SpeakerName == "Ana" {
			t.Errorf("Ana was given %d packets of Ben's turn", tr.loud)
		}
	}
	for _, tr := range e.tracks {
		want := models.AttributionPlatform
		if tr.info.SpeakerID == severalID {
			want = models.AttributionUnknown
		}
		if tr.info.Attribution != want {
			t.Errorf("track %+v", tr.info)
		}
	}
}

// sing joins the mixed room and sends sound into it.
func (s *server) sing(t *testing.T, name string, sound func(n int) []byte) json.RawMessage {
	t.Helper()
	c := s.client(t)
	h, err := c.attach(t.Context(), audioBridge)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := c.must(h, request{"request": "join", "room": 5678, "display": name}, nil)
	c.publish(t, h, request{"request": "configure", "muted": false}, sound)
	return e.ID
}

// loud is how many packets with a voice came under a name.
func (e *listener) loud(name string) (n int) {
	for _, tr := range e.tracks {
		if tr.info.SpeakerName == name {
			n += tr.loud
		}
	}
	return n
}
