package guard

import (
	"net"
	"testing"
	"time"
)

// TestABurstIsKept: packets that arrive while the machine is too busy to read them stay in the socket's buffer, which holds two seconds of
// three speakers. On Linux, a socket with the default buffer size holds 166 packets of this size, and one that asks for more holds at least
// twice as many, whatever the system's limit.
func TestABurstIsKept(t *testing.T) {
	const packets, size = 300, 200
	network := (&Guard{}).Net()
	peers, err := network.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	turn, err := network.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		socket net.PacketConn
		packet []byte
	}{
		"peers": {peers, of(size, 0x80, 111)}, "TURN": {turn, channel(0x4000, of(size-4, 0x80, 111))},
	} {
		from, err := net.Dial("udp4", x.socket.LocalAddr().String())
		if err == nil {
			_, err = x.socket.WriteTo(stunMessage(bindingRequest), from.LocalAddr()) // a TURN client listens to the servers that it has asked
		}
		if err != nil {
			t.Fatal(err)
		}
		for range packets {
			if _, err := from.Write(x.packet); err != nil {
				t.Fatal(err)
			}
		}
		_ = x.socket.SetReadDeadline(time.Now().Add(10 * time.Second))
		for i := range packets {
			if _, _, err := x.socket.ReadFrom(make([]byte, 2*size)); err != nil {
				t.Errorf("%s: %d of %d packets, %v", name, i, packets, err)
				break
			}
		}
		_, _ = from.Close(), x.socket.Close()
	}
}
