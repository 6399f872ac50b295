package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/bot/jitsi/wire"
)

const (
	start = `{"event":"start","event":"start","sequenceNumber":"1","start":{"tag":"abcd1234-a0","mediaFormat":{"encoding":"opus",` +
		`"sampleRate":48000,"channels":2,"parameters":{"useinbandfec":"1"}},"customParameters":{"endpointId":"abcd1234"}}}`
	media = `{"event":"media","event":"media","sequenceNumber":"2","media":{"tag":"abcd1234-a0","chunk":"31456","timestamp":"268460",` +
		`"payload":"+P/+","audioLevel":30,"vad":true}}`
)

// TestParse parses messages as bridges send them: with a duplicate key, numbers as strings or not, and unknown fields.
func TestParse(t *testing.T) {
	sound := wire.Media{Chunk: 31456, Time: 268460, Opus: []byte{0xf8, 0xff, 0xfe}, Level: 30, Voice: true}
	plain := sound
	plain.Level, plain.Voice = -1, false
	for name, x := range map[string]struct {
		text string
		want wire.Message
		bad  bool
	}{
		"start": {text: start, want: wire.Message{
			Event: wire.EventStart, Tag: "abcd1234-a0", Start: wire.Start{Endpoint: "abcd1234", Encoding: "opus", Rate: 48000},
		}},
		"media": {text: media, want: wire.Message{Event: wire.EventMedia, Tag: "abcd1234-a0", Media: sound}},
		"media of a new bridge": {
			text: `{"event":"media","sequenceNumber":2,"media":{"tag":"abcd1234-a0","chunk":31456,"timestamp":268460,"payload":"+P/+"}}`,
			want: wire.Message{Event: wire.EventMedia, Tag: "abcd1234-a0", Media: plain},
		},
		"info": {
			text: `{"event":"info","application":"jitsi-videobridge","version":"2"}`, want: wire.Message{Event: wire.EventInfo},
		},
		"ping":              {text: `{"event":"ping","id":7}`, want: wire.Message{Event: wire.EventPing, PingID: []byte("7")}},
		"end":               {text: `{"event":"session-end"}`, want: wire.Message{Event: wire.EventEnd}},
		"unknown":           {text: `{"event":"sources","sources":[{"x":1}]}`, want: wire.Message{Event: "sources"}},
		"no JSON":           {text: `event`, bad: true},
		"a list":            {text: `[]`, bad: true},
		"start of nothing":  {text: `{"event":"start"}`, bad: true},
		"start of nobody":   {text: `{"event":"start","start":{"tag":"x"}}`, bad: true},
		"media of nothing":  {text: `{"event":"media"}`, bad: true},
		"no sound":          {text: strings.Replace(media, "+P/+", "", 1), bad: true},
		"no base64":         {text: strings.Replace(media, "+P/+", "?", 1), bad: true},
		"negative chunk":    {text: strings.Replace(media, "31456", "-1", 1), bad: true},
		"a word for a time": {text: strings.Replace(media, "268460", "soon", 1), bad: true},
		"a time too large":  {text: strings.Replace(media, "268460", strings.Repeat("9", 30), 1), bad: true},
		"a long tag":        {text: strings.Replace(media, "abcd1234-a0", strings.Repeat("a", 129), 1), bad: true},
		"a ping of more":    {text: `{"event":"ping","id":{"a":1}}`, bad: true},
		"a ping without":    {text: `{"event":"ping"}`, bad: true},
		"too long":          {text: strings.Repeat(" ", wire.MaxMessage) + "{}", bad: true},
	} {
		got, err := wire.Parse([]byte(x.text))
		if x.bad != errors.Is(err, wire.ErrMalformed) || !x.bad && !same(got, x.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "abcd1234") {
			t.Errorf("%s: the error repeats the message: %v", name, err)
		}
	}
}

func same(a, b wire.Message) bool {
	equal := bytes.Equal(a.Media.Opus, b.Media.Opus) && bytes.Equal(a.PingID, b.PingID)
	a.Media.Opus, b.Media.Opus, a.PingID, b.PingID = nil, nil, nil, nil
	return equal && a.Event == b.Event && a.Tag == b.Tag && a.Start == b.Start && a.Media.Chunk == b.Media.Chunk &&
		a.Media.Time == b.Media.Time && a.Media.Level == b.Media.Level && a.Media.Voice == b.Media.Voice
}

// TestResult: a subtitle carries its type for the bridge and for browsers, and always a language.
func TestResult(t *testing.T) {
	b, err := wire.Result{Line: "l1", ID: "abcd1234", Name: `An "A"`, Text: "hello", Language: "en", At: time.UnixMilli(1500)}.Append()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"event":"transcription-result","type":"transcription-result","message_id":"l1","participant":{"id":"abcd1234",` +
		`"name":"An \"A\""},"transcript":[{"text":"hello"}],"is_interim":false,"language":"en","timestamp":1500}`
	if string(b) != want {
		t.Errorf("%s", b)
	}
	if b := wire.Pong([]byte("7")); string(b) != `{"event":"pong","id":7}` {
		t.Errorf("%s", b)
	}
}

// FuzzParse: the parser fails only by returning its error, what it accepts is within limits, and a pong is valid JSON.
func FuzzParse(f *testing.F) {
	for _, s := range []string{start, media, `{"event":"ping","id":7}`, `{"event":"ping","id":"a\"b"}`, `{"event":"session-end"}`, `{`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := wire.Parse(data)
		switch {
		case err != nil:
			if !errors.Is(err, wire.ErrMalformed) {
				t.Fatal(err)
			}
		case m.Event == wire.EventMedia && (m.Tag == "" || len(m.Media.Opus) == 0 || m.Media.Chunk < 0 || m.Media.Level > 127):
			t.Fatalf("%+v", m)
		case m.Event == wire.EventPing && !json.Valid(wire.Pong(m.PingID)):
			t.Fatalf("%s", wire.Pong(m.PingID))
		}
	})
}
