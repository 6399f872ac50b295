//go:build !race

package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/pion/rtp"
)

func marshal(t testing.TB, p rtp.Packet) []byte {
	t.Helper()
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func rtpPacket(t testing.TB, payload []byte, level int) []byte {
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 111, SequenceNumber: 7, Timestamp: 960, SSRC: 5}, Payload: payload}
	if level >= 0 {
		if err := p.SetExtension(3, []byte{byte(level) | 0x80}); err != nil {
			t.Fatal(err)
		}
	}
	return marshal(t, p)
}

func TestParsePacket(t *testing.T) {
	padded := rtpPacket(t, []byte{1, 2, 3, 0, 0, 3}, -1)
	padded[0] |= 0x20
	onlyPadding := rtpPacket(t, []byte{0, 0, 3}, 9)
	onlyPadding[0] |= 0x20
	overPadded := rtpPacket(t, []byte{1, 9}, -1)
	overPadded[0] |= 0x20
	emptyPadded := rtpPacket(t, nil, -1)
	emptyPadded[0] |= 0x20
	csrc := rtpPacket(t, []byte{1}, -1)
	csrc[0] |= 15
	longExt := rtpPacket(t, []byte{1}, 9)
	longExt[14], longExt[15] = 0xff, 0xff
	version := rtpPacket(t, []byte{1}, -1)
	version[0] = 0x40
	for _, c := range []struct {
		name    string
		raw     []byte
		payload []byte
		level   int
		err     error
	}{
		{"plain", rtpPacket(t, []byte{1, 2}, -1), []byte{1, 2}, -1, nil},
		{"level", rtpPacket(t, []byte{1, 2}, 45), []byte{1, 2}, 45, nil},
		{"one byte", rtpPacket(t, []byte{8}, -1), []byte{8}, -1, nil},
		{"largest frame", rtpPacket(t, make([]byte, 1275), -1), make([]byte, 1275), -1, nil},
		{"padding", padded, []byte{1, 2, 3}, -1, nil},
		{"only padding", onlyPadding, nil, 9, ErrPaddingOnly},
		{"no payload", rtpPacket(t, nil, -1), nil, -1, ErrPaddingOnly},
		{"padding beyond the payload", overPadded, nil, -1, ErrMalformed},
		{"padding without a byte", emptyPadded, nil, -1, ErrMalformed},
		{"15 sources in no bytes", csrc, nil, -1, ErrMalformed},
		{"extension beyond the end", longExt, nil, -1, ErrMalformed},
		{"version 1", version, nil, -1, ErrMalformed},
		{"empty", nil, nil, -1, ErrMalformed},
		{"short", []byte{0x80, 111, 0}, nil, -1, ErrMalformed},
		{"oversize", rtpPacket(t, make([]byte, 1500), -1), nil, -1, ErrOversize},
		{"a whole datagram", make([]byte, 65507), nil, -1, ErrOversize},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePacket(c.raw, 3)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if c.err != nil && !errors.Is(c.err, ErrPaddingOnly) {
				return
			}
			if p.SSRC != 5 || p.Seq != 7 || p.Timestamp != 960 || !bytes.Equal(p.Payload, c.payload) {
				t.Errorf("got %+v", p)
			}
			if p.HasLevel != (c.level >= 0) || p.HasLevel && int(p.Level) != c.level {
				t.Errorf("level %d %v, want %d", p.Level, p.HasLevel, c.level)
			}
		})
	}
}

func TestParsedPacketOwnsItsPayload(t *testing.T) {
	raw := rtpPacket(t, []byte{1, 2}, -1)
	p, err := ParsePacket(raw, 0)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw)
	if p.Payload[0] != 1 || p.Payload[1] != 2 {
		t.Error("the payload changed with the buffer it was read from")
	}
}

func FuzzParsePacket(f *testing.F) {
	f.Add(rtpPacket(f, []byte{1, 2, 3}, 40), uint8(3))
	f.Add(rtpPacket(f, nil, -1), uint8(0))
	f.Add([]byte{0xbf, 0, 0, 0}, uint8(255))
	f.Fuzz(func(t *testing.T, raw []byte, id uint8) {
		p, err := ParsePacket(raw, id)
		if err == nil && len(p.Payload) == 0 {
			t.Error("no payload and no error")
		}
		if len(p.Payload) > len(raw) || p.Level > 127 {
			t.Errorf("%d bytes of payload from %d, level %d", len(p.Payload), len(raw), p.Level)
		}
	})
}

// garbage creates bytes that are often almost RTP.
func garbage(r *rand.Rand, buf []byte) []byte {
	b := buf[:r.IntN(len(buf))]
	for i := 0; i < len(b); i += 8 {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], r.Uint64())
		copy(b[i:], word[:])
	}
	if len(b) > 0 && r.IntN(4) > 0 {
		b[0] = b[0]&0x3f | 0x80
	}
	return b
}

func TestPacketDuration(t *testing.T) {
	for _, c := range []struct {
		name    string
		payload []byte
		want    int // 0: an error
	}{
		{"empty", nil, 0},
		{"SILK 10 ms", []byte{0}, 480},
		{"SILK 60 ms", []byte{3 << 3}, 2880},
		{"hybrid 20 ms", []byte{13 << 3}, 960},
		{"CELT 2.5 ms", []byte{16 << 3}, 120},
		{"two frames", []byte{1<<3 | 1, 0}, 1920},
		{"two frames of different size", []byte{1<<3 | 2, 1, 0}, 1920},
		{"six of 20 ms", []byte{1<<3 | 3, 6}, 5760},
		{"seven of 20 ms", []byte{1<<3 | 3, 7}, 0},
		{"48 of 2.5 ms", []byte{16<<3 | 3, 48}, 5760},
		{"63 of 2.5 ms", []byte{16<<3 | 3, 63}, 0},
		{"no frames", []byte{3, 0}, 0},
		{"no count", []byte{3}, 0},
	} {
		got, err := PacketDuration(c.payload)
		if got != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%s: %d, %v; want %d", c.name, got, err, c.want)
		}
	}
}

func TestFECIsSeen(t *testing.T) {
	pcm := evalWAVs(t)[0]
	count := func(c EncoderConfig) (n int) {
		for _, p := range encode(t, pcm, c) {
			if hasFEC(p.Payload) {
				n++
			}
		}
		return n
	}
	if n := count(EncoderConfig{Bitrate: 24000, FEC: true, LossPercent: 20}); n < 30 {
		t.Errorf("%d packets with FEC where it was asked for", n)
	}
	if n := count(EncoderConfig{Bitrate: 24000}); n != 0 {
		t.Errorf("%d packets with FEC where it was not", n)
	}
}

func FuzzTOC(f *testing.F) {
	f.Add([]byte{1<<3 | 3, 0xc6, 255, 255, 3, 253, 9, 1})
	f.Add([]byte{1<<3 | 2, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		hasFEC(b)
		if d, err := PacketDuration(b); err == nil && (d < 120 || d > maxOpusPacket) {
			t.Errorf("%d samples", d)
		}
	})
}
