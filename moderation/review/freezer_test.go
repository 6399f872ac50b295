package review

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// freezer is a proxy in front of a handler that can stop forwarding, like a failed network: connections stay open, and nothing
// arrives. Requests made meanwhile are forwarded afterwards, unless the client has given up. It can also be gone, like a service that was
// killed: all connections break.
type freezer struct {
	proxy http.Handler

	mu     sync.Mutex
	frozen chan struct{} // closed when it thaws; nil: it is not frozen
	gone   chan struct{} // closed while it is gone
}

func newFreezer(t *testing.T, h http.Handler) http.Handler {
	behind := httptest.NewServer(h)
	t.Cleanup(func() {
		behind.CloseClientConnections()
		behind.Close()
	})
	to, err := url.Parse(behind.URL)
	if err != nil {
		t.Fatal(err)
	}
	f := &freezer{gone: make(chan struct{})}
	f.proxy = &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		FlushInterval: -1,
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) {},
	}
	mux := http.NewServeMux()
	mux.Handle("/", f)
	mux.HandleFunc("POST /test/freeze", func(http.ResponseWriter, *http.Request) { f.freeze() })
	mux.HandleFunc("POST /test/thaw", func(http.ResponseWriter, *http.Request) { f.thaw() })
	mux.HandleFunc("POST /test/leave", func(http.ResponseWriter, *http.Request) { close(f.away()) })
	mux.HandleFunc("POST /test/return", func(http.ResponseWriter, *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.gone = make(chan struct{})
	})
	mux.Handle("/test/", h)
	return mux
}

func (f *freezer) freeze() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frozen = make(chan struct{})
}

func (f *freezer) thaw() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.frozen)
	f.frozen = nil
}

// away is closed while the service is gone.
func (f *freezer) away() chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gone
}

// pass waits while it is frozen.
func (f *freezer) pass(ctx context.Context) error {
	f.mu.Lock()
	frozen := f.frozen
	f.mu.Unlock()
	if frozen == nil {
		return nil
	}
	select {
	case <-frozen:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ServeHTTP forwards requests and each part of the answers while it is not frozen.
func (f *freezer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cut := context.WithCancel(r.Context())
	defer cut()
	r = r.WithContext(ctx)
	go func() {
		select {
		case <-f.away():
			cut()
		case <-ctx.Done():
		}
	}()
	body, err := io.ReadAll(r.Body) // that the client has given up is noticed from then on
	if err != nil || f.pass(ctx) != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.proxy.ServeHTTP(&coldWriter{w, f, ctx}, r)
	if ctx.Err() != nil {
		panic(http.ErrAbortHandler)
	}
}

type coldWriter struct {
	http.ResponseWriter
	f   *freezer
	ctx context.Context //nolint:containedctx // the request's, of which this is the answer
}

func (c *coldWriter) Write(b []byte) (int, error) {
	if err := c.f.pass(c.ctx); err != nil {
		return 0, err
	}
	return c.ResponseWriter.Write(b)
}

// Unwrap lets the proxy flush.
func (c *coldWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }
