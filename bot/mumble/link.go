package mumble

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"syscall"
	"time"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/bot/peer"
	"earshot/models"
	"earshot/models/ticks"
)

const (
	dialWithin  = 10 * time.Second
	writeWithin = 5 * time.Second
	pingEvery   = 4 * time.Second // servers cut off who is silent for 30 s
	silentFor   = 12 * time.Second
	readBuffer  = 16 << 10
)

var (
	errSilent = errors.New("mumble: the server has not answered for 12 s")
	errClosed = errors.New("mumble: the connection is closed")
)

// link is a connection to a server. Only one goroutine may call next; the other methods may be called from any goroutine.
type link struct {
	conn net.Conn
	in   *wire.Reader

	writing sync.Mutex // keeps requests in the order of pending

	mu      sync.Mutex
	stamp   uint64
	pending []request // in the order in which they were sent
	closed  bool
}

// request is a request that awaits its outcome. Servers handle messages in order, so a ping sent after a request is answered once the
// request has been carried out.
type request struct {
	stamp  uint64
	denied *wire.PermissionDenied
	// answer is called once, by the goroutine that calls next, with nil, the refusal, or errClosed.
	answer func(denied *wire.PermissionDenied, err error)
}

// way says how to reach a server.
type way struct {
	peer   *peer.Factory
	server string
	tls    *tls.Config
	from   net.IP // nil: any
	// reached, unless nil, is called when the connection has been accepted, before anything is sent.
	reached func()
}

func (w way) dial(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	dialer := w.peer.Dialer(dialWithin)
	if w.from != nil {
		dialer.LocalAddr = &net.TCPAddr{IP: w.from}
	}
	plain, err := dialer.DialContext(ctx, "tcp", w.server)
	if err != nil {
		err = peer.Unreachable(err, "check the host and port in the URL, and that the server runs")
		return nil, bot.Retry(models.EndFailedServer, fmt.Errorf("mumble: the server cannot be reached: %w", err))
	}
	if w.reached != nil {
		w.reached()
	}
	conn := tls.Client(plain, w.tls)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, handshake(err)
	}
	return &link{conn: conn, in: wire.NewReader(bufio.NewReaderSize(conn, readBuffer))}, nil
}

const hintPort = "check the port in the URL; Mumble's is 64738"

// handshake explains why the TLS handshake failed.
func handshake(err error) error {
	var end *bot.EndError
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &end):
		return err // the certificate's check said it
	case errors.As(err, &header):
		return models.WithHint(bot.End(models.EndDenied, errors.New("mumble: what answers there is not a Mumble server: it does not speak TLS")),
			hintPort)
	case errors.Is(err, syscall.ECONNRESET):
		return models.WithHint(bot.Retry(models.EndFailedServer, fmt.Errorf("mumble: the server cut the connection at once: %w", err)),
			"a server shuts an address out that connects too often (autoban, for five minutes as a rule) or that somebody banned")
	default:
		return bot.Retry(models.EndFailedServer, fmt.Errorf("mumble: no encrypted connection: %w", peer.Unreachable(err, hintPort)))
	}
}

// next returns the next message, whose body is valid until the next call. Answers to requests have been delivered by then.
func (l *link) next() (wire.Type, []byte, error) {
	t, body, err := l.in.Next()
	if err != nil {
		return t, nil, err
	}
	switch t {
	case wire.TypePing:
		if p, err := wire.ParsePing(body); err == nil {
			l.answered(p.Timestamp)
		}
	case wire.TypePermissionDenied:
		if d, err := wire.ParsePermissionDenied(body); err == nil {
			l.denied(d)
		}
	}
	return t, body, nil
}

// answered completes the request with the given ping timestamp and all earlier ones.
func (l *link) answered(stamp uint64) {
	for {
		l.mu.Lock()
		if len(l.pending) == 0 || l.pending[0].stamp > stamp {
			l.mu.Unlock()
			return
		}
		r := l.pending[0]
		l.pending = l.pending[1:]
		l.mu.Unlock()
		r.answer(r.denied, nil)
	}
}

// denied records that the server refused the oldest pending request.
func (l *link) denied(d wire.PermissionDenied) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) > 0 {
		l.pending[0].denied = &d
	}
}

// send sends frames and arranges for answer to be called once the server has carried them out.
func (l *link) send(frames []byte, answer func(*wire.PermissionDenied, error)) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return errClosed
	}
	l.stamp++
	stamp := l.stamp
	l.pending = append(l.pending, request{stamp: stamp, answer: answer})
	l.mu.Unlock()
	return l.write(wire.Append(frames, wire.TypePing, wire.Ping{Timestamp: stamp}.Append()))
}

// write sends frames. A caller to whom their order matters holds writing.
func (l *link) write(frames []byte) error {
	_ = l.conn.SetWriteDeadline(time.Now().Add(writeWithin))
	if _, err := l.conn.Write(frames); err != nil {
		return fmt.Errorf("mumble: sending: %w", err)
	}
	return nil
}

// ask sends frames and waits until the server has carried them out or refused them.
func (l *link) ask(ctx context.Context, frames []byte) (*wire.PermissionDenied, error) {
	type result struct {
		denied *wire.PermissionDenied
		err    error
	}
	done := make(chan result, 1)
	if err := l.send(frames, func(d *wire.PermissionDenied, err error) { done <- result{d, err} }); err != nil {
		return nil, err
	}
	select {
	case r := <-done:
		return r.denied, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// keep pings the server until the context ends, or returns why the server is considered gone.
func (l *link) keep(ctx context.Context) error {
	for range ticks.Every(ctx, pingEvery) {
		asking, cancel := context.WithTimeoutCause(ctx, silentFor, errSilent)
		_, err := l.ask(asking, nil)
		cancel()
		if err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// close closes the connection and fails all pending requests.
func (l *link) close() {
	l.mu.Lock()
	l.closed = true
	waiting := l.pending
	l.pending = nil
	l.mu.Unlock()
	_ = l.conn.Close()
	for _, r := range waiting {
		r.answer(nil, errClosed)
	}
}

// claimed is the client version that the bot announces: to clients older than 1.5, servers of all versions send voice in the same
// format, and through the TLS connection as long as no UDP packet arrives.
const claimed = 1<<16 | 3<<8 | 4

// greeting returns the first messages of a client.
func greeting(a wire.Authenticate) []byte {
	hello := wire.Append(nil, wire.TypeVersion, wire.Version{Number: claimed, Release: "Earshot", System: runtime.GOOS}.Append())
	return wire.Append(hello, wire.TypeAuthenticate, a.Append())
}
