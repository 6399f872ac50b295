package peer

import (
	"encoding/binary"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v3"

	"earshot/bot/peer/guard"
)

// hostile is a STUN server that answers each request with a message of 1280 bytes that ends in an empty XOR-MAPPED-ADDRESS
// (GHSA-34rh-wp3j-6cxc), until the test ends.
func hostile(t *testing.T) (url string) {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 1500)
		for {
			_, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = c.WriteTo(emptyAddress(b), from)
		}
	}()
	t.Cleanup(func() { _ = c.Close(); <-done })
	return "stun:" + c.LocalAddr().String()
}

func emptyAddress(request []byte) []byte {
	const size, header = 1280, 20
	b := make([]byte, size)
	copy(b, []byte{1, 1})
	binary.BigEndian.PutUint16(b[2:], size-header)
	copy(b[4:header], request[4:header]) // cookie and transaction
	binary.BigEndian.PutUint16(b[header:], 0x80AA)
	binary.BigEndian.PutUint16(b[header+2:], size-header-8)
	binary.BigEndian.PutUint16(b[size-4:], 0x0020)
	return b
}

const hostileServer = "EARSHOT_PEER_HOSTILE"

// TestAHostileSTUNServerEndsNothing gathers candidates with such a server, in processes of their own. What pion does by
// itself shows that the message is the one that is meant.
func TestAHostileSTUNServerEndsNothing(t *testing.T) {
	switch mode, url, _ := strings.Cut(os.Getenv(hostileServer), " "); mode {
	case "guarded":
		gatherGuarded(t, url)
		return
	case "bare":
		gatherBare(t, url)
		return
	}
	url := hostile(t)
	for mode, dies := range map[string]bool{"guarded": false, "bare": true} {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAHostileSTUNServerEndsNothing$")
		again.Env = append(os.Environ(), hostileServer+"="+mode+" "+url)
		out, err := again.CombinedOutput()
		if (err != nil) != dies || dies && !strings.Contains(string(out), "panic: runtime error") {
			t.Errorf("%s: %v\n%s", mode, err, out)
		}
	}
}

// gatherGuarded uses the server as one that a room's server named.
func gatherGuarded(t *testing.T, url string) {
	t.Helper()
	g := &guard.Guard{}
	c, err := loopback(t, Config{Guard: g}).Receiver(Handler{}, ICEServer{URLs: []string{url}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.OfferWithin(t.Context(), time.Minute); err != nil {
		t.Error(err)
	}
	if g.Dropped(guard.STUN) == 0 {
		t.Error("nothing was dropped")
	}
}

func gatherBare(t *testing.T, url string) {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{ICEServers: []webrtc.ICEServer{{URLs: []string{url}}}})
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

// TestTheMuxIsGuarded: what anybody sends to the one port of a serving side is judged before it is looked at.
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
	for until := time.Now().Add(10 * time.Second); g.Dropped(guard.STUN) == 0; time.Sleep(time.Millisecond) {
		if _, err := c.Write(emptyAddress(make([]byte, 20))); err != nil || time.Now().After(until) {
			t.Fatalf("nothing is dropped: %v", err)
		}
	}
}
