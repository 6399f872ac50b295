// Package relaytest impairs what passes between a bot and its server, for tests: the packets of a UDP socket, and the
// connections of a TCP port.
package relaytest

import (
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v2"

	"earshot/bot/peer"
)

// Lose says of one packet whether it is lost. It is called from the socket's reading and writing goroutines.
type Lose func(packet []byte, inbound bool) bool

// Media loses what carries sound (RFC 7983: SRTP and SRTCP), so that connections live on in silence.
func Media(packet []byte, _ bool) bool {
	return len(packet) > 0 && packet[0] >= 128 && packet[0] <= 191
}

// UDP is a socket on the loopback interface that all connections of a Factory share. Its methods may be called from any
// goroutine.
type UDP struct {
	net.PacketConn
	mux  ice.UDPMux
	lose atomic.Pointer[Lose]
}

// NewUDP opens a socket, and makes a factory of connections through it.
func NewUDP() (*UDP, *peer.Factory, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, fmt.Errorf("relaytest: %w", err)
	}
	u := &UDP{PacketConn: conn}
	u.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: u})
	f, err := peer.New(peer.Config{Loopback: true, Mux: u.mux, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }})
	if err != nil {
		_ = u.End()
		return nil, nil, fmt.Errorf("relaytest: %w", err)
	}
	return u, f, nil
}

// Lose loses packets from now on, as the function says; nil loses none.
func (u *UDP) Lose(f Lose) {
	if f == nil {
		u.lose.Store(nil)
		return
	}
	u.lose.Store(&f)
}

// Drop loses every packet for a time from now on.
func (u *UDP) Drop(d time.Duration) {
	until := time.Now().Add(d)
	u.Lose(func([]byte, bool) bool { return time.Now().Before(until) })
}

func (u *UDP) lost(b []byte, inbound bool) bool {
	f := u.lose.Load()
	return f != nil && (*f)(b, inbound)
}

// ReadFrom implements net.PacketConn.
func (u *UDP) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := u.PacketConn.ReadFrom(b)
		if err != nil || !u.lost(b[:n], true) {
			return n, from, err
		}
	}
}

// WriteTo implements net.PacketConn.
func (u *UDP) WriteTo(b []byte, to net.Addr) (int, error) {
	if u.lost(b, false) {
		return len(b), nil
	}
	return u.PacketConn.WriteTo(b, to)
}

// End closes the socket and what the factory's connections share.
func (u *UDP) End() error { return u.mux.Close() }
