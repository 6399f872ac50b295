package notify

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// However a forbidden address is written, no connection to it is made.
func TestFault29NoWayToForbiddenAddresses(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	client := newClient(guardedDial(false, fakeDNS(t)))
	for _, host := range []string{
		"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost",
		"169.254.169.254", "10.0.0.1", "0.0.0.0", "[fe80::1%25lo]", "inside.example", "rebinds.example", "mixed.example",
	} {
		target := Target{Kind: KindSlack, URL: "http://" + host + ":" + port + "/"}
		a := target.send(t.Context(), client, "id", message{Type: typeTest})
		if a.err == nil || strings.Contains(a.err.Error(), port) {
			t.Errorf("%s: %v", host, a.err)
		}
	}
	// The same guard lets the same addresses through when the target may be private: the test can fail.
	accepted := make(chan struct{})
	go func() {
		if c, err := l.Accept(); err == nil {
			_ = c.Close()
			close(accepted)
		}
	}()
	target := Target{Kind: KindSlack, URL: "http://inside.example:" + port + "/"}
	_ = target.send(t.Context(), newClient(guardedDial(true, fakeDNS(t))), "id", message{Type: typeTest})
	<-accepted
}

// A name that resolves to a public address when it is looked at and to this machine when it is connected to: the
// connection is what counts.
func TestFault29Rebinding(t *testing.T) {
	r := fakeDNS(t)
	first, err := r.LookupHost(t.Context(), "rebinds.example")
	if err != nil || len(first) != 1 || first[0] != "93.184.215.14" {
		t.Fatalf("at first: %v, %v", first, err)
	}
	_, err = guardedDial(false, r)(t.Context(), "tcp", "rebinds.example:1")
	if !errors.Is(err, errForbidden) {
		t.Errorf("then: %v", err)
	}
}

func TestClientTrustsNobody(t *testing.T) {
	c := newClient(nil)
	tr := c.Transport.(*http.Transport)
	if tr.Proxy != nil || c.Jar != nil || c.Timeout != tryTime || !tr.DisableKeepAlives || !tr.DisableCompression {
		t.Error("the client asks a proxy, keeps something or waits for ever")
	}
	if err := c.CheckRedirect(nil, nil); !errors.Is(err, http.ErrUseLastResponse) {
		t.Errorf("redirects: %v", err)
	}
}

// fakeDNS resolves names of example: inside to this machine, mixed to a private and a local address, rebinds to a public
// one at first and to this machine from then on. No other name is known.
func fakeDNS(t *testing.T) *net.Resolver {
	t.Helper()
	asked := 0
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe() // not a packet connection, so that messages have their length in front
		go func() {
			defer theirs.Close()
			var size [2]byte
			for {
				if _, err := io.ReadFull(theirs, size[:]); err != nil {
					return
				}
				query := make([]byte, binary.BigEndian.Uint16(size[:]))
				if _, err := io.ReadFull(theirs, query); err != nil {
					return
				}
				reply := answerDNS(query, &asked)
				if _, err := theirs.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
					return
				}
			}
		}()
		return ours, nil
	}}
}

func answerDNS(query []byte, asked *int) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	addrs := map[string][][4]byte{
		"inside.example.": {{127, 0, 0, 1}}, "mixed.example.": {{10, 0, 0, 1}, {127, 0, 0, 1}}, "rebinds.example.": {{127, 0, 0, 1}},
	}[q.Name.String()]
	if addrs == nil {
		m.RCode = dnsmessage.RCodeNameError
	}
	if q.Type == dnsmessage.TypeA {
		if q.Name.String() == "rebinds.example." {
			if *asked++; *asked == 1 {
				addrs = [][4]byte{{93, 184, 215, 14}}
			}
		}
		for _, a := range addrs {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: a},
			})
		}
	}
	reply, _ := m.Pack()
	return reply
}
