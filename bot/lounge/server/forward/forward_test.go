package forward

import (
	"testing"

	"github.com/pion/rtp"
)

// page takes what a forward writes to one listener.
type page struct{ got []rtp.Packet }

func (p *page) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	p.got = append(p.got, rtp.Packet{Header: *h, Payload: append([]byte(nil), payload...)})
	return len(payload), nil
}
func (p *page) Write([]byte) (int, error) { return 0, nil }

func rtpBytes(t *testing.T, p rtp.Packet) []byte {
	t.Helper()
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestForward: padding and foreign extensions are not passed on, padding-only packets leave no hole, the audio level
// arrives under the listener's own id, and rubbish is dropped.
func TestForward(t *testing.T) {
	listener, plain := &page{}, &page{}
	f := New("x")
	f.out = []binding{{ssrc: 99, pt: 111, levelID: 4, stream: listener}, {ssrc: 98, pt: 109, stream: plain}}
	header := func(seq uint16, padding bool) rtp.Header {
		h := rtp.Header{
			Version: 2, PayloadType: 111, SequenceNumber: seq, Timestamp: uint32(seq) * 960, SSRC: 7, Padding: padding, Marker: seq == 1,
		}
		_ = h.SetExtension(1, []byte{0x80 | 33})
		_ = h.SetExtension(2, []byte{1, 2, 3})
		return h
	}
	f.Packet(rtpBytes(t, rtp.Packet{Header: header(1, true), Payload: []byte("one"), PaddingSize: 8}), 1)
	f.Packet(rtpBytes(t, rtp.Packet{Header: header(2, true), PaddingSize: 20}), 1)
	f.Packet([]byte{0x80, 111, 0}, 1)
	f.Packet(append(rtpBytes(t, rtp.Packet{Header: header(3, false)})[:12:12], 0), 1)
	f.Packet(nil, 1)
	f.Packet(rtpBytes(t, rtp.Packet{Header: header(3, false), Payload: []byte("three")}), 1)
	if len(listener.got) != 2 || len(plain.got) != 2 || f.dropped.Load() != 4 {
		t.Fatalf("%d and %d packets forwarded, %d dropped, want 2, 2 and 4", len(listener.got), len(plain.got), f.dropped.Load())
	}
	for i, want := range []struct {
		payload string
		seq     uint16
		ts      uint32
	}{{"one", 1, 960}, {"three", 2, 2880}} {
		p, q := listener.got[i], plain.got[i]
		if string(p.Payload) != want.payload || p.SequenceNumber != want.seq || p.Timestamp != want.ts || p.SSRC != 99 || p.PayloadType != 111 ||
			p.Padding {
			t.Errorf("packet %d: %+v", i, p)
		}
		if p.Marker != (i == 0) {
			t.Errorf("packet %d: marker %v", i, p.Marker)
		}
		if level := p.GetExtension(4); len(level) != 1 || level[0]&0x7f != 33 || len(p.GetExtensionIDs()) != 1 {
			t.Errorf("packet %d: extensions %v, level %v", i, p.GetExtensionIDs(), level)
		}
		if q.Extension || q.PayloadType != 109 || q.SSRC != 98 {
			t.Errorf("packet %d of the listener without levels: %+v", i, q.Header)
		}
	}
	if !f.Talking() {
		t.Error("a level of -33 dBov is not taken for talking")
	}
}

func TestQuietIsNotTalking(t *testing.T) {
	for name, send := range map[string]func(*Track, rtp.Header){
		"low level": func(f *Track, h rtp.Header) {
			_ = h.SetExtension(1, []byte{0x80 | 127})
			f.Packet(rtpBytes(t, rtp.Packet{Header: h, Payload: make([]byte, 80)}), 1)
		},
		"comfort noise": func(f *Track, h rtp.Header) {
			f.Packet(rtpBytes(t, rtp.Packet{Header: h, Payload: make([]byte, 3)}), 0)
		},
	} {
		f := New("x")
		if send(f, rtp.Header{Version: 2, PayloadType: 111}); f.Talking() {
			t.Errorf("%s is taken for talking", name)
		}
	}
}
