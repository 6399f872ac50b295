package guard

import (
	"net"
	"testing"
	"time"
)

// udp returns an unguarded socket on this machine.
func udp(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	return c
}

func send(t *testing.T, from net.PacketConn, to net.Addr, all ...[]byte) {
	t.Helper()
	for _, b := range all {
		if _, err := from.WriteTo(b, to); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSocketsOfICEAreGuarded(t *testing.T) {
	g := &Guard{}
	c, err := g.Net().ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	other := udp(t)
	buf := make([]byte, 1500)
	for i, read := range []func() (int, error){
		func() (int, error) { n, _, err := c.ReadFrom(buf); return n, err },
		func() (int, error) { return c.Read(buf) },
		func() (int, error) { n, _, err := c.ReadFromUDP(buf); return n, err },
		func() (int, error) { n, _, _, _, err := c.ReadMsgUDP(buf, nil); return n, err },
	} {
		send(t, other, c.LocalAddr(), crash(), voice)
		if n, err := read(); err != nil || n != len(voice) {
			t.Errorf("way %d: %d bytes, %v", i, n, err)
		}
		if got := g.Dropped(STUN); got != uint64(i)+1 {
			t.Errorf("way %d: %d were dropped", i, got)
		}
	}
}

func TestATURNClientHearsItsServerAlone(t *testing.T) {
	g := &Guard{}
	c, err := g.Net().ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	server, stranger := udp(t), udp(t)
	send(t, stranger, c.LocalAddr(), goodTURN()["data of a peer"])
	send(t, c, server.LocalAddr(), stunMessage(allocateRequest))
	answer := goodTURN()["allocated"]
	send(t, server, c.LocalAddr(), channel(0x4001, crash()), answer)
	n, from, err := c.ReadFrom(make([]byte, 1500))
	if err != nil || n != len(answer) || from.String() != server.LocalAddr().String() {
		t.Errorf("%d bytes of %v, %v", n, from, err)
	}
	if g.Dropped(Source) != 1 || g.Dropped(STUN) != 1 {
		t.Errorf("%d of strangers and %d malformed were dropped", g.Dropped(Source), g.Dropped(STUN))
	}
}

func TestOtherSocketsAreRefused(t *testing.T) {
	n := (&Guard{}).Net()
	for name, open := range map[string]func() error{
		"Dial": func() error { _, err := n.Dial("udp4", "127.0.0.1:9"); return err },
		"DialUDP": func() error {
			_, err := n.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9})
			return err
		},
		"DialTCP": func() error {
			_, err := n.DialTCP("tcp4", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9})
			return err
		},
		"ListenTCP":    func() error { _, err := n.ListenTCP("tcp4", &net.TCPAddr{}); return err },
		"CreateDialer": func() error { _, err := n.CreateDialer(&net.Dialer{}).Dial("udp4", "127.0.0.1:9"); return err },
	} {
		if err := open(); err == nil {
			t.Errorf("%s opened a socket", name)
		}
	}
}
