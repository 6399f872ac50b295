package jitsi

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/jitsi/wire"
	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

// TestMuted: whether somebody is muted is taken from the newer element, else from the older one, else it is unchanged.
func TestMuted(t *testing.T) {
	text := func(s string) *string { return &s }
	for name, x := range map[string]struct {
		sources, audio *string
		was, want      bool
	}{
		"no sign":                {nil, nil, true, true},
		"the older":              {nil, text("true"), false, true},
		"the older, open":        {nil, text("false"), true, false},
		"the newer":              {text(`{"abcd1234-a0":{"muted":true}}`), text("false"), false, true},
		"the newer, open":        {text(`{"abcd1234-a0":{"muted":false},"abcd1234-v0":{"muted":true}}`), nil, true, false},
		"one of two open":        {text(`{"abcd1234-a0":{"muted":true},"abcd1234-a1":{}}`), nil, true, false},
		"video alone":            {text(`{"abcd1234-v0":{"muted":true}}`), nil, false, false},
		"video, and the older":   {text(`{"abcd1234-v0":{}}`), text("true"), false, true},
		"what nobody can read":   {text(`{"abcd1234-a0":`), nil, true, true},
		"what is something else": {text(`[]`), nil, false, false},
	} {
		if got := muted(xmpp.Stanza{Sources: x.sources, AudioMuted: x.audio}, x.was); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestSpeaker: the speaker follows from what the chat room says about a person.
func TestSpeaker(t *testing.T) {
	for _, x := range []struct {
		person
		want models.Speaker
	}{
		{person{}, models.Speaker{ID: "abcd1234", Name: "abcd1234", Role: models.RoleSpeaker}},
		{person{name: "Ana", role: "participant"}, models.Speaker{ID: "abcd1234", Name: "Ana", Role: models.RoleSpeaker}},
		{person{name: "Ana", role: "moderator"}, models.Speaker{ID: "abcd1234", Name: "Ana", Role: models.RoleHost}},
		{person{name: "Ana", role: "visitor"}, models.Speaker{ID: "abcd1234", Name: "Ana", Role: models.RoleGuest}},
	} {
		if got := x.speaker("abcd1234"); got != x.want {
			t.Errorf("%+v: %+v", x.person, got)
		}
	}
	if got := clean(" A\x00\n  b\xff "); got != "A\x00 b" {
		t.Errorf("%q", got)
	}
}

type rtp struct {
	packets []audio.Packet
	errs    []error
}

func (r *rtp) Packet(raw []byte, level uint8) {
	p, err := audio.ParsePacket(raw, level)
	p.Payload = append([]byte(nil), p.Payload...)
	r.packets, r.errs = append(r.packets, p), append(r.errs, err)
}

func (r *rtp) End() {}

// TestTalker: packets keep the sender's sequence numbers and timestamps, which wrap, and carry their audio level if the bridge reports it.
// Packets that are not Opus are skipped.
func TestTalker(t *testing.T) {
	out := &rtp{}
	k := newTalker(out)
	opus := []byte{0xF8, 1, 2, 3}
	k.packet(wire.Media{Chunk: 1<<16 + 5, Time: 1<<32 + 960, Opus: opus, Level: 30, Voice: true})
	k.packet(wire.Media{Chunk: 1<<16 + 4, Time: 1 << 32, Opus: opus, Level: -1})
	k.packet(wire.Media{Chunk: 1<<16 + 6, Time: 1<<32 + 1920, Opus: []byte{0xFB}})
	if len(out.packets) != 2 || k.bad != 1 || out.errs[0] != nil || out.errs[1] != nil {
		t.Fatalf("%+v, %v, %d bad", out.packets, out.errs, k.bad)
	}
	first, second := out.packets[0], out.packets[1]
	if first.Seq != 5 || first.Timestamp != 960 || second.Seq != 4 || second.Timestamp != 0 || string(first.Payload) != string(opus) {
		t.Errorf("%+v, %+v", first, second)
	}
	if !first.HasLevel || first.Level != 30 || second.HasLevel {
		t.Errorf("levels of %+v and %+v", first, second)
	}
	if got := trackName("abcd1234-a0/../é"); got != "abcd1234-a0_____" {
		t.Errorf("%q", got)
	}
}

// TestMachine: a program is recognised by what it says of itself and by its domain. Somebody on the telephone is a person.
func TestMachine(t *testing.T) {
	const item = `<x xmlns="http://jabber.org/protocol/muc#user"><item role="participant" jid="%s"/></x>`
	for presence, want := range map[string]bool{
		`<bot xmlns="http://jitsi.org/jitmeet" type="transcriber"/>`:            true,
		fmt.Sprintf(item, "recorder@recorder.meet.example/x"):                   true,
		fmt.Sprintf(item, "transcriber@hidden.meet.example/x"):                  true,
		fmt.Sprintf(item, "jigasi@auth.meet.example/x"):                         false,
		fmt.Sprintf(item, "recorder.x@meet.example/x"):                          false,
		`<nick xmlns="http://jabber.org/protocol/nick">Live stream</nick>`:      false,
		fmt.Sprintf(item, "") + `<features><feature var="x"/></features><a:b/>`: false,
	} {
		x, err := xmpp.Parse([]byte(`<presence from="r@c/n">` + presence + `</presence>`))
		if err != nil || machine(x) != want {
			t.Errorf("%s: %v, %v", presence, machine(x), err)
		}
	}
}

// TestBreakouts: the number of people in the meeting's breakout rooms is taken from the server's component, and from nobody else.
func TestBreakouts(t *testing.T) {
	const update = `{"type":"breakout_rooms","event":"features/breakout-rooms/update",` +
		`"rooms":{"a":{"isMainRoom":true,"participants":{"r@c/1":{}}},"b":{"participants":{"b@d/2":{"displayName":"Bo"},"b@d/3":{}}},` +
		`"c":{"participants":{"c@d/4":{}}},"d":{"participants":[]}}}`
	for name, x := range map[string]struct {
		from, json string
		people     int
		ok         bool
	}{
		"rooms":          {"breakout.meet.example", strings.Replace(update, `,"d":{"participants":[]}`, "", 1), 3, true},
		"an empty one":   {"breakout.meet.example", `{"type":"breakout_rooms","rooms":{"a":{"participants":{}}}}`, 0, true},
		"a participant":  {"r@conference.meet.example/1", update, 0, false},
		"something else": {"breakout.meet.example", `{"type":"av_moderation","rooms":{"b":{"participants":{"x":{}}}}}`, 0, false},
		"another event":  {"breakout.meet.example", `{"type":"breakout_rooms","roomJid":"x"}`, 0, false},
		"no JSON":        {"breakout.meet.example", `{"type":`, 0, false},
		"a list":         {"breakout.meet.example", update, 0, false},
	} {
		people, ok := breakouts(xmpp.Stanza{From: x.from, JSON: &x.json})
		if people != x.people || ok != x.ok {
			t.Errorf("%s: %d people, %v", name, people, ok)
		}
	}
}

// TestEntry: the error says why a meeting refuses the bot, what to do, and whether retrying may help.
func TestEntry(t *testing.T) {
	for condition, x := range map[string]struct {
		again bool
		word  string
	}{
		"not-authorized": {false, "password"}, "registration-required": {false, "lobby"}, "forbidden": {false, "banned"},
		"conflict": {true, "conflict"}, "service-unavailable": {true, ""}, "gone": {false, "gone"},
	} {
		err := entry(condition)
		var end *bot.EndError
		if !errors.As(err, &end) || end.Reason != models.EndDenied || end.Retry != x.again || !strings.Contains(err.Error(), x.word) ||
			!x.again && models.Hint(err) == "" {
			t.Errorf("%s: %v (%s)", condition, err, models.Hint(err))
		}
	}
}
