package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"earshot/bot/mumble/wire"
)

// TestVoice reads packets as servers send them, and refuses what is cut, negative or of another codec.
func TestVoice(t *testing.T) {
	for name, x := range map[string]struct {
		hex  string
		want wire.Voice
		bad  bool
	}{
		"short":           {"80 05 0a 03 aabbcc", wire.Voice{Session: 5, Frame: 10, Opus: []byte{0xaa, 0xbb, 0xcc}}, false},
		"with a position": {"80 05 0a 01 aa 000000000000000000000000", wire.Voice{Session: 5, Frame: 10, Opus: []byte{0xaa}}, false},
		"last":            {"80 05 8a01 a001 aa", wire.Voice{Session: 5, Frame: 0xa01, Opus: []byte{0xaa}, Last: true}, false},
		"last, empty":     {"80 05 0a a000", wire.Voice{Session: 5, Frame: 10, Opus: []byte{}, Last: true}, false},
		"whisper":         {"82 05 0a 01 aa", wire.Voice{Target: wire.TargetWhisper, Session: 5, Frame: 10, Opus: []byte{0xaa}}, false},
		"three bytes":     {"80 c12345 e1234567 01 aa", wire.Voice{Session: 0x12345, Frame: 0x1234567, Opus: []byte{0xaa}}, false},
		"32 and 64 bits": {
			"80 f0ffffffff f40000000100000000 01 aa", wire.Voice{Session: 1<<32 - 1, Frame: 1 << 32, Opus: []byte{0xaa}}, false,
		},
		"empty":              {hex: "", bad: true},
		"CELT":               {hex: "00 05 0a 01 aa", bad: true},
		"a ping":             {hex: "20 05", bad: true},
		"cut number":         {hex: "80 85", bad: true},
		"cut sound":          {hex: "80 05 0a 05 aabb", bad: true},
		"no length":          {hex: "80 05 0a", bad: true},
		"negative session":   {hex: "80 f805 0a 01 aa", bad: true},
		"negative sequence":  {hex: "80 05 fc 01 aa", bad: true},
		"negative length":    {hex: "80 05 0a fd aa", bad: true},
		"sequence of 2^63":   {hex: "80 05 f48000000000000000 01 aa", bad: true},
		"endless signs":      {hex: "80 " + strings.Repeat("f8", 900), bad: true},
		"session of 64 bits": {hex: "80 f40000000100000000 0a 01 aa", bad: true},
	} {
		data, err := hex.DecodeString(strings.ReplaceAll(x.hex, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.ParseVoice(data)
		if x.bad != errors.Is(err, wire.ErrMalformed) || !x.bad && !same(got, x.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func same(a, b wire.Voice) bool {
	return a.Target == b.Target && a.Session == b.Session && a.Frame == b.Frame && a.Last == b.Last && bytes.Equal(a.Opus, b.Opus)
}

// TestVoice15 reads the newer format: context, session, frame, sound, position, and the end of a talk.
func TestVoice15(t *testing.T) {
	data, err := hex.DecodeString(strings.ReplaceAll("00 10 02 18 05 20 8a01 2a02 aabb 320c 000000000000000000000000 8001 01", " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	want := wire.Voice{Target: wire.TargetWhisper, Session: 5, Frame: 138, Opus: []byte{0xaa, 0xbb}, Last: true}
	if got, err := wire.ParseVoice15(data); err != nil || !same(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for n := range data {
		_, _ = wire.ParseVoice15(data[:n])
	}
	for _, bad := range []string{"", "\x01", "\x00\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x00\x2a\x7f"} {
		if got, err := wire.ParseVoice15([]byte(bad)); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%q: %+v, %v", bad, got, err)
		}
	}
}

// asHeard is a packet that a client sent, as the server passes it on: with the session after the first byte.
func asHeard(sent []byte) []byte { return slices.Insert(slices.Clone(sent), 1, 5) }

// FuzzVoice: what a client writes is read as it was, and no packet is read beyond its end.
func FuzzVoice(f *testing.F) {
	f.Add([]byte("opus"), int64(0), false)
	f.Add([]byte{}, int64(1)<<40, true)
	f.Add([]byte{0x80, 0xf8, 0xf8}, int64(0x0fffffff), true)
	f.Fuzz(func(t *testing.T, data []byte, frame int64, last bool) {
		for _, read := range []func([]byte) (wire.Voice, error){wire.ParseVoice, wire.ParseVoice15} {
			if v, err := read(data); err == nil && (len(v.Opus) > len(data) || v.Frame < 0) {
				t.Fatalf("%+v of %d bytes", v, len(data))
			}
		}
		v := wire.Voice{Session: 5, Frame: frame & (1<<50 - 1), Opus: data[:min(len(data), 1000)], Last: last}
		if got, err := wire.ParseVoice(asHeard(wire.AppendVoice(nil, v))); err != nil || !same(got, v) {
			t.Fatalf("%+v came as %+v, %v", v, got, err)
		}
	})
}
