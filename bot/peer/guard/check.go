package guard

import "encoding/binary"

const (
	// maxDatagram is the buffer of pion's ICE agent (its receiveMTU). A longer packet out of a TURN relay would end the
	// candidate that reads it.
	maxDatagram = 8192
	// minDTLS is a record's header (RFC 6347 section 4.1).
	minDTLS = 13
	// minRTP is the header of RTP (RFC 3550 section 5.1); the shortest SRTCP packet is longer.
	minRTP = 12
	// channelHeader is a channel number and a length (RFC 8656 section 12.4).
	channelHeader = 4
	// padding is to what STUN attributes, and ChannelData over TCP, are filled up.
	padding = 4
)

// checkPeer judges a datagram from a peer or a STUN server, with the ranges of RFC 7983: STUN bindings, DTLS, and RTP with
// RTCP. ZRTP and what belongs to TURN is not wanted there.
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

// checkTURN judges what a TURN server sends to its client: answers, and packets of peers, wrapped in a Data indication or
// in ChannelData. What is wrapped must pass checkPeer.
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

// checkChannel judges ChannelData. Over UDP the padding may be left out.
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
