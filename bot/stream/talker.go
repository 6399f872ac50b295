package stream

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
)

const (
	frameSamples = sampleRate / 50
	frameBytes   = 2 * frameSamples
	bitrate      = 32000 // bits per second: 4 kB per second of evidence
	// quietLevel is the largest sample of silence: decoders of lossy formats rarely produce exact zeros.
	quietLevel = 3
	// quietFrames is after how many silent frames the encoder, which needs some to fade out, is passed over: half a second.
	quietFrames = 25
)

// quietPacket is an Opus packet of 20 ms of silence. Packets this small do not count as somebody's voice; those of the encoder are larger.
var quietPacket = []byte{0xF8, 0xFF, 0xFE}

// talker turns frames of PCM into RTP packets. Its clock counts samples. Only one goroutine may use it.
type talker struct {
	sink bot.TrackSink
	enc  *audio.Encoder
	pcm  []float32
	raw  []byte
	ssrc uint32
	time uint32
	seq  uint16
	// quiet counts the silent frames since the last sound.
	quiet int
}

func newTalker(sink bot.TrackSink) (*talker, error) {
	enc, err := audio.NewEncoder(audio.EncoderConfig{Bitrate: bitrate})
	if err != nil {
		return nil, fmt.Errorf("encode the sound: %w", err)
	}
	//nolint:gosec // RFC 3550: random numbers that only have to differ
	return &talker{
		sink: sink, enc: enc, pcm: make([]float32, frameSamples), ssrc: rand.Uint32(), time: rand.Uint32(), seq: uint16(rand.Uint32()),
	}, nil
}

// say sends a frame.
func (t *talker) say(pcm []byte) error {
	t.quiet++
	for i := range t.pcm {
		x := int16(binary.LittleEndian.Uint16(pcm[2*i:])) //nolint:gosec // the sample's own bits
		if x > quietLevel || x < -quietLevel {
			t.quiet = 0
		}
		t.pcm[i] = float32(x) / 32768
	}
	opus, err := quietPacket, error(nil)
	if t.quiet <= quietFrames {
		opus, err = t.enc.Encode(t.pcm)
	}
	if err != nil {
		return fmt.Errorf("encode the sound: %w", err)
	}
	t.raw = audio.AppendRTPHeader(t.raw[:0], t.seq, t.time, t.ssrc)
	t.sink.Packet(append(t.raw, opus...), 0)
	t.seq++
	t.time += frameSamples
	return nil
}

// lose skips missing sound, which becomes a gap.
func (t *talker) lose(missing time.Duration) {
	n := min(missing, held) / frameTime
	t.seq += uint16(n)                 //nolint:gosec // 30 s at most
	t.time += uint32(n) * frameSamples //nolint:gosec // RFC 3550: it wraps
}
