package guard

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/transport/v2"
	"github.com/pion/transport/v2/stdnet"
	"golang.org/x/net/proxy"
)

// errUnguarded refuses a kind of socket that pion could request but does not: it would not be guarded.
var errUnguarded = errors.New("sockets of this kind are not guarded and not opened")

// network is the network as pion sees it. Whatever it does not offer is refused.
type network struct {
	stdnet.Net // for name resolution; its list of interfaces is empty
	g          *Guard
}

// Net returns the network for pion to use. Each call lists the interfaces that exist at that moment.
func (g *Guard) Net() transport.Net { return &network{g: g} }

// ListenPacket implements transport.Net. pion opens the sockets of its TURN clients with it.
func (n *network) ListenPacket(network, address string) (net.PacketConn, error) {
	c, err := n.Net.ListenPacket(network, address)
	if err != nil {
		return nil, err
	}
	enlarge(c)
	return n.g.turn(c), nil
}

func (g *Guard) turn(c net.PacketConn) *turnConn {
	return &turnConn{PacketConn: c, g: g, servers: map[netip.AddrPort]bool{}}
}

// ListenUDP implements transport.Net. pion opens the sockets of host and server-reflexive candidates with it.
func (n *network) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	c, err := n.Net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	enlarge(c)
	return peerConn{c, n.g}, nil
}

// keptUnread is the receive buffer size of a socket, in bytes, for while the program gets no time to read it: over five seconds of three
// speakers. Linux's default holds one second, because each packet takes 1.3 kB there, and drops the rest.
const keptUnread = 1 << 20

// enlarge requests a larger receive buffer. A system with a lower limit (net.core.rmem_max on Linux) grants what it allows.
func enlarge(c any) {
	if x, ok := c.(interface{ SetReadBuffer(int) error }); ok {
		_ = x.SetReadBuffer(keptUnread)
	}
}

// Interfaces implements transport.Net.
func (n *network) Interfaces() ([]*transport.Interface, error) {
	now, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return now.Interfaces()
}

// InterfaceByIndex implements transport.Net.
func (n *network) InterfaceByIndex(i int) (*transport.Interface, error) {
	now, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return now.InterfaceByIndex(i)
}

// InterfaceByName implements transport.Net.
func (n *network) InterfaceByName(name string) (*transport.Interface, error) {
	now, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return now.InterfaceByName(name)
}

// ListenTCP implements transport.Net.
func (n *network) ListenTCP(string, *net.TCPAddr) (transport.TCPListener, error) {
	return nil, errUnguarded
}

// Dial implements transport.Net.
func (n *network) Dial(string, string) (net.Conn, error) { return nil, errUnguarded }

// DialUDP implements transport.Net.
func (n *network) DialUDP(string, *net.UDPAddr, *net.UDPAddr) (transport.UDPConn, error) {
	return nil, errUnguarded
}

// DialTCP implements transport.Net. TURN over TCP uses Dialer.
func (n *network) DialTCP(string, *net.TCPAddr, *net.TCPAddr) (transport.TCPConn, error) {
	return nil, errUnguarded
}

// CreateDialer implements transport.Net.
func (n *network) CreateDialer(*net.Dialer) transport.Dialer { return refuses{} }

type refuses struct{}

// Dial implements transport.Dialer.
func (refuses) Dial(string, string) (net.Conn, error) { return nil, errUnguarded }

// dialWithin limits connecting to a TURN server, and the TLS handshake, each.
const dialWithin = 5 * time.Second

// dialer connects to TURN servers over TCP, and over TLS if the address is in secure: pion's own TLS would sit between the socket and the
// messages, out of the guard's sight.
type dialer struct {
	g      *Guard
	secure map[string]bool
}

// Dialer returns a dialer with which an ICE agent connects to TURN servers. secure holds the addresses ("host:port") that use TLS.
func (g *Guard) Dialer(secure map[string]bool) proxy.Dialer { return dialer{g, secure} }

// Dial implements proxy.Dialer.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: dialWithin}).Dial(network, address)
	if err != nil {
		return nil, err
	}
	if !d.secure[address] {
		return newStream(c, d.g), nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialWithin)
	defer cancel()
	secure := tls.Client(c, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("TLS with %s: %w", address, err)
	}
	return newStream(secure, d.g), nil
}
