package guard

import (
	"encoding/binary"
	"testing"

	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// attr returns an attribute of a message, padded with zeros.
func attr(kind uint16, value ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, kind)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// stunMessage returns a message of the given type with these attributes.
func stunMessage(kind uint16, attributes ...[]byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, kind)
	b = binary.BigEndian.AppendUint16(b, 0)
	b = binary.BigEndian.AppendUint32(b, magicCookie)
	b = append(b, "a transactio"...)
	for _, a := range attributes {
		b = append(b, a...)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-stunHeader))
	return b
}

// channel returns ChannelData without padding.
func channel(number uint16, data []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, number)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

// of returns n bytes that begin with the given ones.
func of(n int, begin ...byte) []byte { return append(begin, make([]byte, n-len(begin))...) }

// Message types.
const (
	bindingRequest  = 0x0001
	bindingSuccess  = 0x0101
	bindingError    = 0x0111
	allocateRequest = 0x0003
	allocateSuccess = 0x0103
	allocateError   = 0x0113
	refreshSuccess  = 0x0104
	dataIndication  = 0x0017
	permitSuccess   = 0x0108
	bindSuccess     = 0x0109
	unheardOf       = 0x0555
)

var (
	v4       = []byte{0, 1, 0x21, 0x12, 1, 2, 3, 4}
	v6       = append([]byte{0, 2, 0x21, 0x12}, make([]byte, 16)...)
	tenHours = []byte{0, 0, 0x8c, 0xa0}
	voice    = of(172, 0x80, 111)
)

// good returns messages as they occur in a call, from peers and STUN servers.
func good() map[string][]byte {
	fingerprint, integrity := attr(attrFingerprint, 1, 2, 3, 4), attr(attrIntegrity, make([]byte, 20)...)
	return map[string][]byte{
		"binding request": stunMessage(bindingRequest,
			attr(attrUsername, []byte("abcd:efgh")...), attr(0xC057, 0, 1, 0, 0), attr(attrICEControlling, make([]byte, 8)...),
			attr(attrUseCandidate), attr(attrPriority, 1, 2, 3, 4), integrity, fingerprint),
		"binding success":     stunMessage(bindingSuccess, attr(attrXORMapped, v4...), attr(attrSoftware, []byte("x")...), fingerprint),
		"binding success, v6": stunMessage(bindingSuccess, attr(attrXORMapped, v6...)),
		"binding error":       stunMessage(bindingError, attr(attrErrorCode, []byte("\x00\x00\x04\x57Role Conflict")...)),
		"binding indication":  stunMessage(0x0011, fingerprint),
		"of a server by 3489": stunMessage(bindingSuccess,
			attr(attrMappedAddress, v4...), attr(attrSourceAddress, v4...), attr(attrChangedAddress, v4...), attr(attrXORMappedOld, v4...)),
		"binding, bare":        stunMessage(bindingRequest),
		"DTLS":                 of(60, 22, 0xfe, 0xff),
		"RTP":                  voice,
		"RTCP":                 of(28, 0x81, 200),
		"the longest datagram": of(maxDatagram, 0x80, 111),
	}
}

// goodTURN returns messages from a TURN server.
func goodTURN() map[string][]byte {
	peer, integrity := attr(attrXORPeerAddress, v4...), attr(attrIntegrity, make([]byte, 20)...)
	return map[string][]byte{
		"allocated": stunMessage(allocateSuccess,
			attr(attrXORRelayed, v4...), attr(attrXORMapped, v4...), attr(attrLifetime, tenHours...), integrity),
		"who are you": stunMessage(allocateError,
			attr(attrErrorCode, []byte("\x00\x00\x04\x01Unauthorized")...), attr(attrRealm, []byte("test")...), attr(attrNonce, []byte("abc")...)),
		"refreshed":            stunMessage(refreshSuccess, attr(attrLifetime, tenHours...)),
		"deallocated":          stunMessage(refreshSuccess, attr(attrLifetime, 0, 0, 0, 0)),
		"permitted":            stunMessage(permitSuccess),
		"channel bound":        stunMessage(bindSuccess),
		"data of a peer":       stunMessage(dataIndication, peer, attr(attrData, voice...)),
		"binding in data":      stunMessage(dataIndication, attr(attrData, good()["binding request"]...), peer),
		"channel data":         channel(0x4001, voice),
		"binding in a channel": channel(0x4001, good()["binding request"]),
		"padded channel data":  append(channel(0x4001, voice[:169]), 0, 0, 0),
	}
}

// crash returns a Binding response of 1280 bytes that ends in an empty XOR-MAPPED-ADDRESS: pion's agent reads a STUN server's response into
// a buffer of that size.
func crash() []byte {
	return stunMessage(bindingSuccess, attr(0x80AA, make([]byte, 1280-stunHeader-8)...), attr(attrXORMapped))
}
