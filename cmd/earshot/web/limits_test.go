package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
)

// dialFrom connects from one of this machine's addresses.
func dialFrom(t *testing.T, from, to string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: waittest.Patience}
	c, err := d.DialContext(t.Context(), "tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// serveForTest serves a handler as the program does.
func serveForTest(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- ServeWeb(ctx, l, nil, h, func() {}, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Log(err) // connections that the test holds open are cut
		}
	})
	return l.Addr().String()
}

// TestSlowHeadersAndBodiesHoldNobodyUp: 1000 connections that say a little and wait are cut off, and meanwhile a page is answered.
func TestSlowHeadersAndBodiesHoldNobodyUp(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for time limits")
	}
	t.Parallel()
	address := serveForTest(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
	}))
	const slow = 1000
	conns := make([]net.Conn, slow)
	for i := range conns {
		conns[i] = dialFrom(t, fmt.Sprintf("127.0.1.%d", 1+i/20), address)
		text := "GET / HTTP/1.1\r\nHost: x\r\nX-A: "
		if i%2 == 1 {
			text = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na"
		}
		if _, err := io.WriteString(conns[i], text); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	res, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Logf("a page took %v beside %d slow connections", time.Since(began).Round(time.Millisecond), slow)
	refused := 0
	for i, c := range conns {
		_ = c.SetReadDeadline(began.Add(waittest.Patience))
		b, err := io.ReadAll(c)
		if err != nil {
			t.Fatalf("slow connection %d is still open after %v: %v", i, time.Since(began), err)
		}
		if strings.Contains(string(b), " 408 ") {
			refused++
		}
	}
	if refused < slow/4 { // where even the headers came too late for a busy machine, nothing is answered
		t.Errorf("%d of %d slow bodies are answered by 408", refused, slow/2)
	}
}

// TestStreamsOutlastTheTimeForBodies: an answer to a request with a body may take longer than the body.
func TestStreamsOutlastTheTimeForBodies(t *testing.T) {
	body := &promptBody{ReadCloser: io.NopCloser(strings.NewReader("abc")), control: http.NewResponseController(&deadlines{})}
	if b, err := io.ReadAll(body); err != nil || string(b) != "abc" {
		t.Fatal(b, err)
	}
	w := &deadlines{}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("abc"))
	promptBodies(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) })).ServeHTTP(w, r)
	if len(w.set) != 2 || w.set[0].IsZero() || !w.set[1].IsZero() {
		t.Errorf("deadlines %v: want one, and none after the body", w.set)
	}
}

// deadlines is a writer that notes its read deadlines.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

func TestNoAddressHoldsAllConnections(t *testing.T) {
	f := newFairListener(nil, nil)
	one, two, here := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("127.0.0.1")
	for i := range perAddress {
		if !f.take(one) {
			t.Fatalf("refused after %d", i)
		}
	}
	if f.take(one) {
		t.Error("one address holds more than its share")
	}
	if !f.take(two) || !f.take(here) {
		t.Error("others are refused")
	}
	f.leave(one)
	if !f.take(one) {
		t.Error("a place that was given back is not given out again")
	}
	for range perAddress {
		f.leave(one)
	}
	if _, ok := f.held[one]; ok {
		t.Error("an address without connections is remembered")
	}
}

// TestRefusedConnectionsAreClosed goes over a real listener, whose share for this machine is taken.
func TestRefusedConnectionsAreClosed(t *testing.T) {
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := newFairListener(l, nil)
	f.held[netip.MustParseAddr("127.0.0.3")] = perProxy
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := f.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	refused := dialFrom(t, "127.0.0.3", l.Addr().String())
	_ = refused.SetReadDeadline(time.Now().Add(waittest.Patience))
	if _, err := bufio.NewReader(refused).ReadByte(); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("a connection too many is left open: %v", err)
	}
	dialFrom(t, "127.0.0.1", l.Addr().String())
	c := <-accepted
	_ = c.Close()
	_ = c.Close() // twice gives back one place
	f.mu.Lock()
	if n := f.held[netip.MustParseAddr("127.0.0.1")]; n != 0 {
		t.Errorf("%d places are held by nobody", n)
	}
	f.mu.Unlock()
	_ = l.Close()
	<-accepted
}

// TestAPortInUseIsRecognised: "earshot demo" then takes a free one.
func TestAPortInUseIsRecognised(t *testing.T) {
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Listen(t.Context(), l.Addr().String()); !errors.Is(err, syscall.EADDRINUSE) || models.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
}

// TestARefusalReachesAClientThatIsStillSending: the body comes after the handler has answered, on a connection that the client closes.
func TestARefusalReachesAClientThatIsStillSending(t *testing.T) {
	t.Parallel()
	refused := make(chan struct{}, 1)
	address := serveForTest(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		if r.Method == http.MethodPost {
			refused <- struct{}{}
		}
	}))
	c := dialFrom(t, "127.0.0.1", address)
	const chunk, chunks = 4 << 10, 32
	if _, err := fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", chunk*chunks); err != nil {
		t.Fatal(err)
	}
	<-refused
	for i := range chunks {
		if _, err := c.Write(make([]byte, chunk)); err != nil {
			t.Fatalf("part %d of the body: %v", i, err)
		}
		other, err := http.Get("http://" + address) // takes as long as closing the first connection would
		if err != nil {
			t.Fatal(err)
		}
		_ = other.Body.Close()
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("answered with %s", res.Status)
	}
}

// TestARefusalDoesNotWaitForABodyThatWaitsForIt: a client that asks whether it may send (RFC 9110, section 10.1.1) is refused at once.
func TestARefusalDoesNotWaitForABodyThatWaitsForIt(t *testing.T) {
	t.Parallel()
	address := serveForTest(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }))
	c := dialFrom(t, "127.0.0.1", address)
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if took := time.Since(began); res.StatusCode != http.StatusTooManyRequests || took >= bodyWithin {
		t.Errorf("answered with %s after %v", res.Status, took)
	}
}
