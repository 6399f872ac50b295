package wire_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"

	"earshot/bot/mumble/wire"
)

// header is a frame's beginning, whatever follows.
func header(t wire.Type, length uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(nil, uint16(t)), length)
}

// TestFrames: frames come one by one however the stream is cut, pictures are skipped, and what Mumble forbids ends the stream.
func TestFrames(t *testing.T) {
	var b []byte
	b = wire.Append(b, wire.TypePing, []byte("abc"))
	b = append(append(b, header(wire.TypeUserState, 1<<20)...), make([]byte, 1<<20)...) // an avatar
	b = append(append(b, header(wire.TypeVoice, 3000)...), make([]byte, 3000)...)       // nobody's voice
	b = wire.Append(b, 4711, nil)                                                       // a type of tomorrow
	b = append(b, header(wire.TypePing, 0x800000)...)
	r := wire.NewReader(iotest.HalfReader(bytes.NewReader(b)))
	if kind, body, err := r.Next(); kind != wire.TypePing || string(body) != "abc" || err != nil {
		t.Fatalf("%d %q %v", kind, body, err)
	}
	if kind, body, err := r.Next(); kind != 4711 || len(body) != 0 || err != nil || r.Skipped != 2 {
		t.Fatalf("%d %q %v, skipped %d", kind, body, err, r.Skipped)
	}
	if _, _, err := r.Next(); !errors.Is(err, wire.ErrOversize) {
		t.Fatalf("8 MB: %v", err)
	}
	if _, _, err := wire.NewReader(bytes.NewReader(header(wire.TypePing, 9))).Next(); !errors.Is(err, io.ErrUnexpectedEOF) &&
		!errors.Is(err, io.EOF) {
		t.Errorf("a frame that was cut: %v", err)
	}
}

// TestAnnouncedSizeTakesNoMemory: a server that announces much and sends nothing gets no memory for it.
func TestAnnouncedSizeTakesNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		_, _, _ = wire.NewReader(bytes.NewReader(header(wire.TypeBanList, 500<<10))).Next()
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 5<<20 {
		t.Errorf("%d KB for 100 empty frames", got>>10)
	}
}

// FuzzFrames: no stream makes the reader fail otherwise than by an error, and what it gives out is no longer than it reads.
func FuzzFrames(f *testing.F) {
	f.Add(wire.Append(wire.Append(nil, wire.TypePing, []byte{8, 1}), wire.TypeVoice, wire.AppendVoice(nil, wire.Voice{Opus: []byte("x")})))
	f.Add(header(wire.TypeUserState, 0x7fffff))
	f.Add(header(wire.TypeUserState, 0xffffffff))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := wire.NewReader(bytes.NewReader(data))
		for {
			kind, body, err := r.Next()
			if err != nil {
				return
			}
			if len(body) > len(data) {
				t.Fatalf("%d bytes from %d", len(body), len(data))
			}
			readAny(kind, body)
		}
	})
}

// readAny reads a message as what its type says.
func readAny(kind wire.Type, body []byte) {
	switch kind {
	case wire.TypeVersion:
		_, _ = wire.ParseVersion(body)
	case wire.TypeVoice:
		_, _ = wire.ParseVoice(body)
		_, _ = wire.ParseVoice15(body)
	case wire.TypePing:
		_, _ = wire.ParsePing(body)
	case wire.TypeReject:
		_, _ = wire.ParseReject(body)
	case wire.TypeServerSync:
		_, _ = wire.ParseServerSync(body)
	case wire.TypeChannelRemove:
		_, _ = wire.ParseChannelRemove(body)
	case wire.TypeChannelState:
		_, _ = wire.ParseChannelState(body)
	case wire.TypeUserRemove:
		_, _ = wire.ParseUserRemove(body)
	case wire.TypeUserState:
		_, _ = wire.ParseUserState(body)
	case wire.TypeBanList:
		_, _ = wire.ParseBanList(body)
	case wire.TypeTextMessage:
		_, _ = wire.ParseTextMessage(body)
	case wire.TypePermissionDenied:
		_, _ = wire.ParsePermissionDenied(body)
	case wire.TypePermissionQuery:
		_, _ = wire.ParsePermissionQuery(body)
	case wire.TypeServerConfig:
		_, _ = wire.ParseServerConfig(body)
	case wire.TypeAuthenticate, wire.TypeACL: // only sent
	}
}
