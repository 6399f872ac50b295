package decoder

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// kind says what a frame means.
type kind uint8

const (
	kindHello kind = 1 + iota
	kindReady
	kindDecode
	kindCancel
	kindResult
	kindFailure
	kindEnd // the first invalid kind
)

const (
	version     = 1
	headerBytes = 12
	// The longest payloads: 30 s of sound with options to the child, a result of thousands of words to the parent.
	maxToChild  = 2 << 20
	maxToParent = 1 << 20
)

// errGarbage marks a violation of the protocol.
var errGarbage = errors.New("garbage on the pipe")

// frame is one message.
type frame struct {
	kind    kind
	id      uint32
	payload []byte
}

// newFrame begins a frame: the caller appends the payload, and seal writes its length.
func newFrame(k kind, id uint32, size int) []byte {
	b := make([]byte, headerBytes, headerBytes+size)
	b[0], b[1], b[2], b[3] = 'e', 's', version, byte(k)
	binary.LittleEndian.PutUint32(b[4:], id)
	return b
}

// seal completes a frame that newFrame began.
func seal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[8:], uint32(len(b)-headerBytes)) //nolint:gosec // a payload is a few MB
	return b
}

// readFrame reads one frame with a payload of at most limit bytes. It returns io.EOF if the pipe ended between two frames,
// errGarbage for anything else that is not a whole frame, or a read error. The caller owns the payload.
func readFrame(r io.Reader, limit int) (frame, error) {
	var h [headerBytes]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: half a header", errGarbage)
		}
		return frame{}, err
	}
	f := frame{kind: kind(h[3]), id: binary.LittleEndian.Uint32(h[4:])}
	size := binary.LittleEndian.Uint32(h[8:])
	switch {
	case h[0] != 'e' || h[1] != 's' || h[2] != version:
		return frame{}, fmt.Errorf("%w: no frame", errGarbage)
	case f.kind == 0 || f.kind >= kindEnd:
		return frame{}, fmt.Errorf("%w: kind %d", errGarbage, f.kind)
	case size > uint32(limit): //nolint:gosec // a positive constant
		return frame{}, fmt.Errorf("%w: %d bytes, at most %d", errGarbage, size, limit)
	}
	f.payload = make([]byte, size)
	if _, err := io.ReadFull(r, f.payload); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: %d bytes announced, the pipe ended before", errGarbage, size)
		}
		return frame{}, err
	}
	return f, nil
}
