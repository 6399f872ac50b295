package web

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	// perAddress is how many connections one address may hold open; a proxy, configured or on this machine, speaks
	// for many people and may hold perProxy.
	perAddress = 128
	perProxy   = 4096
	// bodyWithin is how long a request's body may take to come.
	bodyWithin = 15 * time.Second
	// drained is how much of a body that the handler left unread is read before the answer, as net/http does on connections that stay open.
	drained = 256 << 10
)

// fairListener closes connections of an address that holds too many already, so that nobody can take all there are.
type fairListener struct {
	net.Listener
	proxies proxies

	mu   sync.Mutex
	held map[netip.Addr]int
}

func newFairListener(l net.Listener, p proxies) *fairListener {
	return &fairListener{Listener: l, proxies: p, held: map[netip.Addr]int{}}
}

// Accept implements net.Listener.
func (f *fairListener) Accept() (net.Conn, error) {
	for {
		c, err := f.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tcp, ok := c.RemoteAddr().(*net.TCPAddr)
		if !ok {
			return c, nil
		}
		from := tcp.AddrPort().Addr().Unmap()
		if f.take(from) {
			return &fairConn{Conn: c, gone: func() { f.leave(from) }}, nil
		}
		_ = c.Close()
	}
}

func (f *fairListener) take(from netip.Addr) bool {
	most := perAddress
	if from.IsLoopback() || f.proxies.has(from) {
		most = perProxy
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held[from] >= most {
		return false
	}
	f.held[from]++
	return true
}

func (f *fairListener) leave(from netip.Addr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held[from]--; f.held[from] <= 0 {
		delete(f.held, from)
	}
}

// fairConn gives its place back once.
type fairConn struct {
	net.Conn
	once sync.Once
	gone func()
}

// Close implements net.Conn.
func (c *fairConn) Close() error {
	c.once.Do(c.gone)
	return c.Conn.Close()
}

// promptBodies refuses bodies that take too long to come. Streams are answers and may last. A refusal waits for the body: on a connection
// that is closed after the answer, as those of proxies that speak HTTP/1.0 are, a client that is still sending would never see it.
func promptBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			control := http.NewResponseController(w)
			// A writer without deadlines is a test's.
			_ = control.SetReadDeadline(time.Now().Add(bodyWithin))
			// A copy: net/http looks at its own request's body to see whether the client was told to send it.
			r = r.WithContext(r.Context())
			r.Body = &promptBody{ReadCloser: r.Body, control: control}
		}
		next.ServeHTTP(w, r)
		if r.Header.Get("Expect") == "" { // with "100-continue", the client waits for the answer
			_, _ = io.CopyN(io.Discard, r.Body, drained) // what does not come is the client's affair
		}
	})
}

// promptBody takes the deadline away when all of the body has come: the answer may take longer.
type promptBody struct {
	io.ReadCloser
	control *http.ResponseController
	whole   bool
}

// Read implements io.Reader.
func (b *promptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF && !b.whole {
		b.whole = true
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
