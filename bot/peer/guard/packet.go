package guard

import (
	"net"
	"net/netip"
	"sync"

	"github.com/pion/transport/v2"
)

// peerConn is a UDP socket for ICE: that of a host or server-reflexive candidate, or the port of a serving side.
type peerConn struct {
	transport.UDPConn
	g *Guard
}

// Read implements transport.UDPConn.
func (c peerConn) Read(b []byte) (int, error) {
	for {
		n, err := c.UDPConn.Read(b)
		if err != nil || c.g.pass(checkPeer(b[:n])) {
			return n, err
		}
	}
}

// ReadFrom implements transport.UDPConn.
func (c peerConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.UDPConn.ReadFrom(b)
		if err != nil || c.g.pass(checkPeer(b[:n])) {
			return n, from, err
		}
	}
}

// ReadFromUDP implements transport.UDPConn.
func (c peerConn) ReadFromUDP(b []byte) (int, *net.UDPAddr, error) {
	for {
		n, from, err := c.UDPConn.ReadFromUDP(b)
		if err != nil || c.g.pass(checkPeer(b[:n])) {
			return n, from, err
		}
	}
}

// ReadMsgUDP implements transport.UDPConn.
func (c peerConn) ReadMsgUDP(b, oob []byte) (n, oobn, flags int, from *net.UDPAddr, err error) {
	for {
		n, oobn, flags, from, err = c.UDPConn.ReadMsgUDP(b, oob)
		if err != nil || c.g.pass(checkPeer(b[:n])) {
			return n, oobn, flags, from, err
		}
	}
}

// turnConn is the UDP socket of a TURN client. It accepts packets only from addresses that it has written to: pion's client accepts them
// from anybody.
type turnConn struct {
	net.PacketConn
	g *Guard

	mu      sync.RWMutex
	servers map[netip.AddrPort]bool
}

// ReadFrom implements net.PacketConn.
func (c *turnConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.PacketConn.ReadFrom(b)
		if err != nil || c.g.pass(c.judge(b[:n], from)) {
			return n, from, err
		}
	}
}

func (c *turnConn) judge(b []byte, from net.Addr) Reason {
	c.mu.RLock()
	known := c.servers[addrPort(from)]
	c.mu.RUnlock()
	if !known {
		return Source
	}
	return checkTURN(b)
}

// WriteTo implements net.PacketConn.
func (c *turnConn) WriteTo(b []byte, to net.Addr) (int, error) {
	at := addrPort(to)
	c.mu.RLock()
	known := c.servers[at]
	c.mu.RUnlock()
	if !known {
		c.mu.Lock()
		c.servers[at] = true
		c.mu.Unlock()
	}
	return c.PacketConn.WriteTo(b, to)
}

// addrPort returns the address of a UDP socket, or the zero value for any other.
func addrPort(a net.Addr) netip.AddrPort {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := u.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}
