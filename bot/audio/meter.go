package audio

import (
	"math"

	"earshot/bot/audio/sound"
)

// LevelMeter measures the level of Opus packets for the sender's audio level header extension (RFC 6464). It takes the packets
// of one track in order. Not safe for concurrent use.
type LevelMeter struct {
	dec *Decoder
	pcm [16000 * 120 / 1000]float32 // the longest packet
}

// NewLevelMeter returns a meter for one track.
func NewLevelMeter() (*LevelMeter, error) {
	dec, err := NewDecoder()
	if err != nil {
		return nil, err
	}
	return &LevelMeter{dec: dec}, nil
}

// Level returns a packet's level in -dBov, 0 (loudest) to 127 (silence); false if the packet can't be decoded.
func (m *LevelMeter) Level(opus []byte) (uint8, bool) {
	n, err := m.dec.Decode(opus, m.pcm[:])
	if err != nil {
		return 0, false
	}
	p := sound.Power(m.pcm[:n])
	if p < 1e-12 {
		return 127, true
	}
	return uint8(min(max(-10*math.Log10(p), 0), 127)), true
}
