package janus

import (
	"context"
	"errors"
	"strings"
	"testing"

	"earshot/bot"
	"earshot/bot/janus/janustest"
	"earshot/models"
)

var tags = map[string]byte{"Ana": 1, "Ben": 2, "Cem": 3, "Dia": 4, "Eli": 5}

func says(name string) func(int) []byte { return func(n int) []byte { return payload(tags[name], n) } }

// TestVideoRoom: three speakers at once, each heard under their own name; one leaves, one is kicked and others come in
// their places: the server uses the media sections again, and the packets stay with who sends them.
func TestVideoRoom(t *testing.T) {
	s := start(t, janustest.Options{})
	ana := s.speak(t, 1234, "Ana", says("Ana"), nil) // there before the bot
	c, e, _ := s.visit(t, Config{URL: s.url("room/1234")})
	e.until(t, "Ana", func() bool { return e.heard("Ana", 1) > 20 })
	ben := s.speak(t, 1234, "Ben", says("Ben"), nil)
	s.speak(t, 1234, "Cem", says("Cem"), nil)
	e.until(t, "Ben and Cem", func() bool { return e.heard("Ben", 2) > 20 && e.heard("Cem", 3) > 20 })
	e.until(t, "Ben talks", func() bool { return e.has("talking Ben true") })
	ana.must(ana.handle, request{"request": "kick", "room": 1234, "secret": "s3cret", "id": ben.id}, nil)
	e.until(t, "Ben left", func() bool { return e.has("left Ben") })
	s.speak(t, 1234, "Dia", says("Dia"), nil)
	e.until(t, "Dia", func() bool { return e.heard("Dia", 4) > 20 })
	ana.end()
	e.until(t, "Ana left", func() bool { return e.has("left Ana") })
	s.speak(t, 1234, "Eli", says("Eli"), nil)
	e.until(t, "Eli", func() bool { return e.heard("Eli", 5) > 20 })
	e.onlyOwn(t, tags)
	sl := c.now.Load().slots
	sl.mu.Lock()
	n := len(sl.byMid)
	sl.mu.Unlock()
	if n > 4 {
		t.Errorf("%d media sections for five speakers: the server used none again", n)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, tr := range e.tracks {
		gone := tr.info.SpeakerName == "Ana" || tr.info.SpeakerName == "Ben"
		if tr.ended != gone || tr.info.Attribution != models.AttributionTrack {
			t.Errorf("track %+v: ended %v", tr.info, tr.ended)
		}
	}
	if len(e.tracks) != 5 {
		t.Errorf("%d tracks, want 5", len(e.tracks))
	}
}

// TestTalkingAlready: who talks without a pause since before the bot came is shown to it as talking: only so is it noticed
// when nothing of it arrives.
func TestTalkingAlready(t *testing.T) {
	t.Parallel()
	s := start(t, janustest.Options{})
	s.speak(t, 1234, "Ana", says("Ana"), nil)
	for range 2 { // the first sees her begin
		_, e, _ := s.visit(t, Config{URL: s.url("room/1234")})
		e.until(t, "Ana talks", func() bool { return e.has("talking Ana true") })
	}
}

// reason is the end that a connector's error names.
func reason(err error) (models.EndReason, bool) {
	var e *bot.EndError
	if !errors.As(err, &e) {
		return "", false
	}
	return e.Reason, e.Retry
}

// TestJoins: pins, wrong pins, rooms that are not there, API secrets, and rooms that are named by strings.
func TestJoins(t *testing.T) {
	s := start(t, janustest.Options{General: `api_secret = "key"`, StringIDs: true})
	tests := []struct {
		name, room string
		cfg        Config
		want       models.EndReason
		retry      bool
	}{
		{name: "pin", room: "room/77?ids=string", cfg: Config{PIN: "1357", APISecret: "key"}},
		{name: "open", room: "room/1234?ids=string", cfg: Config{APISecret: "key"}},
		{name: "no pin", room: "room/77?ids=string", cfg: Config{APISecret: "key"}, want: models.EndFailedAuth},
		{name: "no room", room: "room/nowhere", cfg: Config{APISecret: "key"}, want: models.EndDenied},
		{name: "no API secret", room: "room/1234?ids=string", want: models.EndFailedAuth},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.URL = s.url(tt.room)
			_, e, ended := s.visit(t, tt.cfg)
			if tt.want == "" {
				e.until(t, "joined", func() bool { return e.has("joined") })
				return
			}
			err := ended()
			if got, again := reason(err); got != tt.want || again != tt.retry || models.Hint(err) == "" || strings.Contains(err.Error(), "key") {
				t.Errorf("Run = %v (%q, again %v), hint %q", err, got, again, models.Hint(err))
			}
		})
	}
}

// TestClaim: the websocket breaks; the session is claimed by another one, the sound goes on, and who came and went is known.
func TestClaim(t *testing.T) {
	s := start(t, janustest.Options{})
	s.speak(t, 1234, "Ana", says("Ana"), nil)
	c, e, _ := s.visit(t, Config{URL: s.url("room/1234")})
	e.until(t, "Ana", func() bool { return e.heard("Ana", 1) > 20 })
	sock := c.now.Load().s.now()
	sock.close()
	s.speak(t, 1234, "Ben", says("Ben"), nil)
	e.until(t, "Ben", func() bool { return e.heard("Ben", 2) > 20 })
	if c.now.Load().s.now() == sock {
		t.Error("the websocket is still the old one")
	}
	e.mu.Lock()
	before := e.heard("Ana", 1)
	e.mu.Unlock()
	e.until(t, "Ana goes on", func() bool { return e.heard("Ana", 1) > before+20 })
	e.onlyOwn(t, tags)
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.tracks) != 2 || e.tracks[0].ended {
		t.Errorf("%d tracks, the first ended: %v", len(e.tracks), e.tracks[0].ended)
	}
}

// book is a bot.Sink that keeps nothing.
type book struct{}

func (book) Clip(context.Context, models.Clip) error       { return nil }
func (book) Gap(context.Context, models.Gap) error         { return nil }
func (book) Speaker(context.Context, models.Speaker) error { return nil }
