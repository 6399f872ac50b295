package janus

import (
	"encoding/json"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/janus/localserver"
	"earshot/models"
)

// TestAudioBridge: in a mixed room the sound is given to whoever the server says is talking, in turns, and to nobody in
// particular while several talk; the bot mutes with the room's secret.
func TestAudioBridge(t *testing.T) {
	t.Parallel()
	s := start(t, localserver.Options{})
	const (
		pause = 2500 * time.Millisecond
		long  = 3 * time.Second
	)
	began := time.Now()
	// Ana talks first, then nobody, then Ben.
	window := func(from, to time.Duration, sound func(int) []byte) func(int) []byte {
		return func(n int) []byte {
			if at := time.Since(began); at < from || at > to {
				return []byte{0xF8, 0xFF, 0xFE} // silence
			}
			return sound(n)
		}
	}
	const lead = 4 * time.Second
	s.sing(t, "Ana", window(lead, lead+long, tone(t)))
	ben := s.sing(t, "Ben", window(lead+long+pause, lead+3*long+pause, tone(t)))
	r, can, _ := s.room(t, Config{URL: s.url("bridge/5678"), Secret: "s3cret"})
	if can.String() != "mute unmute remove" {
		t.Errorf("can: %s", can)
	}
	_, e, _ := s.visit(t, Config{URL: s.url("bridge/5678"), Name: "Second ear"})
	e.until(t, "Ben's turn", func() bool { return e.loud("Ben") > 50 })
	out := r.Act(t.Context(), models.Action{Verb: models.VerbMute, TargetID: bare(ben)}, bot.ActOptions{})
	if out.Done != models.VerbMute || out.Took > 3*time.Second {
		t.Errorf("mute: %+v", out)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := e.loud("Ana"); n < 100 || n > 260 { // her turn ends later than her voice
		t.Errorf("Ana was given %d packets, of 150 with her voice", n)
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
func (e *ear) loud(name string) (n int) {
	for _, tr := range e.tracks {
		if tr.info.SpeakerName == name {
			n += tr.loud
		}
	}
	return n
}
