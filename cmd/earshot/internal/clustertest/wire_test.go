//go:build !race

package clustertest

import (
	"net"
	"sync"
	"testing"
)

// wire is the network between one process and the database. While it is cut nothing passes, in neither direction, and nobody is told;
// what was under way arrives when it is mended, as after retransmissions.
type wire struct {
	l    net.Listener
	link *link  // nil: it is on this machine
	to   string // a Unix socket

	mu    sync.Mutex
	whole chan struct{} // closed unless it is cut
}

// newWire lays a wire; apart: if this user may, by way of a network namespace.
func newWire(t *testing.T, to string, apart bool) *wire {
	t.Helper()
	w := &wire{to: to, whole: make(chan struct{})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if apart {
		if k, refused := newLink(t); refused != nil {
			t.Logf("no network namespace for the database: %v", refused)
		} else {
			_ = l.Close()
			w.link = k
			l, err = k.listen()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	w.l = l
	close(w.whole)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(c)
		}
	}()
	return w
}

func (w *wire) address() string { return w.l.Addr().String() }

// cut makes the wire silent until mend.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.whole = make(chan struct{})
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.whole)
}

// pass waits until the wire is whole.
func (w *wire) pass() {
	w.mu.Lock()
	whole := w.whole
	w.mu.Unlock()
	<-whole
}

func (w *wire) carry(c net.Conn) {
	w.pass()
	s, err := net.Dial("unix", w.to)
	if err != nil { // the server is not there: a connection is refused
		_ = c.Close()
		return
	}
	go w.pump(s, c)
	w.pump(c, s)
}

// pump passes on what comes from one end, until either ends.
func (w *wire) pump(to, from net.Conn) {
	defer func() { _ = to.Close() }()
	defer func() { _ = from.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		w.pass()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
