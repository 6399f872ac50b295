package audio

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/pion/rtp"
)

// maxRTPPacket is the largest RTP packet taken, in bytes: more than an Ethernet frame carries did not come from a
// WebRTC sender.
const maxRTPPacket = 1500

// Why a packet was not taken. ParsePacket wraps them; the caller counts by errors.Is.
var (
	// ErrMalformed says the bytes are not an RTP packet of version 2.
	ErrMalformed = errors.New("malformed RTP packet")
	// ErrPaddingOnly says the packet carries no sound. Its Packet is valid but for the payload: pushing it tells the
	// track that its sequence number is not lost.
	ErrPaddingOnly = errors.New("RTP packet holds padding only")
	// ErrOversize says the packet is larger than any WebRTC sender makes.
	ErrOversize = errors.New("oversize RTP packet")
)

// Packet is one RTP packet of an Opus stream (RFC 3550, RFC 7587).
type Packet struct {
	SSRC uint32
	Seq  uint16
	// Timestamp is the media time of the first sample, at 48 kHz whatever the Opus bandwidth.
	Timestamp uint32
	// Payload is one Opus packet, owned by this Packet; empty for padding.
	Payload []byte
	// Level is the sender's audio level in -dBov (RFC 6464): 0 is the loudest, 127 is digital silence. It counts only
	// if HasLevel is set.
	Level    uint8
	HasLevel bool
}

// ParsePacket reads one RTP packet. levelExtID is the negotiated id of the audio-level header extension, 0 when there
// is none. The packet's payload is a copy: raw may be reused at once. The errors wrap ErrMalformed, ErrPaddingOnly or
// ErrOversize; see ErrPaddingOnly for what may still be done with that packet.
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
			// The top bit is the sender's own voice flag; browsers set it in silence too.
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

// nearSeq is the 16-bit sequence number v as the number closest to ref, so that numbers go on rising over wraps.
func nearSeq(ref int64, v uint16) int64 { return ref + int64(int16(v-uint16(ref))) }

// nearTimestamp is the 32-bit timestamp v as the number closest to ref.
func nearTimestamp(ref int64, v uint32) int64 { return ref + int64(int32(v-uint32(ref))) }
