package wire

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Target is to whom somebody talks, as the server tells a listener.
type Target byte

// The targets. A shout goes to a channel, or to some of those in it; a whisper to single persons.
const (
	TargetRoom    Target = 0
	TargetShout   Target = 1
	TargetWhisper Target = 2
)

// Voice is one packet of somebody's voice.
type Voice struct {
	Target  Target
	Session uint32
	// Frame is the number of the packet's first 10 ms in the sender's count, which is not negative.
	Frame int64
	// Opus is the packet's sound, within the data that was read; it may be empty in the last packet.
	Opus []byte
	// Last marks the end of a talk.
	Last bool
}

const (
	codecOpus = 4      // of the first byte, in its upper three bits
	lastBit   = 0x2000 // of the length
	// maxFrames bounds the count of frames: nobody talks for a thousand years.
	maxFrames = 1 << 50
)

// ParseVoice reads a packet of the format that servers of every version send to a client older than 1.5, which a listener says it is.
// The error wraps ErrMalformed; a voice in another codec than Opus is one.
func ParseVoice(b []byte) (v Voice, err error) {
	if len(b) == 0 {
		return v, fmt.Errorf("%w: an empty voice packet", ErrMalformed)
	}
	if codec := b[0] >> 5; codec != codecOpus {
		return v, fmt.Errorf("%w: a voice packet of type %d, which is not Opus", ErrMalformed, codec)
	}
	v.Target, b = Target(b[0]&0x1F), b[1:]
	var head [3]int64 // session, frame, length
	for i := range head {
		var n int
		if head[i], n, err = varint(b); err != nil {
			return v, err
		}
		b = b[n:]
	}
	size := head[2] &^ lastBit
	if head[0] < 0 || head[0] > 1<<32-1 || head[1] < 0 || head[1] > maxFrames || size < 0 || size > int64(len(b)) {
		return v, fmt.Errorf("%w: a voice packet of session %d, frame %d, with %d of %d bytes", ErrMalformed, head[0], head[1], len(b), size)
	}
	v.Session, v.Frame, v.Last, v.Opus = uint32(head[0]), head[1], head[2]&lastBit != 0, b[:size]
	return v, nil
}

// ParseVoice15 reads a packet of the format of Mumble 1.5: a byte 0, then protobuf. The error wraps ErrMalformed.
func ParseVoice15(b []byte) (v Voice, err error) {
	if len(b) == 0 || b[0] != 0 {
		return v, fmt.Errorf("%w: no packet of audio", ErrMalformed)
	}
	frame := uint64(0)
	err = fields(b[1:], func(num protowire.Number, f value) {
		switch num {
		case 2:
			v.Target = Target(min(f.n, 0x1F)) //nolint:gosec // bounded
		case 3:
			v.Session = f.uint32()
		case 4:
			frame = f.n
		case 5:
			v.Opus = f.b
		case 16:
			v.Last = f.bool()
		}
	})
	if err == nil && frame > maxFrames {
		err = fmt.Errorf("%w: frame %d", ErrMalformed, frame)
	}
	v.Frame = int64(min(frame, maxFrames)) //nolint:gosec // bounded
	return v, err
}

// AppendVoice writes a packet as a client older than 1.5 sends it: without a session, which the server knows.
func AppendVoice(b []byte, v Voice) []byte {
	b = append(b, codecOpus<<5|byte(v.Target)&0x1F)
	b = appendVarint(b, uint64(v.Frame)) //nolint:gosec // not negative
	size := uint64(len(v.Opus))
	if v.Last {
		size |= lastBit
	}
	return append(appendVarint(b, size), v.Opus...)
}
