package audio

import (
	"errors"
	"fmt"
)

// maxOpusPacket is the longest duration of an Opus packet, 120 ms, in samples at 48 kHz (RFC 6716, section 3.2).
const maxOpusPacket = 5760

// ErrOpusPacket means that the data is not a well-formed Opus packet.
var ErrOpusPacket = errors.New("malformed Opus packet")

// silkFrames and celtFrames are frame durations by the low bits of the configuration, in samples at 48 kHz
// (RFC 6716, table 2).
var (
	silkFrames = [4]int{480, 960, 1920, 2880}
	celtFrames = [4]int{120, 240, 480, 960}
)

// frameDuration returns the duration of one frame of a packet with this TOC byte, in samples at 48 kHz.
func frameDuration(toc byte) int {
	switch c := toc >> 3; {
	case c < 12:
		return silkFrames[c&3]
	case c < 16:
		return silkFrames[c&1]
	default:
		return celtFrames[c&3]
	}
}

// PacketDuration returns the duration of an Opus packet in samples at 48 kHz. It reads the header only; the error wraps
// ErrOpusPacket.
func PacketDuration(payload []byte) (int, error) {
	if len(payload) == 0 {
		return 0, fmt.Errorf("%w: empty", ErrOpusPacket)
	}
	frames := 1
	switch payload[0] & 3 {
	case 1, 2:
		frames = 2
	case 3:
		if len(payload) < 2 {
			return 0, fmt.Errorf("%w: no frame count", ErrOpusPacket)
		}
		frames = int(payload[1] & 0x3f)
	}
	d := frames * frameDuration(payload[0])
	if d == 0 || d > maxOpusPacket {
		return 0, fmt.Errorf("%w: %d frames of %d samples", ErrOpusPacket, frames, frameDuration(payload[0]))
	}
	return d, nil
}

// isDTX reports whether a packet stands for silence: libopus then sends one or two bytes.
func isDTX(payload []byte) bool { return len(payload) <= 2 }

// hasFEC reports whether the packet carries a copy of the frame before it (LBRR, RFC 6716, section 4.2.3). The VAD and LBRR
// flags begin the first frame, each coded with a probability of one half, and are therefore its plain top bits.
func hasFEC(payload []byte) bool {
	if len(payload) < 2 || payload[0]>>3 >= 16 {
		return false
	}
	first, ok := firstFrame(payload)
	if !ok || len(first) == 0 {
		return false
	}
	n := max(1, frameDuration(payload[0])/960)
	fec := first[0]>>(7-n)&1 == 1
	if stereo := payload[0]&4 != 0; stereo {
		fec = fec || first[0]>>(6-2*n)&1 == 1
	}
	return fec
}

// firstFrame returns the packet from the start of its first frame on.
func firstFrame(payload []byte) ([]byte, bool) {
	skip := 1
	switch payload[0] & 3 {
	case 2:
		skip += lengthBytes(payload[1:])
	case 3:
		skip = 2
		if payload[1]&0x40 != 0 { // padding: its length is a run of 255s and one more byte
			for skip < len(payload) && payload[skip] == 255 {
				skip++
			}
			skip++
		}
		if payload[1]&0x80 != 0 { // frames of different sizes: all lengths but the last come first
			for range int(payload[1]&0x3f) - 1 {
				if skip >= len(payload) {
					return nil, false
				}
				skip += lengthBytes(payload[skip:])
			}
		}
	}
	if skip >= len(payload) {
		return nil, false
	}
	return payload[skip:], true
}

// lengthBytes returns the size of a frame length (RFC 6716, section 3.2.1).
func lengthBytes(b []byte) int {
	if len(b) > 0 && b[0] >= 252 {
		return 2
	}
	return 1
}
