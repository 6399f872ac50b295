package xmpp

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"
)

const (
	kicked = `<presence xmlns="jabber:client" from="r@c/n" type="unavailable"><x xmlns="http://jabber.org/protocol/muc#user">` +
		`<item affiliation="none" role="none"/><status code="307"/></x></presence>`
	here = `<presence xmlns="jabber:client" from="r@c/n"><nick xmlns="http://jabber.org/protocol/nick">An &amp; A</nick>` +
		`<SourceInfo>{"n-a0":{"muted":true}}</SourceInfo><audiomuted xmlns="http://jitsi.org/jitmeet/audio">true</audiomuted>` +
		`<x xmlns="http://jabber.org/protocol/muc#user"><item role="moderator"/><status code="110"/></x></presence>`
	refusedIQ = `<iq xmlns="jabber:client" type="error" id="e1"><error type="auth">` +
		`<not-allowed xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">no</text></error></iq>`
	room = `<iq xmlns="jabber:client" type="result" id="e2"><query xmlns="http://jabber.org/protocol/disco#info"><x xmlns="jabber:x:data">` +
		`<field var="muc#roominfo_meetingId"><value>id-1</value></field></x></query></iq>`
)

// TestParse parses what a server sends in the namespaces that matter.
func TestParse(t *testing.T) {
	read := func(text string) Stanza {
		t.Helper()
		s, err := Parse([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return s
	}
	if s := read(kicked); s.Type != "unavailable" || s.Room == nil || !s.Room.Has(StatusKicked) || s.Room.Has(StatusSelf) {
		t.Errorf("%+v", s)
	}
	s := read(here)
	if s.Room == nil || s.Room.Item.Role != "moderator" || *s.Nick != "An & A" || *s.AudioMuted != "true" ||
		!strings.Contains(*s.Sources, "n-a0") {
		t.Errorf("%+v", s)
	}
	if s := read(refusedIQ); s.Error == nil || s.Error.Condition() != "not-allowed" {
		t.Errorf("%+v", s)
	}
	if s := read(room); s.Info == nil || s.Info.Field("muc#roominfo_meetingId") != "id-1" || s.Info.Field("x") != "" {
		t.Errorf("%+v", s)
	}
	if s := read(`<presence xmlns="jabber:client"><x xmlns="elsewhere"><status code="110"/></x></presence>`); s.Room != nil {
		t.Errorf("another namespace: %+v", s)
	}
}

// TestParseRefuses: declarations, which could define entities, comments, messages that are too long, and malformed XML are refused.
func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "text": "hello", "not closed": "<message>",
		"a declaration": `<!DOCTYPE x [<!ENTITY a "b">]><message><body>&a;</body></message>`,
		"an entity":     `<message><body>&a;</body></message>`,
		"an XML header": `<?xml version="1.0"?><message/>`, "a comment": `<message><!-- x --></message>`,
		"too long":       "<message><body>" + strings.Repeat("a", maxMessage) + "</body></message>",
		"a status of xy": `<presence><x xmlns="http://jabber.org/protocol/muc#user"><status code="xy"/></x></presence>`,
	} {
		if s, err := Parse([]byte(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// TestSecretsAreNotSentInTheClear: over ws://, a password or token is sent only to this machine.
func TestSecretsAreNotSentInTheClear(t *testing.T) {
	for _, c := range []Config{{URL: "ws://meet.example/x", User: "bot", Password: "p"}, {URL: "ws://meet.example/x", Token: "t"}} {
		if _, err := c.address(); !errors.Is(err, ErrInTheClear) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for url, want := range map[string]string{
		"ws://127.0.0.1:1/x": "ws://127.0.0.1:1/x?room=r&token=t", "wss://meet.example/x?y=1": "wss://meet.example/x?room=r&token=t&y=1",
	} {
		if got, err := (Config{URL: url, Room: "r", Token: "t"}).address(); got != want || err != nil {
			t.Errorf("%s: %s, %v", url, got, err)
		}
	}
	for _, bad := range []string{"", "https://h/x", "wss:///x", "wss://u:p@h/x"} {
		if _, err := (Config{URL: bad}).address(); err == nil || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// FuzzParse: the parser fails only by returning its error, and text survives encoding and parsing unchanged.
func FuzzParse(f *testing.F) {
	for _, s := range []string{kicked, here, refusedIQ, room, `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>`, `<a><b`} {
		f.Add([]byte(s), "hello")
	}
	f.Add([]byte(`<message/>`), `<!-- & "]]>`)
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		if s, err := Parse(data); err != nil && !errors.Is(err, ErrMalformed) {
			t.Fatal(err)
		} else if s.Error != nil && s.Error.Condition() == "" {
			t.Fatalf("%+v", s)
		}
		b, err := xml.Marshal(Message{To: "r@c", Type: "groupchat", ID: "e1", Body: text})
		if err != nil || len(b) > maxMessage {
			return
		}
		s, err := Parse(b)
		if err != nil || s.XMLName.Local != "message" || s.Type != "groupchat" {
			t.Fatalf("%q came as %+v, %v", text, s, err)
		}
	})
}
