package whep_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/peer"
	"earshot/bot/whep"
	"earshot/models"
	"earshot/models/leaktest"
	"earshot/models/waittest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// wire is a track that writes whatever RTP it is told to, on any SSRC and payload type.
type wire struct {
	mu     sync.Mutex
	ssrc   uint32
	stream webrtc.TrackLocalWriter
}

func (w *wire) Bind(t webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ssrc, w.stream = uint32(t.SSRC()), t.WriteStream()
	return t.CodecParameters()[0], nil
}
func (w *wire) Unbind(webrtc.TrackLocalContext) error { return nil }
func (w *wire) ID() string                            { return "a" }
func (w *wire) RID() string                           { return "" }
func (w *wire) StreamID() string                      { return "b" }
func (w *wire) Kind() webrtc.RTPCodecType             { return webrtc.RTPCodecTypeAudio }

func (w *wire) send(n uint16, pt uint8, ssrc uint32, payload []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.stream.WriteRTP(
		&rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: n, Timestamp: uint32(n) * 960, SSRC: w.ssrc + ssrc}, payload,
	)
}

// server is a small WHEP endpoint with a real peer behind it.
type server struct {
	t       *testing.T
	wire    *wire
	token   string
	status  int // to refuse with
	mu      sync.Mutex
	conn    *peer.Conn
	deleted bool
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.status != 0 {
		w.WriteHeader(s.status)
		return
	}
	if s.token != "" && r.Header.Get("Authorization") != "Bearer "+s.token {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodDelete {
		s.deleted = r.URL.Path == "/sessions/1"
		return
	}
	offer, _ := io.ReadAll(r.Body)
	conn, err := bottest.Factory(s.t).Sender(s.wire)
	if err != nil {
		s.t.Error(err)
		return
	}
	s.conn = conn
	answer, err := conn.Accept(r.Context(), string(offer), true)
	if err != nil {
		s.t.Error(err)
		return
	}
	w.Header().Set("Content-Type", "application/sdp")
	w.Header().Set("Location", "../sessions/1")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

// listener keeps what it hears.
type listener struct {
	mu      sync.Mutex
	speaker models.Speaker
	heard   map[uint16]bool
	ended   int
	news    chan struct{}
}

func (e *listener) note(f func()) {
	e.mu.Lock()
	f()
	e.mu.Unlock()
	select {
	case e.news <- struct{}{}:
	default:
	}
}
func (e *listener) Joined(bot.Capabilities)           {}
func (e *listener) Speaker(s models.Speaker)          { e.note(func() { e.speaker = s }) }
func (e *listener) Left(string)                       {}
func (e *listener) Talking(string, bool)              {}
func (e *listener) Track(bot.TrackInfo) bot.TrackSink { return e }
func (e *listener) Packet(raw []byte, _ uint8) {
	e.note(func() { e.heard[binary.BigEndian.Uint16(raw[2:])] = true })
}
func (e *listener) End() { e.note(func() { e.ended++ }) }
func (e *listener) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(roomtest.Patience)
	for {
		e.mu.Lock()
		yes := ok()
		e.mu.Unlock()
		if yes {
			return
		}
		select {
		case <-e.news:
		case <-deadline:
			t.Fatalf("not seen: %s", what)
		}
	}
}

// any reports whether one of the packets from a number to before another was heard.
func (e *listener) any(from, to uint16) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for n := from; n < to; n++ {
		if e.heard[n] {
			return true
		}
	}
	return false
}

// TestStream hears a stream with a token through unknown payload types and a new SSRC, and ends it with DELETE.
func TestStream(t *testing.T) {
	s := &server{t: t, wire: &wire{}, token: "secret"}
	web := httptest.NewServer(s)
	defer web.Close()
	c, err := whep.New(whep.Config{URL: "whep+" + web.URL + "/whep/stage", Token: "secret", Name: "Main stage", Peer: bottest.Factory(t)})
	if err != nil {
		t.Fatal(err)
	}
	e := &listener{heard: map[uint16]bool{}, news: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, e) }()
	e.until(t, "the speaker", func() bool { return e.speaker.Name == "Main stage" })

	if err := s.conn.Connected(t.Context(), roomtest.Patience); err != nil {
		t.Fatal(err)
	}

	good, n := []byte{0xF8, 1, 2, 3}, uint16(0)
	// What is sent before the other side has its keys is lost: each kind is sent until some of it is heard.
	send := func(what string, ssrc uint32) {
		t.Helper()
		from := n
		waittest.Until(t, what, func() bool {
			s.wire.send(n, 111, ssrc, good)
			n++
			return e.any(from, n)
		})
	}
	send("the first packets", 0)
	for end := n + 200; n < end; n++ {
		s.wire.send(n, 96, 0, good) // a payload type that was not negotiated makes pion's Read fail
	}
	send("packets after bad ones", 0)
	send("packets of a new SSRC", 77) // the first ones open its track

	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
	s.conn.Close()
	if !s.deleted || e.ended != 1 {
		t.Errorf("deleted: %v, ended %d times", s.deleted, e.ended)
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		status int
		kind   error
		reason models.EndReason
		retry  bool
	}{
		{404, peer.ErrNotFound, models.EndRoomClosed, true},
		{410, peer.ErrNotFound, models.EndRoomClosed, true},
		{401, peer.ErrAuth, models.EndFailedAuth, false},
		{403, peer.ErrAuth, models.EndFailedAuth, false},
		{409, peer.ErrConflict, models.EndFailedServer, true},
		{500, peer.ErrServer, models.EndFailedServer, true},
		{503, peer.ErrServer, models.EndFailedServer, true},
		{405, peer.ErrProtocol, models.EndDenied, false},
		{200, peer.ErrProtocol, models.EndDenied, false},
	} {
		web := httptest.NewServer(&server{t: t, status: tt.status})
		c, err := whep.New(whep.Config{URL: "whep+" + web.URL + "/x?key=hidden", Peer: bottest.Factory(t)})
		if err != nil {
			t.Fatal(err)
		}
		err = c.Run(context.Background(), &listener{})
		var end *bot.EndError
		var status *peer.StatusError
		if !errors.Is(err, tt.kind) || !errors.As(err, &end) || end.Reason != tt.reason || end.Retry != tt.retry ||
			!errors.As(err, &status) || status.Status != tt.status || models.Hint(err) == "" || strings.Contains(err.Error(), "hidden") {
			t.Errorf("HTTP %d gave %v (hint %q)", tt.status, err, models.Hint(err))
		}
		web.Close()
	}
}

func TestUnreachable(t *testing.T) {
	web := httptest.NewServer(nil)
	web.Close()
	c, _ := whep.New(whep.Config{URL: "whep+" + web.URL + "/x?key=hidden", Peer: bottest.Factory(t)})
	err := c.Run(context.Background(), &listener{})
	if err == nil || strings.Contains(err.Error(), "hidden") || models.Hint(err) == "" {
		t.Errorf("Run = %v, hint %q", err, models.Hint(err))
	}
}

func TestURL(t *testing.T) {
	for url, ok := range map[string]bool{
		"whep+http://host/x": true, "whep+https://host:1/x?y=z": true, "whep+ftp://host/x": false, "http://host/x": false,
		"whep+http://": false, "whep+https://user:pw@host/x": false, "": false, "whep+http://\x7f": false,
	} {
		_, err := whep.New(whep.Config{URL: url})
		if (err == nil) != ok || (err != nil && (models.Hint(err) == "" || strings.Contains(err.Error(), "pw"))) {
			t.Errorf("New(%q) = %v", url, err)
		}
	}
}
