package review

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
)

// TestCrowdIsNotHeldUpByASlowReader: 200 pages watch a session over HTTP, and one never reads. Each of the others gets every line
// when it is published; the slow one is disconnected.
func TestCrowdIsNotHeldUpByASlowReader(t *testing.T) {
	if testing.Short() {
		t.Skip("two hundred viewers")
	}
	const viewers, lines = 200, 30
	s := serve(t, room(), func(c *Config) {
		c.MaxWatchers, c.WatchersEach, c.Hub = viewers+1, viewers+1, events.NewHub(events.HubConfig{Buffer: 8})
	})
	ts := httptest.NewUnstartedServer(s)
	ts.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(4096) // so that who does not read is noticed soon
		return ctx
	}
	ts.Start()
	defer ts.Close()
	defer s.hub.Close()
	from := s.hub.Text(s.hub.Cursor())
	slow, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(ts.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if err := slow.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(slow, "GET /events/s1?after=%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", from); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var crowd sync.WaitGroup
	defer crowd.Wait()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	news := make(chan error, viewers*(lines+1)) // nobody waits to tell
	for range viewers {
		crowd.Go(func() { watchLines(ctx, transport, ts.URL+"/events/s1?after="+from, lines, news) })
	}
	waittest.Holds(ctx, func() bool { return s.hub.Watchers() > viewers })
	var longest time.Duration
	for i := range lines {
		u := reviewtest.Said("s1", 1000+i, "Ben", 60_000+int64(i), 61_000, fmt.Sprintf("line-%d %s", i, strings.Repeat("many words ", 100)))
		began := time.Now()
		s.hub.Publish(models.Event{SessionID: "s1", Utterance: &u})
		longest = max(longest, time.Since(began))
		for range viewers {
			if err := <-news; err != nil {
				t.Fatalf("line %d: %v", i, err)
			}
		}
	}
	if n := s.hub.Watchers(); n > viewers {
		t.Errorf("%d watch: the one who never reads is not let go, and the test proves little", n)
	}
	t.Logf("%d viewers got %d lines each; publishing took %v at the most", viewers, lines, longest)
}

// watchLines reads a stream until a number of lines have arrived, each once and in order, and reports each.
func watchLines(ctx context.Context, transport http.RoundTripper, url string, lines int, news chan<- error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		news <- err
		return
	}
	res, err := transport.RoundTrip(r)
	if err != nil {
		news <- err
		return
	}
	defer res.Body.Close()
	in := bufio.NewScanner(res.Body)
	in.Buffer(nil, 1<<20)
	for next := 0; next < lines; {
		if !in.Scan() {
			news <- fmt.Errorf("the stream ended: %w", in.Err())
			return
		}
		if !strings.Contains(in.Text(), "line-") {
			continue
		}
		var wrong error
		if !strings.Contains(in.Text(), fmt.Sprintf("line-%d ", next)) {
			wrong = fmt.Errorf("want line %d, got %.80q", next, in.Text())
		}
		news <- wrong
		next++
	}
}

// maxPageWeight is the maximum transfer size of a page with everything it needs, in bytes.
const maxPageWeight = 60_000

// TestPagesAreLight: a page with its script and style is small in transfer.
func TestPagesAreLight(t *testing.T) {
	s := serve(t, everyState(), nil)
	assets := 0
	for name, url := range assetsOf(t, s) {
		b := ask(t, s, "GET", url).Body.Bytes()
		n := packed(t, b)
		t.Logf("%s: %d bytes, %d on the way", name, len(b), n)
		assets += n
	}
	for _, path := range []string{"/", "/queue", "/s/s1", "/rules", "/health", "/search?q=name"} {
		b := ask(t, s, "GET", path).Body.Bytes()
		if n := packed(t, b) + assets; n > maxPageWeight {
			t.Errorf("%s: %d bytes with all it needs, want at most %d", path, n, maxPageWeight)
		}
	}
	if assets > 30<<10 {
		t.Errorf("script and style are %d bytes", assets)
	}
}

func packed(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.Copy(z, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
