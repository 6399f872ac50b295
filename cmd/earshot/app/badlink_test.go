package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot/audio/impairtest"
)

// badLink stands between a listener and the lounge. It passes signalling on, but directs the media of the listener to a relay of its
// own, which impairs the audio that comes back. STUN and DTLS pass unchanged.
type badLink struct {
	t     *testing.T
	bad   impairtest.Impairment
	mute  bool            // the listener's RTCP is lost
	ctx   context.Context //nolint:containedctx // of the test
	proxy *httptest.Server
	group sync.WaitGroup
}

// newBadLink listens until the test ends.
func newBadLink(t *testing.T, lounge string, bad impairtest.Impairment, mute bool) *badLink {
	t.Helper()
	b := &badLink{t: t, bad: bad, mute: mute}
	var stop context.CancelFunc
	b.ctx, stop = context.WithCancel(t.Context())
	pass := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: lounge})
	pass.FlushInterval = -1
	pass.ModifyResponse = b.answer
	transport := &http.Transport{}
	pass.Transport = transport
	pass.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	pass.ErrorLog = nil
	b.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = lounge
		switch r.Method {
		case http.MethodPatch: // trickled candidates would be a way past the relay
			w.WriteHeader(http.StatusNoContent)
			return
		case http.MethodPost:
			b.offer(r)
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		stop()
		b.group.Wait()
		transport.CloseIdleConnections()
		b.proxy.Close()
	})
	return b
}

// host is the address that the listener uses instead of that of the lounge.
func (b *badLink) host() string { return strings.TrimPrefix(b.proxy.URL, "http://") }

// offer removes the listener's own candidates: the lounge learns the relay's address from the packets that arrive from there.
func (b *badLink) offer(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Error(err)
	}
	var kept strings.Builder
	for line := range strings.Lines(string(body)) {
		if !strings.HasPrefix(line, "a=candidate:") {
			kept.WriteString(line)
		}
	}
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(kept.String())), int64(kept.Len())
}

// answer replaces the lounge's candidates with the relay.
func (b *badLink) answer(res *http.Response) error {
	if res.Header.Get("Content-Type") != "application/sdp" || res.StatusCode != http.StatusCreated {
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var out strings.Builder
	done := false
	for line := range strings.Lines(string(body)) {
		f := strings.Fields(line)
		if !strings.HasPrefix(line, "a=candidate:") {
			out.WriteString(line)
			continue
		}
		if done || len(f) < 6 || !strings.EqualFold(f[2], "udp") {
			continue
		}
		front, err := b.relay(net.JoinHostPort(f[4], f[5]))
		if err != nil {
			return err
		}
		f[4], f[5], done = front.IP.String(), fmt.Sprint(front.Port), true
		out.WriteString(strings.Join(f, " ") + "\r\n")
	}
	res.Body, res.ContentLength = io.NopCloser(strings.NewReader(out.String())), int64(out.Len())
	res.Header.Set("Content-Length", fmt.Sprint(out.Len()))
	return nil
}

// relay forwards to a media address and returns its near end. It is open until the test ends.
func (b *badLink) relay(to string) (*net.UDPAddr, error) {
	near, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	far, err := net.Dial("udp4", to)
	if err != nil {
		return nil, errors.Join(err, near.Close())
	}
	context.AfterFunc(b.ctx, func() { _, _ = near.Close(), far.Close() })
	var listener atomic.Pointer[net.UDPAddr]
	b.group.Go(func() {
		var buf [2048]byte
		for {
			n, from, err := near.ReadFromUDP(buf[:])
			if err != nil {
				return
			}
			listener.Store(from)
			if b.mute && n > 12 && buf[0]>>6 == 2 { // of the listener it can only be RTCP
				continue
			}
			_, _ = far.Write(buf[:n])
		}
	})
	b.group.Go(func() {
		speakers, began := sources{bad: b.bad, known: map[uint32]*source{}}, time.Now()
		var buf [2048]byte
		for {
			n, err := far.Read(buf[:])
			if err != nil {
				return
			}
			to := listener.Load()
			if to == nil {
				continue
			}
			packet := bytes.Clone(buf[:n])
			send := func() { _, _ = near.WriteToUDP(packet, to) }
			if !isSound(packet) {
				send()
				continue
			}
			now := time.Since(began)
			for _, at := range speakers.deliver(packet, now) {
				if at <= now {
					send()
				} else {
					time.AfterFunc(at-now, send)
				}
			}
		}
	})
	return near.LocalAddr().(*net.UDPAddr), nil //nolint:forcetypeassert // it is one
}

// sources are the speakers whose audio passes through one relay. Which of their packets are lost depends only on the position in
// their speech, not on the speed of the machine: packets are counted per speaker from the beginning of speech, and retransmissions
// are counted separately.
type sources struct {
	bad   impairtest.Impairment
	known map[uint32]*source // by SSRC
}

type source struct {
	silent       int // bytes of a packet of digital silence, which comes first
	next         uint16
	first, again *impairtest.Impairer
}

func (s *sources) deliver(packet []byte, now time.Duration) []time.Duration {
	seq, ssrc := binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[8:]) // RFC 3550
	k := s.known[ssrc]
	if k == nil {
		k = &source{silent: len(packet), next: seq, first: impairtest.NewImpairer(s.bad), again: impairtest.NewImpairer(s.bad)}
		s.known[ssrc] = k
	}
	switch sentAgain := int16(seq-k.next) < 0; {
	case sentAgain:
		return k.again.Deliver(now)
	case len(packet) <= k.silent: // how much of it is sent before the speech hangs on how soon everybody is there
		k.next = seq + 1
		return []time.Duration{now}
	default:
		k.next = seq + 1
		return k.first.Deliver(now)
	}
}

// isSound distinguishes RTP from everything else that arrives on the same port (RFC 7983, RFC 5761).
func isSound(p []byte) bool {
	return len(p) > 12 && p[0]>>6 == 2 && (p[1]&0x7f < 64 || p[1]&0x7f > 95)
}
