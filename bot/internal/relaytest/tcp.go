package relaytest

import (
	"fmt"
	"net"
	"sync"
)

// TCP passes connections on to an address. Its methods may be called from any goroutine.
type TCP struct {
	l      net.Listener
	target string
	group  sync.WaitGroup

	mu      sync.Mutex
	open    map[net.Conn]bool
	stalled chan struct{} // closed when what was held up goes on; nil: nothing is held up
}

// NewTCP listens on a free port of the loopback interface.
func NewTCP(target string) (*TCP, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		return nil, fmt.Errorf("relaytest: %w", err)
	}
	t := &TCP{l: l, target: target, open: map[net.Conn]bool{}}
	t.group.Go(t.accept)
	return t, nil
}

// Addr is where the relay listens, as host:port.
func (t *TCP) Addr() string { return t.l.Addr().String() }

// Stall holds everything up, or lets it go on.
func (t *TCP) Stall(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case on && t.stalled == nil:
		t.stalled = make(chan struct{})
	case !on && t.stalled != nil:
		close(t.stalled)
		t.stalled = nil
	}
}

// Cut breaks every connection.
func (t *TCP) Cut() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.open {
		_ = c.Close()
	}
}

// Close ends the relay with all its connections.
func (t *TCP) Close() {
	_ = t.l.Close()
	t.Stall(false)
	t.Cut()
	t.group.Wait()
}

func (t *TCP) accept() {
	for {
		in, err := t.l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp4", t.target) //nolint:noctx // this machine
		if err != nil {
			_ = in.Close()
			continue
		}
		t.mu.Lock()
		t.open[in], t.open[out] = true, true
		t.mu.Unlock()
		t.group.Go(func() { t.pass(in, out) })
		t.group.Go(func() { t.pass(out, in) })
	}
}

// pass copies until one side ends.
func (t *TCP) pass(to, from net.Conn) {
	defer t.drop(to)
	defer t.drop(from)
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		t.mu.Lock()
		wait := t.stalled
		t.mu.Unlock()
		if wait != nil {
			<-wait
		}
		if err != nil {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

func (t *TCP) drop(c net.Conn) {
	_ = c.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, c)
}
