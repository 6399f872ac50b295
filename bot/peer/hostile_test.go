package peer

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v3"

	"earshot/bot/peer/guard"
	"earshot/models/waittest"
)

// hostile runs a server that responds to each request from a STUN or TURN client with a message that ends in an empty address
// (GHSA-34rh-wp3j-6cxc), until the test ends. It supports UDP, TCP, and TLS with the given certificate.
func hostile(t *testing.T, cert tls.Certificate) (urls map[string]string) {
	t.Helper()
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	closing := []io.Closer{udp}
	group.Go(func() {
		b := make([]byte, 1500)
		for {
			_, from, err := udp.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = udp.WriteTo(hostileAnswer(b), from)
		}
	})
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secure, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []net.Listener{tcp, secure} {
		closing = append(closing, l)
		group.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				group.Go(func() { hostileStream(c) })
			}
		})
	}
	t.Cleanup(func() {
		for _, c := range closing {
			_ = c.Close()
		}
		group.Wait()
	})
	_, secured, _ := net.SplitHostPort(secure.Addr().String())
	return map[string]string{
		"STUN":          "stun:" + udp.LocalAddr().String(),
		"TURN over UDP": "turn:" + udp.LocalAddr().String() + "?transport=udp",
		"TURN over TCP": "turn:" + tcp.Addr().String() + "?transport=tcp",
		"TURN over TLS": "turns:127.0.0.1:" + secured + "?transport=tcp",
	}
}

// hostileStream responds until the client is gone.
func hostileStream(c net.Conn) {
	defer c.Close()
	b := make([]byte, 1500)
	for {
		if _, err := c.Read(b); err != nil {
			return
		}
		if _, err := c.Write(hostileAnswer(b)); err != nil {
			return
		}
	}
}

// hostileAnswer responds to a Binding request at once, and to an Allocate request once the client has authenticated.
func hostileAnswer(request []byte) []byte {
	const username, allocate = 0x0006, 0x0003
	if binary.BigEndian.Uint16(request) != allocate {
		return emptyAddress(request)
	}
	head := func(kind byte, attributes ...byte) []byte {
		b := append([]byte{1, kind, 0, byte(len(attributes))}, request[4:20]...)
		return append(b, attributes...)
	}
	if !bytes.Contains(request[20:100], []byte{0, username, 0, 1, 'u'}) {
		return head(0x13, 0, 0x15, 0, 4, 'o', 'n', 'c', 'e', 0, 0x14, 0, 4, 'h', 'e', 'r', 'e', 0, 9, 0, 4, 0, 0, 4, 1)
	}
	return head(0x03, 0, 0x0D, 0, 4, 0, 0, 2, 0x58, 0, 0x16, 0, 0)
}

func emptyAddress(request []byte) []byte {
	const size, header = 1280, 20
	b := make([]byte, size)
	copy(b, []byte{1, 1})
	binary.BigEndian.PutUint16(b[2:], size-header)
	copy(b[4:header], request[4:header]) // cookie and transaction ID
	binary.BigEndian.PutUint16(b[header:], 0x80AA)
	binary.BigEndian.PutUint16(b[header+2:], size-header-8)
	binary.BigEndian.PutUint16(b[size-4:], 0x0020)
	return b
}

const hostileServer = "EARSHOT_PEER_HOSTILE"

// TestAHostileServerEndsNothing gathers candidates from such a server over each transport, in separate processes. That pion panics without
// the guard shows that the message is the right one.
func TestAHostileServerEndsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for real networks")
	}
	switch mode, url, _ := strings.Cut(os.Getenv(hostileServer), " "); mode {
	case "guarded":
		gatherGuarded(t, url)
		return
	case "bare":
		for range 3 { // pion may give a server up, see gatherGuarded
			gatherBare(t, url)
		}
		return
	}
	certFile, keyFile := certificate(t)
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, url := range hostile(t, cert) {
		for mode, dies := range map[string]bool{"guarded": false, "bare": true} {
			t.Run(name+", "+mode, func(t *testing.T) {
				t.Parallel()
				again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAHostileServerEndsNothing$")
				again.Env = append(os.Environ(), hostileServer+"="+mode+" "+url, "SSL_CERT_FILE="+certFile)
				out, err := again.CombinedOutput()
				if (err != nil) != dies || dies && !strings.Contains(string(out), "panic: runtime error") {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}

// gatherGuarded uses the server like one that a room's server named.
func gatherGuarded(t *testing.T, url string) {
	t.Helper()
	g := &guard.Guard{}
	f := loopback(t, Config{Guard: g})
	waittest.Until(t, "something is dropped", func() bool { // on a busy machine pion may give a server up before it has answered
		c, err := f.Receiver(Handler{}, ICEServer{URLs: []string{url}, Username: "u", Credential: "p"})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.OfferNow(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		return waittest.Holds(ctx, func() bool { return g.Dropped(guard.STUN) > 0 })
	})
}

func gatherBare(t *testing.T, url string) {
	t.Helper()
	server := webrtc.ICEServer{URLs: []string{url}, Username: "u", Credential: "p"}
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{ICEServers: []webrtc.ICEServer{server}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pc.CreateDataChannel("x", nil); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-done
}

// TestTheMuxIsGuarded: what anybody sends to the single port of a serving side is checked before it is parsed.
func TestTheMuxIsGuarded(t *testing.T) {
	g := &guard.Guard{}
	mux, err := NewMux(0, Config{Guard: g, Loopback: true, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }})
	if err != nil {
		t.Fatal(err)
	}
	defer mux.Close()
	c, err := net.Dial("udp4", mux.GetListenAddresses()[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	waittest.Until(t, "something is dropped", func() bool {
		if _, err := c.Write(emptyAddress(make([]byte, 20))); err != nil {
			t.Fatal(err)
		}
		return g.Dropped(guard.STUN) > 0
	})
}
