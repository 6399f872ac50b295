package livekit

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"earshot/bot/bottest"
	"earshot/bot/peer"
)

// wire is a websocket whose other end hands over each offer that it gets.
func wire(t *testing.T) (*signal, *websocket.Conn, chan string) {
	t.Helper()
	offers, theirs := make(chan string, 8), make(chan *websocket.Conn, 1)
	up := websocket.Upgrader{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		theirs <- ws
		for {
			_, b, err := ws.ReadMessage()
			if err != nil {
				return
			}
			m := &lk.SignalRequest{}
			if proto.Unmarshal(b, m) == nil && m.GetOffer() != nil {
				offers <- m.GetOffer().GetSdp()
			}
		}
	}))
	t.Cleanup(web.Close)
	s, err := open(t.Context(), nil, strings.Replace(web.URL, "http", "ws", 1), "t")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return &signal{s}, <-theirs, offers
}

// speechless is a stay that has a websocket and nothing more.
func speechless(t *testing.T, sig *signal) *stay {
	t.Helper()
	s := newStay(&Connector{cfg: Config{Peer: bottest.Factory(t)}, log: slog.New(slog.DiscardHandler)}, nil, sig)
	t.Cleanup(func() {
		close(s.done)
		if x := s.currentTalker(); x != nil {
			x.conn.Close()
		}
	})
	return s
}

func (s *stay) resumed(sig *signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sig = sig
}

// answers plays the server's side of an offer until the channel is open, with another connection on this machine.
func (s *stay) answers(t *testing.T, offer string) {
	t.Helper()
	theirs, err := s.c.cfg.Peer.Receiver(peer.Handler{Data: func(string, []byte) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(theirs.Close)
	answer, err := theirs.Accept(t.Context(), offer, true)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // an offer that was told twice is answered twice
		if err := s.currentTalker().answer(answer); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTalkerAfterABrokenWebsocket: a line that was to be said while the signalling was broken costs that line. Once the
// signalling is back, lines can be said again.
func TestTalkerAfterABrokenWebsocket(t *testing.T) {
	broken, _, _ := wire(t)
	s := speechless(t, broken)
	broken.close()
	if _, err := s.channel(t.Context()); err == nil {
		t.Fatal("a line could be said on a broken websocket")
	}
	again, _, offers := wire(t)
	s.resumed(again)
	said := make(chan error, 1)
	go func() { _, err := s.channel(t.Context()); said <- err }()
	s.answers(t, <-offers)
	if err := <-said; err != nil {
		t.Errorf("after the websocket came back: %v", err)
	}
}

// TestTalkerAfterALostAnswer: the server got the offer, and the websocket broke before its answer came. The same offer is
// told again: the server knows this connection by it.
func TestTalkerAfterALostAnswer(t *testing.T) {
	first, _, offers := wire(t)
	s := speechless(t, first)
	said := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _, err := s.channel(ctx); said <- err }()
	lost := <-offers
	cancel()
	if err := <-said; err == nil {
		t.Fatal("a line could be said without an answer")
	}
	again, _, offers := wire(t)
	s.resumed(again)
	go func() { _, err := s.channel(t.Context()); said <- err }()
	offer := <-offers
	if fingerprint(offer) == "" || fingerprint(offer) != fingerprint(lost) {
		t.Error("another connection was offered")
	}
	s.answers(t, offer)
	if err := <-said; err != nil {
		t.Error(err)
	}
}

// TestTalkerAfterAFailure: a connection that failed gives way to a new one.
func TestTalkerAfterAFailure(t *testing.T) {
	sig, _, offers := wire(t)
	s := speechless(t, sig)
	ctx, cancel := context.WithCancel(t.Context())
	said := make(chan error, 1)
	go func() { _, err := s.channel(ctx); said <- err }()
	old := fingerprint(<-offers)
	cancel()
	<-said //nolint:errcheck // it was stopped
	s.currentTalker().conn.Close()
	go func() { _, err := s.channel(t.Context()); said <- err }()
	offer := <-offers
	if fingerprint(offer) == old {
		t.Error("the failed connection was offered again")
	}
	s.answers(t, offer)
	if err := <-said; err != nil {
		t.Error(err)
	}
}

// fingerprint is that of the ICE user, which is a connection's own.
func fingerprint(sdp string) string {
	_, rest, _ := strings.Cut(sdp, "a=ice-ufrag:")
	ufrag, _, _ := strings.Cut(rest, "\r\n")
	return ufrag
}
