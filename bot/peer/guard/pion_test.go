//go:build !race

package guard

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun"
	"github.com/pion/turn/v2"
)

// pionSTUN makes pion parse what it may parse of a packet. Like those of its ICE agent, the copies end where the packet ends.
func pionSTUN(b []byte) {
	m := &stun.Message{Raw: append(make([]byte, 0, len(b)), b...)}
	if m.Decode() != nil {
		return
	}
	for _, kind := range []stun.AttrType{stun.AttrXORMappedAddress, stun.AttrXORPeerAddress, stun.AttrXORRelayedAddress} {
		_ = new(stun.XORMappedAddress).GetFromAs(m, kind)
	}
	for _, kind := range []stun.AttrType{stun.AttrMappedAddress, stun.AttrAlternateServer, stun.AttrResponseOrigin, stun.AttrOtherAddress} {
		_ = new(stun.MappedAddress).GetFromAs(m, kind)
	}
	for _, g := range []stun.Getter{
		&stun.ErrorCodeAttribute{}, &stun.UnknownAttributes{}, &stun.Username{}, &stun.Realm{}, &stun.Nonce{}, &stun.Software{},
	} {
		_ = g.GetFrom(m)
	}
	_ = stun.MessageIntegrity("password").Check(m)
	_ = stun.Fingerprint.Check(m)
	_ = m.String()
}

// server responds to a TURN client: first with a request for credentials, then with the packet under test.
type server struct {
	net.PacketConn // not used
	client         *turn.Client
	answers        [][]byte
}

func (s *server) LocalAddr() net.Addr { return &net.UDPAddr{} }
func (s *server) Close() error        { return nil }

// WriteTo receives the client's request.
func (s *server) WriteTo(b []byte, to net.Addr) (int, error) {
	if len(s.answers) > 0 {
		answer := append([]byte{}, s.answers[0]...)
		s.answers = s.answers[1:]
		copy(answer[8:stunHeader], b[8:stunHeader])
		go func() { _, _ = s.client.HandleInbound(answer, to) }()
	}
	return len(b), nil
}

// pionTURN makes pion's TURN client parse a packet, as the response to its request if it is one.
func pionTURN(t *testing.T, b []byte) {
	t.Helper()
	s := &server{}
	c, err := turn.NewClient(&turn.ClientConfig{Conn: s, TURNServerAddr: "127.0.0.1:3478", Username: "u", Password: "p", RTO: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.client = c
	if len(b) < stunHeader || b[0] != 1 { // not a response
		_, _ = c.HandleInbound(append(make([]byte, 0, len(b)), b...), &net.UDPAddr{})
		return
	}
	s.answers = [][]byte{goodTURN()["who are you"], b}
	if relay, err := c.Allocate(); err == nil {
		_ = relay.Close()
	}
}

// feed passes to pion what passes the guard.
func feed(t *testing.T, b []byte) (passed bool) {
	t.Helper()
	peer, turned := checkPeer(b) == passes, checkTURN(b) == passes
	if peer {
		pionSTUN(b)
	}
	if turned {
		pionSTUN(b)
		pionTURN(t, b)
	}
	return peer || turned
}

func seeds() [][]byte {
	out := [][]byte{crash(), stunMessage(allocateSuccess, attr(attrLifetime, tenHours...), attr(attrXORRelayed)), cookieChannel()}
	for _, m := range []map[string][]byte{good(), goodTURN()} {
		for _, b := range m {
			out = append(out, b)
		}
	}
	return out
}

// FuzzPionTakesWhatPasses: no packet that passes makes pion panic.
func FuzzPionTakesWhatPasses(f *testing.F) {
	for _, b := range seeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { feed(t, b) })
}

const child = "EARSHOT_GUARD_CHILD"

// TestPionTakesWhatPasses tries 200,000 malformed packets in a separate process, which a panic in pion would end. That pion does panic
// without the guard shows that the test can fail.
func TestPionTakesWhatPasses(t *testing.T) {
	if testing.Short() {
		t.Skip("200 000 packets")
	}
	switch os.Getenv(child) {
	case "guarded":
		mutants(t, 200_000)
		return
	case "binding":
		pionSTUN(crash())
		return
	case "allocation":
		pionTURN(t, stunMessage(allocateSuccess, attr(attrLifetime, tenHours...), attr(attrXORRelayed)))
		return
	case "indication":
		pionTURN(t, stunMessage(dataIndication, attr(attrData, voice...), attr(attrXORPeerAddress)))
		return
	}
	for mode, dies := range map[string]bool{"guarded": false, "binding": true, "allocation": true, "indication": true} {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestPionTakesWhatPasses$", "-test.v")
		again.Env = append(os.Environ(), child+"="+mode)
		out, err := again.CombinedOutput()
		if (err != nil) != dies || dies && !strings.Contains(string(out), "slice bounds out of range") {
			t.Errorf("%s: %v\n%s", mode, err, out)
		}
	}
}

// mutants damages good packets slightly, in n ways.
func mutants(t *testing.T, n int) {
	t.Helper()
	r, all, passed := rand.New(rand.NewPCG(1, 2)), seeds(), 0
	for range n {
		b := append([]byte{}, all[r.IntN(len(all))]...)
		for range r.IntN(4) {
			b = mutate(r, b)
		}
		if feed(t, b) {
			passed++
		}
	}
	t.Logf("%d of %d passed", passed, n)
	if passed < n/10 {
		t.Errorf("only %d of %d passed: pion was hardly tried", passed, n)
	}
}

func mutate(r *rand.Rand, b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	switch at := r.IntN(len(b)); r.IntN(6) {
	case 0:
		b[at] = byte(r.Uint32())
	case 1:
		return b[:at]
	case 2:
		b[at] ^= 1 << r.IntN(8)
	case 3: // another attribute at the end of the message, often an empty address
		kinds := []uint16{
			attrXORMapped, attrXORPeerAddress, attrXORRelayed, attrMappedAddress, attrData, attrIntegrity, attrErrorCode, attrLifetime,
			uint16(r.Uint32()),
		}
		b = append(b, attr(kinds[r.IntN(len(kinds))], make([]byte, r.IntN(24))...)...)
	case 4: // a correct length
		if len(b) >= stunHeader {
			b[2], b[3] = byte((len(b)-stunHeader)>>8), byte(len(b)-stunHeader)
		}
	case 5:
		b[r.IntN(min(len(b), 24))] = byte(r.IntN(4))
	}
	return b
}
