package guard

import (
	"encoding/binary"
	"testing"
)

func TestWhatComesInACallPasses(t *testing.T) {
	for name, b := range good() {
		if got := checkPeer(b); got != passes {
			t.Errorf("%s: dropped as %v", name, got)
		}
	}
	for name, b := range goodTURN() {
		if got := checkTURN(b); got != passes {
			t.Errorf("%s: dropped as %v", name, got)
		}
	}
}

func TestWhatIsMalformedIsDropped(t *testing.T) {
	request := good()["binding request"]
	change := func(b []byte, at int, v byte) []byte {
		b = append([]byte{}, b...)
		b[at] = v
		return b
	}
	for _, tt := range []struct {
		name string
		b    []byte
		want Reason
	}{
		{"nothing", nil, Short},
		{"an empty XOR-MAPPED-ADDRESS at the end", crash(), STUN},
		{"an empty XOR-MAPPED-ADDRESS before the end", stunMessage(bindingSuccess, attr(attrXORMapped), attr(attrSoftware)), STUN},
		{"one byte of XOR-MAPPED-ADDRESS", stunMessage(bindingSuccess, attr(attrXORMapped, 0)), STUN},
		{"XOR-MAPPED-ADDRESS of the old number", stunMessage(bindingSuccess, attr(attrXORMappedOld)), STUN},
		{"an address of v4 that says it is v6", stunMessage(bindingSuccess, attr(attrXORMapped, change(v4, 1, 2)...)), STUN},
		{"an address of v6 that says it is v4", stunMessage(bindingSuccess, attr(attrXORMapped, change(v6, 1, 1)...)), STUN},
		{"a MAPPED-ADDRESS of 12 bytes", stunMessage(bindingSuccess, attr(attrMappedAddress, of(12, 0, 1)...)), STUN},
		{"an empty ALTERNATE-SERVER", stunMessage(bindingSuccess, attr(attrAlternateServer)), STUN},
		{"an empty RESPONSE-ORIGIN", stunMessage(bindingSuccess, attr(attrResponseOrigin)), STUN},
		{"an empty OTHER-ADDRESS", stunMessage(bindingSuccess, attr(attrOtherAddress)), STUN},
		{"a short MESSAGE-INTEGRITY", stunMessage(bindingRequest, attr(attrIntegrity, 1, 2, 3, 4)), STUN},
		{"a PRIORITY of 2 bytes", stunMessage(bindingRequest, attr(attrPriority, 1, 2)), STUN},
		{"a USE-CANDIDATE with a value", stunMessage(bindingRequest, attr(attrUseCandidate, 1)), STUN},
		{"an ICE-CONTROLLING of 4 bytes", stunMessage(bindingRequest, attr(attrICEControlling, 1, 2, 3, 4)), STUN},
		{"a short ERROR-CODE", stunMessage(bindingError, attr(attrErrorCode, 0, 0)), STUN},
		{"a USERNAME that is too long", stunMessage(bindingRequest, attr(attrUsername, make([]byte, 514)...)), STUN},
		{"a FINGERPRINT before the end", stunMessage(bindingRequest, attr(attrFingerprint, 1, 2, 3, 4), attr(attrUseCandidate)), STUN},
		{"half a header", request[:10], STUN},
		{"cut off", request[:len(request)-4], STUN},
		{"longer than it says", append(append([]byte{}, request...), 0, 0, 0, 0), STUN},
		{"an attribute beyond the end", change(request, stunHeader+3, 200), STUN},
		{"an attribute without its padding", change(stunMessage(bindingRequest, attr(0x80AA, 1, 2, 3, 4)), 23, 5), STUN},
		{"half an attribute header", append(change(stunMessage(bindingRequest), 3, 2), 0, 1), STUN},
		{"another cookie", change(request, 4, 0), STUN},
		{"a method that is not known", stunMessage(unheardOf), STUN},
		{"a method of TURN", goodTURN()["allocated"], STUN},
		{"a Data indication", goodTURN()["data of a peer"], STUN},
		{"RTP with the cookie for a timestamp", change(change(change(change(voice, 4, 0x21), 5, 0x12), 6, 0xa4), 7, 0x42), STUN},
		{"DTLS without its header", of(12, 22, 0xfe, 0xff), Short},
		{"RTP without its header", of(11, 0x80), Short},
		{"ChannelData", channel(0x4001, voice), Unknown},
		{"ZRTP", of(40, 16), Unknown},
		{"the first byte of nothing", of(40, 0xC0), Unknown},
		{"a datagram that pion cannot read", of(maxDatagram+1, 0x80), Long},
	} {
		if got := checkPeer(tt.b); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWhatATURNServerMayNotSendIsDropped(t *testing.T) {
	peer := attr(attrXORPeerAddress, v4...)
	for _, tt := range []struct {
		name string
		b    []byte
		want Reason
	}{
		{"nothing", nil, Short},
		{"an empty XOR-RELAYED-ADDRESS", stunMessage(allocateSuccess, attr(attrLifetime, tenHours...), attr(attrXORRelayed)), STUN},
		{"an allocation that ends at once", stunMessage(allocateSuccess, attr(attrXORRelayed, v4...), attr(attrLifetime, 0, 0, 0, 0)), STUN},
		{"an allocation without a lifetime", stunMessage(allocateSuccess, attr(attrXORRelayed, v4...)), STUN},
		{"a LIFETIME of 2 bytes", stunMessage(refreshSuccess, attr(attrLifetime, 1, 2)), STUN},
		{"a request", stunMessage(allocateRequest), STUN},
		{"a binding", good()["binding success"], STUN},
		{"data of nobody", stunMessage(dataIndication, attr(attrData, voice...)), STUN},
		{"data of an empty address", stunMessage(dataIndication, attr(attrData, voice...), attr(attrXORPeerAddress)), STUN},
		{"no data", stunMessage(dataIndication, peer), STUN},
		{"empty data", stunMessage(dataIndication, peer, attr(attrData)), Short},
		{"a crash in data", stunMessage(dataIndication, peer, attr(attrData, crash()...)), STUN},
		{"data in data", stunMessage(dataIndication, peer, attr(attrData, goodTURN()["data of a peer"]...)), STUN},
		{"a channel in data", stunMessage(dataIndication, peer, attr(attrData, channel(0x4001, voice)...)), Unknown},
		{"a crash in a channel", channel(0x4001, crash()), STUN},
		{"a channel in a channel", channel(0x4001, channel(0x4001, voice)), Unknown},
		{"an empty channel", channel(0x4001, nil), Short},
		{"half a channel header", []byte{0x40, 0, 0}, Short},
		{"a channel cut off", channel(0x4001, voice)[:100], TURN},
		{"more behind a channel", append(channel(0x4001, voice), 0, 0, 0, 0), TURN},
		{"ChannelData that pion takes for STUN", cookieChannel(), STUN},
		{"a long packet of a peer", channel(0x4001, of(maxDatagram+1, 0x80)), Long},
		{"RTP without a channel", voice, Unknown},
	} {
		if got := checkTURN(tt.b); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// cookieChannel returns ChannelData whose data begins with the magic cookie.
func cookieChannel() []byte {
	return channel(0x4001, binary.BigEndian.AppendUint32(nil, magicCookie))
}

// BenchmarkCheck measures the guard's cost per packet for audio, an ICE connectivity check, and relayed audio.
func BenchmarkCheck(b *testing.B) {
	for _, bb := range []struct {
		name  string
		check func([]byte) Reason
		b     []byte
	}{
		{"sound", checkPeer, voice}, {"binding", checkPeer, good()["binding request"]}, {"relayed", checkTURN, goodTURN()["channel data"]},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bb.check(bb.b)
			}
		})
	}
}
