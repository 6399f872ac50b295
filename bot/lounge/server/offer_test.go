package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
)

const someOffer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
	"a=fingerprint:sha-256 AA:BB\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" +
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=setup:actpass\r\na=rtcp-mux\r\n" +
	"a=rtpmap:111 opus/48000/2\r\na=sendrecv\r\n"

func candidateLine(addr string, port int) string {
	return fmt.Sprintf("candidate:1 1 udp 2130706431 %s %d typ host", addr, port)
}

// TestReadOffer: of 900 candidates those are left that lead to who asks, 16 at most, wherever and however they are written.
func TestReadOffer(t *testing.T) {
	from := netip.MustParseAddr("203.0.113.7")
	many := strings.Builder{}
	for i := range 900 {
		many.WriteString("a=" + candidateLine("203.0.113.7", 2000+i) + "\r\n")
	}
	for _, tt := range []struct {
		name, sdp string
		want      int // candidates
		status    int
	}{
		{name: "none", sdp: someOffer},
		{name: "900 of who asks", sdp: someOffer + many.String(), want: mostCandidates},
		{name: "900 to others", sdp: someOffer + strings.ReplaceAll(many.String(), "203.0.113.7", "198.51.100.1")},
		{name: "outside of the section", sdp: strings.Replace(someOffer, "m=audio", "a="+candidateLine("203.0.113.7", 4000)+"\r\nm=audio", 1)},
		{name: "with bare line ends", sdp: strings.ReplaceAll(someOffer+many.String(), "\r\n", "\n"), want: mostCandidates},
		{name: "with lines ended by CR alone", sdp: someOffer + "a=x\ra=" + candidateLine("198.51.100.1", 4000) + "\r\n", status: 400},
		{name: "two sections", sdp: someOffer + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\n", status: 422},
		{name: "a second section behind CR alone", sdp: someOffer + "a=x\rm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\n", status: 400},
		{name: "video", sdp: strings.Replace(someOffer, "m=audio", "m=video", 1), status: 422},
		{name: "no Opus", sdp: strings.Replace(someOffer, "opus/48000/2", "PCMU/8000", 1), status: 422},
		{name: "no SDP", sdp: "hello", status: 400},
		{name: "broken", sdp: "v=0\r\nm=audio 9 X 111\r\n", status: 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, status, refusal := readOffer(tt.sdp, from)
			if status != tt.status || (refusal == "") != (tt.status == 0) {
				t.Fatalf("status %d %q, want %d", status, refusal, tt.status)
			}
			if got := strings.Count(o.sdp, "candidate:"); got != tt.want || o.candidates != tt.want {
				t.Errorf("%d candidates are left, %d counted, want %d", got, o.candidates, tt.want)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	for _, tt := range []struct {
		from, addr string
		port       int
		want       bool
	}{
		{"203.0.113.7", "203.0.113.7", 50000, true},
		{"203.0.113.7", "::ffff:203.0.113.7", 50000, true},
		{"203.0.113.7", "203.0.113.8", 50000, false},
		{"203.0.113.7", "203.0.113.7", 53, false},
		{"203.0.113.7", "127.0.0.1", 50000, false},
		{"203.0.113.7", "10.0.0.5", 50000, false},
		{"203.0.113.7", "169.254.169.254", 8080, false},
		{"203.0.113.7", "0.0.0.0", 50000, false},
		{"203.0.113.7", "224.0.0.1", 50000, false},
		{"203.0.113.7", "d0c2.local", 50000, false},
		{"2001:db8::7", "2001:db8::7", 50000, true},
		{"2001:db8::7", "2001:db8::8", 50000, false},
		{"fe80::7", "fe80::7", 50000, false},
		{"192.168.1.4", "192.168.1.4", 50000, true},
		{"192.168.1.4", "192.168.1.1", 50000, false},
		{"127.0.0.1", "127.0.0.1", 50000, true},
		{"127.0.0.1", "127.0.0.1", 70000, false},
	} {
		if got := reachable(candidateLine(tt.addr, tt.port), netip.MustParseAddr(tt.from)); got != tt.want {
			t.Errorf("a candidate %s port %d from %s: %v, want %v", tt.addr, tt.port, tt.from, got, tt.want)
		}
	}
	for _, c := range []string{
		"", "candidate:1 1 tcp 1 203.0.113.7 9999 typ host tcptype active", "candidate:1 1 udp 1 203.0.113.7",
		"candidate:1 1 udp 1 203.0.113.7 x typ host",
	} {
		if reachable(c, netip.MustParseAddr("203.0.113.7")) {
			t.Errorf("%q is reachable", c)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	r.RemoteAddr = "127.0.0.1:1"
	if !sender(r).IsLoopback() {
		t.Error("who asks from this machine is not known")
	}
	r.Header.Set("X-Forwarded-For", "203.0.113.7")
	if sender(r).IsValid() {
		t.Error("checks may be sent to the proxy on this machine")
	}
}

// FuzzReadOffer: whatever is written, an offer that is taken has one audio section and leads nowhere but to who asks.
func FuzzReadOffer(f *testing.F) {
	f.Add(someOffer)
	f.Add(someOffer + "a=" + candidateLine("203.0.113.7", 4000) + "\r\n")
	f.Add(someOffer + "a=x\ra=" + candidateLine("10.0.0.1", 4000) + "\r\n")
	from := netip.MustParseAddr("203.0.113.7")
	f.Fuzz(func(t *testing.T, s string) {
		o, _, refusal := readOffer(s, from)
		if refusal != "" {
			return
		}
		var d sdp.SessionDescription
		if err := d.Unmarshal([]byte(o.sdp)); err != nil {
			return // pion refuses it as well
		}
		if len(d.MediaDescriptions) != 1 {
			t.Errorf("%d sections", len(d.MediaDescriptions))
		}
		n := 0
		for _, m := range d.MediaDescriptions {
			for _, a := range m.Attributes {
				if a.IsICECandidate() {
					n++
					if !reachable(a.Value, from) {
						t.Errorf("a candidate to elsewhere is left: %q", a.Value)
					}
				}
			}
		}
		if n > mostCandidates {
			t.Errorf("%d candidates are left", n)
		}
	})
}

func FuzzCandidates(f *testing.F) {
	f.Add("a=mid:0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		if c := candidates(in); len(c) > 64 {
			t.Errorf("%d candidates", len(c))
		}
	})
}
