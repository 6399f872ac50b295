package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Type is the type of a frame's message.
type Type uint16

// The types of messages that a listener sends or reads.
const (
	TypeVersion          Type = 0
	TypeVoice            Type = 1 // UDPTunnel: its body is a voice packet, not protobuf
	TypeAuthenticate     Type = 2
	TypePing             Type = 3
	TypeReject           Type = 4
	TypeServerSync       Type = 5
	TypeChannelRemove    Type = 6
	TypeChannelState     Type = 7
	TypeUserRemove       Type = 8
	TypeUserState        Type = 9
	TypeBanList          Type = 10
	TypeTextMessage      Type = 11
	TypePermissionDenied Type = 12
	TypeACL              Type = 13
	TypePermissionQuery  Type = 20
	TypeServerConfig     Type = 24
)

const (
	headerSize = 6
	// maxFrame is the largest body of a frame that Mumble itself accepts, in bytes.
	maxFrame = 0x7fffff
	// maxMessage is the largest control message that is read. Larger ones hold pictures, which nobody looks at: they are skipped.
	maxMessage = 512 << 10
	// maxVoice is the largest voice packet that is read; Mumble's own are at most 1024 bytes.
	maxVoice = 2048
)

// The errors that the readers wrap.
var (
	// ErrOversize means that a frame is larger than Mumble allows: the stream can't be followed any more.
	ErrOversize = errors.New("a frame is larger than Mumble allows")
	// ErrMalformed means that a message or voice packet is not what its type says. The next frame may be fine.
	ErrMalformed = errors.New("malformed message")
)

// Reader reads frames. It holds at most one frame, of 512 KB. Not safe for concurrent use.
type Reader struct {
	from   io.Reader
	header [headerSize]byte
	body   []byte
	// Skipped counts the frames that were larger than a listener reads.
	Skipped int
}

// NewReader reads frames from a stream, which should be buffered.
func NewReader(r io.Reader) *Reader { return &Reader{from: r} }

// Next returns the next frame; its body is valid until the next call. Frames that no listener needs whole are skipped and counted.
// Errors are those of the stream, or wrap ErrOversize.
func (r *Reader) Next() (Type, []byte, error) {
	for {
		if _, err := io.ReadFull(r.from, r.header[:]); err != nil {
			return 0, nil, err //nolint:wrapcheck // the stream's own
		}
		t, n := Type(binary.BigEndian.Uint16(r.header[:])), binary.BigEndian.Uint32(r.header[2:])
		if n > maxFrame {
			return t, nil, fmt.Errorf("%w: %d bytes", ErrOversize, n)
		}
		if n > mostOf(t) {
			r.Skipped++
			if _, err := io.CopyN(io.Discard, r.from, int64(n)); err != nil {
				return t, nil, err //nolint:wrapcheck // the stream's own
			}
			continue
		}
		body, err := r.read(int(n))
		return t, body, err
	}
}

func mostOf(t Type) uint32 {
	if t == TypeVoice {
		return maxVoice
	}
	return maxMessage
}

// read reads a body. Memory grows with what has come, not with what was announced.
func (r *Reader) read(n int) ([]byte, error) {
	const step = 16 << 10
	r.body = r.body[:0]
	for len(r.body) < n {
		from := len(r.body)
		to := min(n, from+step)
		if cap(r.body) < to {
			r.body = append(r.body, make([]byte, to-from)...)
		}
		r.body = r.body[:to]
		if _, err := io.ReadFull(r.from, r.body[from:]); err != nil {
			return nil, err //nolint:wrapcheck // the stream's own
		}
	}
	return r.body, nil
}

// Append adds a frame to b.
func Append(b []byte, t Type, body []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(t))
	b = binary.BigEndian.AppendUint32(b, uint32(len(body))) //nolint:gosec // our own messages are short
	return append(b, body...)
}
