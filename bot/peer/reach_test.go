package peer

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v3"
)

func TestAnAddressOutOfReachIsNotConnectedTo(t *testing.T) {
	called := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.URL.Path }))
	defer server.Close()
	t.Setenv("HTTP_PROXY", server.URL) // a proxy would connect in our place
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	f := newFactory(t)
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "127.1"} {
		for _, r := range []Reach{Public, Private, Anywhere} {
			client := f.Within(r).HTTPClient()
			res, err := client.Get("http://" + host + ":" + port + "/" + fmt.Sprint(r))
			if err == nil {
				_ = res.Body.Close()
			}
			client.CloseIdleConnections()
			if r == Public && !errors.Is(err, ErrOutOfReach) && err == nil {
				t.Errorf("%s was connected to: %v", host, err)
			}
			if r != Public && host == "127.0.0.1" && err != nil { // shows that the test can fail
				t.Errorf("%s with reach %d: %v", host, r, err)
			}
		}
	}
	close(called)
	for path := range called {
		if path == fmt.Sprint("/", int(Public)) {
			t.Error("a request arrived that was to go to public addresses alone")
		}
	}
}

func TestNoRedirectLeavesTheServer(t *testing.T) {
	var heard []string
	elsewhere := httptest.NewServer(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard = append(heard, r.Header.Get("Authorization")) }),
	)
	defer elsewhere.Close()
	status := http.StatusTemporaryRedirect
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/plain" { // the same host and port, but unencrypted
			http.Redirect(w, r, "http://"+r.Host+"/x", status)
			return
		}
		http.Redirect(w, r, elsewhere.URL, status)
	}))
	defer server.Close()
	f := newFactory(t)
	for _, reach := range []Reach{Anywhere, Private} {
		client := f.Within(reach).HTTPClient()
		client.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
		for _, path := range []string{"/", "/plain"} {
			e := Endpoint{URL: server.URL + path, Token: "hush", Client: client}
			if _, _, err := e.Post(t.Context(), "v=0"); err == nil || errors.Is(err, io.EOF) {
				t.Errorf("%s: %v", path, err)
			}
		}
		client.CloseIdleConnections()
	}
	if len(heard) > 0 {
		t.Errorf("the other server was sent %q", heard)
	}
}

func TestCandidatesOutOfReachAreLeftOut(t *testing.T) {
	const sdp = "v=0\r\na=candidate:1 1 udp 1 10.0.0.1 5000 typ host\r\na=candidate:2 1 udp 1 93.184.215.14 5000 typ host\r\n" +
		"a=candidate:3 1 udp 1 169.254.169.254 80 typ host\r\na=candidate:4 1 udp 1 x.local 80 typ host\r\na=mid:0\r\n"
	for r, want := range map[Reach]string{Anywhere: "1 2 3 4", Private: "1 2", Public: "2"} {
		var left []string
		for line := range strings.SplitSeq(r.judged(sdp), "\r\n") {
			if rest, ok := strings.CutPrefix(line, "a=candidate:"); ok {
				left = append(left, rest[:1])
			}
		}
		if got := strings.Join(left, " "); got != want || !strings.HasSuffix(r.judged(sdp), "a=mid:0\r\n") {
			t.Errorf("reach %d leaves %s, want %s", r, got, want)
		}
	}
	c, err := newFactory(t).Within(Public).Receiver(Handler{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.AddCandidate(webrtc.ICECandidateInit{Candidate: "candidate:1 1 udp 1 127.0.0.1 5000 typ host"}); err != nil {
		t.Errorf("one out of reach is passed over: %v", err)
	}
	if err := c.AddCandidate(webrtc.ICECandidateInit{Candidate: "candidate:1 1 udp 1 93.184.215.14 5000 typ host"}); err == nil {
		t.Error("one within reach came to the connection, which has no description yet")
	}
}

func TestNamedICEServersOutOfReachAreLeftOut(t *testing.T) {
	named := []ICEServer{{URLs: []string{
		"stun:127.0.0.1:3478", "turn:10.0.0.1:3478?transport=udp", "stun:localhost:3478", "turns:127.0.0.1:5349?transport=tcp",
		"stun:93.184.215.14:3478", "turns:turn.example:5349?transport=tcp", "nonsense", "stun:[::1]:3478",
	}}}
	for r, want := range map[Reach]string{
		Public: "stun:93.184.215.14:3478",
		Private: "stun:127.0.0.1:3478 turn:10.0.0.1:3478?transport=udp stun:127.0.0.1:3478 turns:127.0.0.1:5349?transport=tcp " +
			"stun:93.184.215.14:3478 stun:[::1]:3478",
		Anywhere: strings.Join(named[0].URLs, " "),
	} {
		var got []string
		for _, s := range r.servers(named) {
			got = append(got, s.URLs...)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("reach %d: %v, want %s", r, got, want)
		}
	}
}

func newFactory(t *testing.T) *Factory {
	t.Helper()
	f, err := New(Config{Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	if f.Dialer(time.Second).Timeout != time.Second {
		t.Fatal("the time is not kept")
	}
	return f
}
