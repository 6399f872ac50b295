package guard

import "encoding/binary"

const (
	// maxDatagram is the size of the buffer of pion's ICE agent (its receiveMTU). A longer packet from a TURN relay would end the candidate
	// that reads it.
	maxDatagram = 8192
	// minDTLS is the size of a DTLS record header (RFC 6347 section 4.1).
	minDTLS = 13
	// minRTP is the size of an RTP header (RFC 3550 section 5.1); the shortest SRTCP packet is longer.
	minRTP = 12
	// channelHeader is the size of a channel number and a length (RFC 8656 section 12.4).
	channelHeader = 4
	// padding is the multiple to which STUN attributes, and ChannelData over TCP, are padded.
	padding = 4
)

// checkPeer checks a datagram from a peer or a STUN server by the ranges of RFC 7983: it accepts STUN Binding messages, DTLS, RTP and RTCP.
// ZRTP and TURN are not expected there.
func checkPeer(b []byte) Reason {
	switch {
	case len(b) == 0:
		return Short
	case len(b) > maxDatagram:
		return Long
	case looksSTUN(b):
		if m, ok := parseSTUN(b); !ok || m.method != methodBinding {
			return STUN
		}
		return passes
	case b[0] >= 20 && b[0] <= 63:
		return atLeast(b, minDTLS)
	case b[0] >= 128 && b[0] <= 191:
		return atLeast(b, minRTP)
	default:
		return Unknown
	}
}

// checkTURN checks a message from a TURN server to its client: a response, or a peer's packet wrapped in a Data indication or in
// ChannelData. What is wrapped must pass checkPeer.
func checkTURN(b []byte) Reason {
	switch {
	case len(b) == 0:
		return Short
	case looksSTUN(b):
		return checkAnswer(b)
	case b[0] >= 64 && b[0] <= 79:
		return checkChannel(b)
	default:
		return Unknown
	}
}

func checkAnswer(b []byte) Reason {
	m, ok := parseSTUN(b)
	if !ok || !m.answersTURN() {
		return STUN
	}
	if m.method == methodData {
		return checkPeer(m.data)
	}
	return passes
}

// checkChannel checks ChannelData. Over UDP, it may lack padding.
func checkChannel(b []byte) Reason {
	if len(b) < channelHeader {
		return Short
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if over := len(b) - channelHeader - n; over < 0 || over >= padding {
		return TURN
	}
	return checkPeer(b[channelHeader : channelHeader+n])
}

func atLeast(b []byte, n int) Reason {
	if len(b) < n {
		return Short
	}
	return passes
}
