package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/pion/rtp"
)

// maxRTPPacket is the largest RTP packet accepted, in bytes: WebRTC senders do not exceed an Ethernet frame.
const maxRTPPacket = 1500

// The errors that ParsePacket wraps.
var (
	// ErrMalformed means that the data is not an RTP packet of version 2.
	ErrMalformed = errors.New("malformed RTP packet")
	// ErrPaddingOnly means that the packet has no payload. The Packet is valid otherwise: push it, so that its sequence
	// number does not count as lost.
	ErrPaddingOnly = errors.New("RTP packet holds padding only")
	// ErrOversize means that the packet is larger than any of a WebRTC sender.
	ErrOversize = errors.New("oversize RTP packet")
)

// Packet is one RTP packet of an Opus stream (RFC 3550, RFC 7587).
type Packet struct {
	SSRC uint32
	Seq  uint16
	// Timestamp is the media time of the first sample, at 48 kHz for any Opus bandwidth.
	Timestamp uint32
	// Payload is an Opus packet, owned by this Packet; empty for padding.
	Payload []byte
	// Level is the sender's audio level in -dBov (RFC 6464), 0 (loudest) to 127 (digital silence); valid if HasLevel.
	Level    uint8
	HasLevel bool
}

// AppendRTPHeader appends the fixed header of an RTP packet of Opus (RFC 3550, section 5.1): payload type 111, no extension. at is in
// 48 kHz. Connectors to rooms that send Opus without RTP begin their packets with it.
func AppendRTPHeader(b []byte, seq uint16, at, ssrc uint32) []byte {
	const version, payloadType = 2 << 6, 111
	b = append(b, version, payloadType)
	b = binary.BigEndian.AppendUint16(b, seq)
	b = binary.BigEndian.AppendUint32(b, at)
	return binary.BigEndian.AppendUint32(b, ssrc)
}

// ParsePacket parses an RTP packet. levelExtID is the negotiated id of the audio level header extension, 0 if none. The payload
// is a copy: raw may be reused at once. Errors wrap ErrMalformed, ErrPaddingOnly (whose packet is to be pushed nonetheless) or
// ErrOversize.
func ParsePacket(raw []byte, levelExtID uint8) (Packet, error) {
	if len(raw) > maxRTPPacket {
		return Packet{}, fmt.Errorf("%w: %d bytes", ErrOversize, len(raw))
	}
	if len(raw) == 0 || raw[0]>>6 != 2 {
		return Packet{}, fmt.Errorf("%w: %d bytes, not version 2", ErrMalformed, len(raw))
	}
	var h rtp.Header
	n, err := h.Unmarshal(raw)
	if err != nil {
		return Packet{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	body, err := stripPadding(raw[n:], h.Padding)
	if err != nil {
		return Packet{}, err
	}
	p := Packet{SSRC: h.SSRC, Seq: h.SequenceNumber, Timestamp: h.Timestamp}
	if levelExtID != 0 {
		if v := h.GetExtension(levelExtID); len(v) > 0 {
			// The top bit is the sender's voice activity flag; browsers set it in silence too.
			p.Level, p.HasLevel = v[0]&0x7f, true
		}
	}
	if len(body) == 0 {
		return p, ErrPaddingOnly
	}
	p.Payload = bytes.Clone(body)
	return p, nil
}

// stripPadding removes the padding that the last byte counts (RFC 3550, section 5.1).
func stripPadding(body []byte, padded bool) ([]byte, error) {
	if !padded {
		return body, nil
	}
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: padding without a length", ErrMalformed)
	}
	pad := int(body[len(body)-1])
	if pad == 0 || pad > len(body) {
		return nil, fmt.Errorf("%w: %d bytes of padding in %d", ErrMalformed, pad, len(body))
	}
	return body[:len(body)-pad], nil
}

// nearSeq unwraps the 16-bit sequence number v to the number closest to ref.
func nearSeq(ref int64, v uint16) int64 { return ref + int64(int16(v-uint16(ref))) }

// nearTimestamp unwraps the 32-bit timestamp v to the number closest to ref.
func nearTimestamp(ref int64, v uint32) int64 { return ref + int64(int32(v-uint32(ref))) }
