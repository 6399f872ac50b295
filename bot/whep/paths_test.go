package whep_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun"

	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/peer"
)

// recorder is a WHEP endpoint in front of the tests' own, which keeps what it was asked.
type recorder struct {
	server
	links  map[string]string // method -> Link header
	mu2    sync.Mutex
	asked  []string
	frags  []string
	offers []string
	conns  []*peer.Conn
	posted sync.Once
	first  chan struct{} // closed at the first offer; nil: nobody waits for it
	dead   bool          // no candidate passes in either direction: no path is ever found
	news   chan struct{}
}

func (r *recorder) close() {
	for _, c := range r.conns {
		c.Close()
	}
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu2.Lock()
	r.asked = append(r.asked, q.Method)
	if l := r.links[q.Method]; l != "" {
		w.Header().Set("Link", l)
	}
	var body string
	if q.Method == http.MethodPatch || q.Method == http.MethodPost {
		b, _ := io.ReadAll(q.Body)
		body = string(b)
	}
	switch q.Method {
	case http.MethodPatch:
		if q.Header.Get("If-Match") == `"tag"` && q.Header.Get("Content-Type") == "application/trickle-ice-sdpfrag" {
			r.frags = append(r.frags, body)
		}
		close(r.news)
	case http.MethodPost:
		r.offers = append(r.offers, body)
		if r.first != nil {
			r.posted.Do(func() { close(r.first) })
		}
		w.Header().Set("ETag", `"tag"`)
	}
	r.mu2.Unlock()
	if q.Method == http.MethodPatch || q.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if !r.dead {
		q.Body = io.NopCloser(strings.NewReader(body))
		r.server.ServeHTTP(w, q)
	} else {
		q.Body = io.NopCloser(strings.NewReader(pathless(body)))
		rec := httptest.NewRecorder()
		r.server.ServeHTTP(rec, q)
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = io.WriteString(w, pathless(rec.Body.String()))
	}
	if q.Method == http.MethodPost {
		r.conns = append(r.conns, r.conn)
	}
}

// readTwice calls then once two answers to offers have been read.
type readTwice struct {
	*http.Transport
	then  func()
	posts int
}

// RoundTrip implements http.RoundTripper.
func (r *readTwice) RoundTrip(q *http.Request) (*http.Response, error) {
	resp, err := r.Transport.RoundTrip(q)
	if err != nil || q.Method != http.MethodPost {
		return resp, err
	}
	if r.posts++; r.posts == 2 {
		resp.Body = closing{resp.Body, r.then}
	}
	return resp, nil
}

// closing calls then when the body is closed.
type closing struct {
	io.ReadCloser
	then func()
}

// Close implements io.Closer.
func (c closing) Close() error { defer c.then(); return c.ReadCloser.Close() }

// pathless is SDP without candidates.
func pathless(sdp string) string {
	var b strings.Builder
	for _, line := range strings.SplitAfter(sdp, "\r\n") {
		if !strings.HasPrefix(line, "a=candidate") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// slowSTUN answers binding requests with a made-up address, from an event on.
func slowSTUN(t *testing.T, from <-chan struct{}) string {
	t.Helper()
	l, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	over := make(chan struct{})
	group.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, peer, err := l.ReadFrom(buf)
			if err != nil {
				return
			}
			m := &stun.Message{Raw: append([]byte(nil), buf[:n]...)}
			if m.Decode() != nil {
				continue
			}
			group.Go(func() {
				select {
				case <-from:
				case <-over:
					return
				}
				answer, err := stun.Build(m, stun.BindingSuccess, &stun.XORMappedAddress{IP: net.IPv4(127, 0, 0, 99), Port: 4999}, stun.Fingerprint)
				if err == nil {
					_, _ = l.WriteTo(answer.Raw, peer)
				}
			})
		}
	})
	t.Cleanup(func() { close(over); _ = l.Close(); group.Wait() })
	return "stun:" + l.LocalAddr().String()
}

// TestTrickle: the ICE servers of an OPTIONS answer are used, and an address that is found late reaches the server by
// PATCH, with the session's tag.
func TestTrickle(t *testing.T) {
	r := &recorder{server: server{t: t, wire: &wire{}}, news: make(chan struct{}), first: make(chan struct{})}
	r.links = map[string]string{http.MethodOptions: "<" + slowSTUN(t, r.first) + `>; rel="ice-server"`}
	web := httptest.NewServer(r)
	defer web.Close()
	client := (*peer.Factory)(nil).HTTPClient()
	defer client.CloseIdleConnections()
	l, err := bottest.Factory(t).Listen(t.Context(), peer.Endpoint{URL: web.URL + "/whep/x", Discover: true, Client: client}, nullSink{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { l.Close(); r.close() }()
	select {
	case <-r.news:
	case <-time.After(roomtest.Patience):
		t.Fatal("no PATCH came")
	}
	r.mu2.Lock()
	defer r.mu2.Unlock()
	if len(r.frags) != 1 || !strings.Contains(r.frags[0], " 127.0.0.99 4999 typ srflx") || !strings.Contains(r.frags[0], "a=ice-ufrag:") ||
		!strings.Contains(r.frags[0], "a=mid:0\r\n") {
		t.Errorf("fragments %q", r.frags)
	}
	if strings.Contains(r.offers[0], "srflx") || r.asked[0] != http.MethodOptions {
		t.Errorf("asked %v; offer with srflx: %v", r.asked, strings.Contains(r.offers[0], "srflx"))
	}
}

// TestLinksOfTheAnswer: when no path is found, the session is made again with the ICE servers that the answer named.
func TestLinksOfTheAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for real networks")
	}
	r := &recorder{server: server{t: t, wire: &wire{}}, news: make(chan struct{}), dead: true}
	now := make(chan struct{})
	close(now)
	r.links = map[string]string{http.MethodPost: "<" + slowSTUN(t, now) + `>; rel="ice-server"`}
	web := httptest.NewServer(r)
	defer web.Close()
	client := (*peer.Factory)(nil).HTTPClient()
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client.Transport = &readTwice{Transport: client.Transport.(*http.Transport), then: cancel}
	_, err := bottest.Factory(t).Listen(ctx, peer.Endpoint{URL: web.URL + "/whep/x", Client: client}, nullSink{})
	if err == nil {
		t.Fatal("a server without media was joined")
	}
	r.close()
	r.mu2.Lock()
	defer r.mu2.Unlock()
	if want := []string{"POST", "DELETE", "POST", "DELETE"}; !slices.Equal(r.asked, want) {
		t.Errorf("asked %v, want %v", r.asked, want)
	}
	if strings.Contains(r.offers[0], "srflx") || !strings.Contains(r.offers[1], " 127.0.0.99 4999 typ srflx") {
		t.Errorf("the second offer does not use the server's ICE servers")
	}
}

type nullSink struct{}

func (nullSink) Packet([]byte, uint8) {}
func (nullSink) End()                 {}
