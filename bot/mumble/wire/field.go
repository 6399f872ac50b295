package wire

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// value is the value of one field of a message: n of a varint, b of bytes, strings and messages.
type value struct {
	n uint64
	b []byte
}

// uint32 returns a number; one that is too large becomes the largest, which names nothing.
func (v value) uint32() uint32 { return uint32(min(v.n, math.MaxUint32)) } //nolint:gosec // bounded

func (v value) bool() bool { return v.n != 0 }

// text returns a string of at most so many bytes, as valid UTF-8.
func (v value) text(most int) string {
	b := v.b
	if len(b) > most {
		b = b[:most]
		for i := 0; i < utf8.UTFMax && len(b) > 0 && !utf8.Valid(b); i++ { // a rune may have been cut in two
			b = b[:len(b)-1]
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// fields calls visit for each field of a protobuf message, in order. Fixed-size fields are passed over. The error wraps ErrMalformed.
func fields(b []byte, visit func(num protowire.Number, v value)) error {
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return fmt.Errorf("%w: a field's tag", ErrMalformed)
		}
		b = b[n:]
		var v value
		switch kind {
		case protowire.VarintType:
			v.n, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			v.b, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(num, kind, b)
		}
		if n < 0 {
			return fmt.Errorf("%w: field %d", ErrMalformed, num)
		}
		b = b[n:]
		if kind == protowire.VarintType || kind == protowire.BytesType {
			visit(num, v)
		}
	}
	return nil
}

// numbers appends the numbers of a repeated field, packed or not. Beyond maxList they are dropped.
func numbers(to []uint32, v value) []uint32 {
	if v.b == nil {
		if len(to) < maxList {
			to = append(to, v.uint32())
		}
		return to
	}
	for b := v.b; len(b) > 0 && len(to) < maxList; {
		x, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return to
		}
		to, b = append(to, value{n: x}.uint32()), b[n:]
	}
	return to
}

// message is a protobuf message that is being written.
type message []byte

func (m message) uint(num protowire.Number, n uint64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, num, protowire.VarintType), n)
}

func (m message) bool(num protowire.Number, on bool) message {
	return m.uint(num, protowire.EncodeBool(on))
}

func (m message) bytes(num protowire.Number, b []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, num, protowire.BytesType), b)
}

func (m message) string(num protowire.Number, s string) message { return m.bytes(num, []byte(s)) }

func (m message) uints(num protowire.Number, all []uint32) message {
	for _, n := range all {
		m = m.uint(num, uint64(n))
	}
	return m
}

// optional adds the fields of a message that are set.
func (m message) optional(num protowire.Number, n *uint32) message {
	if n == nil {
		return m
	}
	return m.uint(num, uint64(*n))
}

func (m message) flag(num protowire.Number, on *bool) message {
	if on == nil {
		return m
	}
	return m.bool(num, *on)
}

func (m message) text(num protowire.Number, s *string) message {
	if s == nil {
		return m
	}
	return m.string(num, *s)
}
