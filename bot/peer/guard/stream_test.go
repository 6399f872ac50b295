package guard

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
)

// served is a connection from which the Reader's bytes are read.
type served struct {
	net.Conn
	io.Reader
}

func (s served) Read(b []byte) (int, error) { return s.Reader.Read(b) }

func TestAStreamGivesWholeMessagesThatPass(t *testing.T) {
	first, second := goodTURN()["allocated"], append(channel(0x4001, voice[:169]), 0, 0, 0)
	var in, want []byte
	long := channel(0x4002, make([]byte, 60_000))
	for _, b := range [][]byte{first, channel(0x4001, crash()), second, stunMessage(allocateSuccess), long, first} {
		in = append(in, b...)
	}
	want = append(append(append(want, first...), second...), first...)
	for name, r := range map[string]io.Reader{
		"at once": bytes.NewReader(in), "byte by byte": iotest.OneByteReader(bytes.NewReader(in)),
	} {
		g := &Guard{}
		got, err := io.ReadAll(newStream(served{Reader: r}, g))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, want %d, %v", name, len(got), len(want), err)
		}
		if g.Dropped(STUN) != 2 || g.Dropped(Long) != 1 {
			t.Errorf("%s: %d and %d were dropped", name, g.Dropped(STUN), g.Dropped(Long))
		}
	}
}

func TestAStreamThatIsNoTURNEnds(t *testing.T) {
	g := &Guard{}
	s := newStream(served{Reader: bytes.NewReader([]byte("220 mail.example ready\r\n"))}, g)
	for range 2 {
		if _, err := s.Read(make([]byte, 100)); !errors.Is(err, errNotTURN) {
			t.Errorf("%v", err)
		}
	}
	if g.Dropped(Unknown) != 1 {
		t.Errorf("%d were dropped", g.Dropped(Unknown))
	}
}

// FuzzStream: a stream returns only messages that pass, and ends.
func FuzzStream(f *testing.F) {
	for _, b := range goodTURN() {
		f.Add(append(b, b...))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s := newStream(served{Reader: bytes.NewReader(in)}, &Guard{})
		buf := make([]byte, channelHeader+maxDatagram)
		for {
			n, err := s.Read(buf)
			if err != nil {
				return
			}
			if checkTURN(buf[:n]) != passes {
				t.Fatalf("% x was given", buf[:n])
			}
		}
	})
}
