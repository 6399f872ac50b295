package guard

import (
	"testing"

	"github.com/pion/dtls/v2/pkg/protocol/handshake"
	"github.com/pion/dtls/v2/pkg/protocol/recordlayer"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// ecdhe is the key exchange of every cipher suite that pion/webrtc offers or accepts: types.KeyExchangeAlgorithmEcdhe, which is internal.
// With a pre-shared key in addition, pion panics on a short ServerKeyExchange (GHSA-wg4g-wm44-ch5j) or ClientKeyExchange.
const ecdhe = 4

// FuzzPionReadsMedia: the packets that the guard passes by their first bytes alone, DTLS, RTP and RTCP, make none of pion's parsers panic,
// neither those that run before decryption nor those after it.
func FuzzPionReadsMedia(f *testing.F) {
	f.Add(rtp12(0x90, 111))
	f.Add(rtp12(0xBF, 111))
	for kind := range byte(8) {
		f.Add(rtp12(0x81, 200+kind))
	}
	for kind := range byte(25) {
		f.Add(record(kind))
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		if checkPeer(b) != passes {
			return
		}
		var p rtp.Packet
		if p.Unmarshal(b) == nil {
			for _, id := range p.GetExtensionIDs() {
				p.GetExtension(id)
			}
			_, _ = p.Marshal()
		}
		_, _ = rtcp.Unmarshal(b)
		_, _ = recordlayer.UnpackDatagram(b)
		_ = new(recordlayer.RecordLayer).Unmarshal(b)
		if len(b) > recordlayer.HeaderSize {
			_ = (&handshake.Handshake{KeyExchangeAlgorithm: ecdhe}).Unmarshal(b[recordlayer.HeaderSize:])
		}
	})
}

// rtp12 returns an RTP or RTCP packet with room for headers and extensions.
func rtp12(first, second byte) []byte { return of(64, first, second, 0, 15) }

// record returns a DTLS record with one handshake message of the given type.
func record(kind byte) []byte {
	const body, header = 60, 12
	b := []byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, header + body}
	return append(append(b, kind, 0, 0, body, 0, 0, 0, 0, 0, 0, 0, body), make([]byte, body)...)
}
