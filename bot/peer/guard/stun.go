package guard

import "encoding/binary"

// The parts of a STUN message (RFC 8489 section 5), and the methods of RFC 8489 and RFC 8656 that are used here.
const (
	stunHeader      = 20
	attributeHeader = 4
	magicCookie     = 0x2112A442

	methodBinding          = 0x001
	methodAllocate         = 0x003
	methodRefresh          = 0x004
	methodData             = 0x007
	methodCreatePermission = 0x008
	methodChannelBind      = 0x009

	classIndication = 1
	classSuccess    = 2
	classError      = 3
)

// message is what callers need of a parsed STUN message.
type message struct {
	method, class uint16
	// peer, data and lifetime hold TURN attributes, the first of each: XOR-PEER-ADDRESS, DATA and LIFETIME.
	peer     bool
	data     []byte
	lifetime []byte
}

// looksSTUN reports whether a packet is STUN according to pion or RFC 7983. pion checks only the cookie, so an RTP packet with one
// particular timestamp, out of four billion, is STUN to it.
func looksSTUN(b []byte) bool {
	return b[0] < 4 || len(b) >= 8 && binary.BigEndian.Uint32(b[4:]) == magicCookie
}

// parseSTUN parses a message strictly: header, cookie and length must be valid, each attribute must lie within the message including its
// padding, and must have a size that its type allows.
func parseSTUN(b []byte) (message, bool) {
	if len(b) < stunHeader || b[0] >= 64 || len(b)%padding != 0 {
		return message{}, false
	}
	if int(binary.BigEndian.Uint16(b[2:])) != len(b)-stunHeader || binary.BigEndian.Uint32(b[4:]) != magicCookie {
		return message{}, false
	}
	t := binary.BigEndian.Uint16(b)
	m := message{method: t&0xf | t>>1&0x70 | t>>2&0xf80, class: t>>4&1 | t>>7&2}
	for rest := b[stunHeader:]; len(rest) > 0; {
		kind, value, left, ok := nextAttribute(rest)
		if !ok || kind == attrFingerprint && len(left) > 0 { // RFC 8489 section 14.7: it must be the last one
			return message{}, false
		}
		m.note(kind, value)
		rest = left
	}
	return m, true
}

// nextAttribute splits off the first attribute.
func nextAttribute(b []byte) (kind uint16, value, left []byte, ok bool) {
	if len(b) < attributeHeader {
		return 0, nil, nil, false
	}
	kind = binary.BigEndian.Uint16(b)
	n := int(binary.BigEndian.Uint16(b[2:]))
	b = b[attributeHeader:]
	padded := (n + padding - 1) / padding * padding
	if padded > len(b) || !fits(kind, b[:n]) {
		return 0, nil, nil, false
	}
	return kind, b[:n], b[padded:], true
}

// note keeps the first attribute of a type, which is the one that counts (RFC 8489 section 14).
func (m *message) note(kind uint16, value []byte) {
	switch {
	case kind == attrXORPeerAddress:
		m.peer = true
	case kind == attrData && m.data == nil:
		m.data = value
	case kind == attrLifetime && m.lifetime == nil:
		m.lifetime = value
	}
}

// minLifetime is the shortest lifetime of an allocation, in seconds, that is accepted: pion refreshes an allocation after half its
// lifetime, so 0 would make it send requests without pause. Servers grant 600 (RFC 8656 section 7.2).
const minLifetime = 20

// answersTURN reports whether a TURN server may send such a message to a client.
func (m message) answersTURN() bool {
	switch m.method {
	case methodData:
		return m.class == classIndication && m.peer && m.data != nil
	case methodAllocate:
		if m.class == classSuccess {
			return m.lifetime != nil && binary.BigEndian.Uint32(m.lifetime) >= minLifetime
		}
		return m.class == classError
	case methodRefresh, methodCreatePermission, methodChannelBind:
		return m.class == classSuccess || m.class == classError
	default:
		return false
	}
}
