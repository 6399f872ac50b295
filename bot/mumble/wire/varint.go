package wire

import (
	"encoding/binary"
	"fmt"
)

// varint reads a number in Mumble's own variable-length encoding, which is not protobuf's: the leading ones of the first byte give
// the length; 0xF8 begins a negative number, 0xFC to 0xFF are -1 to -4. It returns how many bytes it took. The error wraps
// ErrMalformed.
func varint(b []byte) (v int64, n int, err error) {
	if len(b) == 0 {
		return 0, 0, fmt.Errorf("%w: no number", ErrMalformed)
	}
	first := b[0]
	if first&0xFC == 0xFC {
		return ^int64(first & 3), 1, nil
	}
	if first&0xFC == 0xF8 {
		v, n, err = varint(positive(b[1:]))
		return ^v, n + 1, err
	}
	var size int
	var bits byte
	switch {
	case first < 0x80:
		return int64(first), 1, nil
	case first < 0xC0:
		size, bits = 1, first&0x3F
	case first < 0xE0:
		size, bits = 2, first&0x1F
	case first < 0xF0:
		size, bits = 3, first&0x0F
	case first < 0xF4:
		size = 4
	default:
		size = 8
	}
	if len(b) <= size {
		return 0, 0, fmt.Errorf("%w: a number of %d bytes in %d", ErrMalformed, size+1, len(b))
	}
	var full [8]byte
	copy(full[8-size:], b[1:1+size])
	if size < 4 {
		full[7-size] = bits
	}
	return int64(binary.BigEndian.Uint64(full[:])), size + 1, nil //nolint:gosec // callers refuse negative numbers
}

// positive is what may follow the sign: another sign is nothing that anybody sends, and would nest without end.
func positive(b []byte) []byte {
	if len(b) > 0 && b[0] >= 0xF8 {
		return nil
	}
	return b
}

// appendVarint writes a number that is not negative.
func appendVarint(b []byte, v uint64) []byte {
	switch {
	case v < 0x80:
		return append(b, byte(v))
	case v < 0x4000:
		return append(b, byte(v>>8)|0x80, byte(v))
	case v < 0x200000:
		return append(b, byte(v>>16)|0xC0, byte(v>>8), byte(v))
	case v < 0x10000000:
		return append(b, byte(v>>24)|0xE0, byte(v>>16), byte(v>>8), byte(v))
	case v < 1<<32:
		return binary.BigEndian.AppendUint32(append(b, 0xF0), uint32(v))
	default:
		return binary.BigEndian.AppendUint64(append(b, 0xF4), v)
	}
}
