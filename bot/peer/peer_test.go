package peer

import (
	"context"
	"errors"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func loopback(t *testing.T, c Config) *Factory {
	t.Helper()
	c.Loopback, c.IPFilter = true, func(ip net.IP) bool { return ip.IsLoopback() }
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestOffer: an offer contains only Opus at payload type 111 with FEC and NACK, the audio level, no mDNS name, and only addresses that are
// allowed.
func TestOffer(t *testing.T) {
	c, err := loopback(t, Config{PortMin: 41000, PortMax: 41099}).Receiver(Handler{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	offer, err := c.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "a=rtpmap:111 opus/48000/2\r\n", "a=fmtp:111 minptime=10;useinbandfec=1\r\n",
		"a=rtcp-fb:111 nack", "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=recvonly\r\n", " 127.0.0.1 410",
	} {
		if !strings.Contains(offer, want) {
			t.Errorf("the offer lacks %q", want)
		}
	}
	for _, line := range strings.Split(offer, "\r\n") {
		if strings.HasPrefix(line, "a=candidate:") && !strings.Contains(line, " 127.0.0.1 410") || strings.Contains(line, ".local") {
			t.Errorf("the offer tells %q", line)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	if _, err := New(Config{PortMin: 9, PortMax: 3}); err == nil {
		t.Error("ports from 9 to 3 were taken")
	}
	if _, err := NewMux(0, Config{IPFilter: func(net.IP) bool { return false }}); err == nil {
		t.Error("a mux without an address was made")
	}
	l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.LocalAddr().(*net.UDPAddr).Port
	if _, err := NewMux(taken, Config{Loopback: true, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }}); err == nil {
		t.Error("a port in use was taken")
	}
}

// answerOf returns the answer of a sender to a receiver's offer.
func answerOf(t *testing.T, receiver, sender *Conn) string {
	t.Helper()
	offer, err := receiver.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := sender.Accept(t.Context(), offer, true)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestNoPath: a peer that never responds to ICE leads to ErrNoPath with advice, in time, and Close leaves nothing behind (goleak).
func TestNoPath(t *testing.T) {
	a, err := loopback(t, Config{}).Receiver(Handler{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	track := &silent{}
	b, err := loopback(t, Config{}).Sender(track)
	if err != nil {
		t.Fatal(err)
	}
	answer := answerOf(t, a, b)
	b.Close()
	if err := a.Answer(answer); err != nil {
		t.Fatal(err)
	}
	err = a.Connected(t.Context(), 300*time.Millisecond)
	if !errors.Is(err, ErrNoPath) || models.Hint(err) == "" {
		t.Errorf("Connected = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Connected(ctx, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("Connected with an ended context = %v", err)
	}
	a.Close()
	if err := a.Wait(t.Context()); !errors.Is(err, ErrLost) {
		t.Errorf("Wait after Close = %v", err)
	}
	a.Close()
}

func TestParseLinks(t *testing.T) {
	for in, want := range map[string][]ICEServer{
		`<stun:stun.example.net>; rel="ice-server"`: {{URLs: []string{"stun:stun.example.net"}}},
		`<turn:t.example.net?transport=udp>; rel="ice-server"; username="u,;\"x"; credential="p=w"; credential-type="password"`: {
			{URLs: []string{"turn:t.example.net?transport=udp"}, Username: `u,;"x`, Credential: "p=w"},
		},
		`<stun:a>; rel=ice-server, <turns:b:443>; username="x"; rel="ice-server"`: {
			{URLs: []string{"stun:a"}}, {URLs: []string{"turns:b:443"}, Username: "x"},
		},
		`<https://example.net/>; rel="ice-server"`: nil,
		`<stun:a>; rel="next"`:                     nil,
		`<stun:a>`:                                 nil,
		`<>;rel=ice-server`:                        nil,
		``:                                         nil,
	} {
		if got := ParseLinks([]string{in}); !reflect.DeepEqual(got, want) {
			t.Errorf("ParseLinks(%q) = %+v, want %+v", in, got, want)
		}
	}
}

func FuzzParseLinks(f *testing.F) {
	f.Add(`<turn:t>; rel="ice-server"; username="u\"", <stun:s>`)
	f.Fuzz(func(t *testing.T, in string) {
		for _, s := range ParseLinks([]string{in}) {
			if len(s.URLs) != 1 || !strings.Contains(s.URLs[0], ":") {
				t.Errorf("ParseLinks(%q) = %+v", in, s)
			}
		}
	})
}

// TestTokenStaysHome: the token is sent only to the endpoint's own host, whatever Location says.
func TestTokenStaysHome(t *testing.T) {
	var seen []string
	client := &http.Client{Transport: trip(func(r *http.Request) *http.Response {
		seen = append(seen, r.Method+" "+r.URL.Host+" "+r.Header.Get("Authorization"))
		h := http.Header{"Content-Type": {"application/sdp"}, "Location": {"https://other.example/1"}}
		status := http.StatusCreated
		if r.Method == http.MethodDelete {
			status = http.StatusOK
		}
		return &http.Response{StatusCode: status, Header: h, Body: http.NoBody, Request: r}
	})}
	e := Endpoint{URL: "https://one.example/whep", Token: "secret", Client: client}
	if _, _, err := e.Post(t.Context(), "v=0"); !errors.Is(err, ErrProtocol) {
		t.Errorf("Post with an empty answer = %v", err)
	}
	want := []string{"POST one.example Bearer secret", "DELETE other.example "}
	if !reflect.DeepEqual(seen, want) {
		t.Errorf("requests %q, want %q", seen, want)
	}
}

type trip func(*http.Request) *http.Response

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func TestWithoutSSRC(t *testing.T) {
	in := "v=0\r\nm=audio 9 X 111\r\na=ssrc:1 cname:x\r\na=ssrc-group:FID 1 2\r\na=ssrc:1 msid:a b\r\na=mid:0\r\n"
	if got, want := withoutSSRC(in), "v=0\r\nm=audio 9 X 111\r\na=mid:0\r\n"; got != want {
		t.Errorf("got %q", got)
	}
}
