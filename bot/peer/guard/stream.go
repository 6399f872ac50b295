package guard

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// errNotTURN ends a connection, because the beginning of the next message is no longer known.
var errNotTURN = errors.New("the server speaks no TURN")

// stream is a connection to a TURN server over TCP or TLS. Read returns whole messages that passed, one at a time if the buffer is large
// enough. After an error it returns nothing more.
type stream struct {
	net.Conn
	g     *Guard
	in    *bufio.Reader
	frame [channelHeader + maxDatagram]byte
	rest  []byte // part of frame, not read yet
	err   error
}

func newStream(c net.Conn, g *Guard) *stream {
	return &stream{Conn: c, g: g, in: bufio.NewReaderSize(c, 16<<10)}
}

// Read implements net.Conn. Only one goroutine may call it.
func (s *stream) Read(b []byte) (int, error) {
	for len(s.rest) == 0 && s.err == nil {
		s.rest, s.err = s.next()
	}
	if s.err != nil {
		return 0, s.err
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// next reads a message. It returns nil if the message was dropped.
func (s *stream) next() ([]byte, error) {
	head, err := s.in.Peek(channelHeader)
	if err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint16(head[2:]))
	switch {
	case head[0] < 4 && n%padding == 0:
		n += stunHeader
	case head[0] >= 64 && head[0] <= 79:
		n = channelHeader + (n+padding-1)/padding*padding
	default:
		s.g.pass(Unknown)
		return nil, errNotTURN
	}
	if n > len(s.frame) {
		s.g.pass(Long)
		if _, err := s.in.Discard(n); err != nil {
			return nil, fmt.Errorf("a message of the TURN server: %w", err)
		}
		return nil, nil
	}
	if _, err := io.ReadFull(s.in, s.frame[:n]); err != nil {
		return nil, fmt.Errorf("a message of the TURN server: %w", err)
	}
	if !s.g.pass(checkTURN(s.frame[:n])) {
		return nil, nil
	}
	return s.frame[:n], nil
}
