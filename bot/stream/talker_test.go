package stream

import (
	"encoding/binary"
	"testing"
)

// packets are the sizes of Opus packets.
type packets []int

func (p *packets) Packet(raw []byte, _ uint8) { *p = append(*p, len(raw)-12) } // after the RTP header

func (*packets) End() {}

// TestSilenceIsNoVoice: after half a second of silence, packets are so small that nobody counts as talking, and the next sound is encoded
// at once. Noise is no silence.
func TestSilenceIsNoVoice(t *testing.T) {
	var sizes packets
	talk, err := newTalker(&sizes)
	if err != nil {
		t.Fatal(err)
	}
	say := func(frames int, amplitude int16) (small int) {
		sizes = nil
		pcm := make([]byte, frameBytes)
		for n := range frames {
			for i := range frameSamples {
				x := int16(uint32(n*frameSamples+i)*2654435761>>16) % (amplitude + 1) //nolint:gosec // a hash
				binary.LittleEndian.PutUint16(pcm[2*i:], uint16(x))                   //nolint:gosec // the sample's own bits
			}
			if err := talk.say(pcm); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range sizes {
			if n <= 24 { // as package media counts
				small++
			}
		}
		return small
	}
	for _, tt := range []struct {
		what                   string
		frames                 int
		amplitude              int16
		fewestSmall, mostSmall int
	}{
		{"a voice", 50, 8000, 0, 0},
		{"noise", 50, 20, 0, 0},
		{"silence", 50, 0, 25, 50},
		{"nearly silence", 50, 3, 50, 50},
		{"noise again", 50, 20, 0, 0},
	} {
		if small := say(tt.frames, tt.amplitude); small < tt.fewestSmall || small > tt.mostSmall {
			t.Errorf("%s: %d of %d packets are small: %v", tt.what, small, tt.frames, sizes)
		}
	}
}
