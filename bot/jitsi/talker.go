package jitsi

import (
	"math/rand/v2"
	"strings"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/internal/pace"
	"earshot/bot/jitsi/wire"
)

const (
	// levelID is the id of the header extension that carries the audio level (RFC 6464).
	levelID = 1
	silent  = 127 // -dBov
)

// talker turns the packets of one stream into RTP. Only one goroutine may use it.
type talker struct {
	sink bot.TrackSink
	ssrc uint32
	pace pace.Pace
	raw  []byte
	bad  int // packets that are not Opus
}

func newTalker(sink bot.TrackSink) *talker {
	return &talker{sink: sink, ssrc: rand.Uint32()} //nolint:gosec // RFC 3550: random numbers that only have to differ
}

// packet sends a packet, with its audio level if the bridge reports it (RFC 8285, section 4.2). Packets keep the sender's sequence numbers
// and timestamps: reordering and loss are handled elsewhere.
func (t *talker) packet(m wire.Media) {
	if _, err := audio.PacketDuration(m.Opus); err != nil {
		t.bad++
		return
	}
	t.raw = audio.AppendRTPHeader(t.raw[:0], uint16(m.Chunk), uint32(m.Time), t.ssrc) //nolint:gosec // they wrap
	level := uint8(0)
	if m.Level >= 0 {
		level = levelID
		loud := byte(min(m.Level, silent)) //nolint:gosec // bounded
		if m.Voice {
			loud |= 0x80
		}
		t.raw[0] |= 1 << 4 // an extension follows
		t.raw = append(t.raw, 0xBE, 0xDE, 0, 1, levelID<<4, loud, 0, 0)
	}
	t.sink.Packet(append(t.raw, m.Opus...), level)
}

// trackName returns the name of a stream's track, derived from its tag.
func trackName(tag string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_') {
			return r
		}
		return '_'
	}, tag)
}
