package livekit

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"earshot/bot/peer"
)

// signal is one participant's signalling connection.
type signal struct{ *socket }

// dial opens the signalling under the factory's address policy. query holds parameters beside the protocol version.
func dial(ctx context.Context, by *peer.Factory, base, token string, query url.Values) (*signal, error) {
	query.Set("protocol", "15")
	query.Set("sdk", "go")
	query.Set("version", "2.0.0")
	query.Set("auto_subscribe", "0")
	s, err := open(ctx, by, base+"/rtc?"+query.Encode(), token)
	return &signal{s}, err
}

// receive returns the next message.
func (s *signal) receive() (*lk.SignalResponse, error) {
	m := &lk.SignalResponse{}
	return m, s.socket.receive(m)
}

// partWithin is how long the server may take to answer a leave request.
const partWithin = 500 * time.Millisecond

// leave tells the server that we are leaving. Its answer ends the websocket: closing at once could lose the request, and we would
// stay in the participant list until the server times us out.
func (s *signal) leave() error {
	time.AfterFunc(partWithin, s.close)
	return s.send(&lk.SignalRequest{Message: &lk.SignalRequest_Leave{Leave: &lk.LeaveRequest{
		Reason: lk.DisconnectReason_CLIENT_INITIATED, Action: lk.LeaveRequest_DISCONNECT,
	}}})
}

// pump hands messages on until the websocket fails; the failure is the last thing handed on.
func (s *signal) pump(to chan<- message, done <-chan struct{}) {
	for {
		m, err := s.receive()
		select {
		case to <- message{from: s, m: m, err: err}:
		case <-done:
			return
		}
		if err != nil {
			return
		}
	}
}

// message is what one websocket received.
type message struct {
	from *signal
	m    *lk.SignalResponse
	err  error
}

func ping(now time.Time) *lk.SignalRequest {
	return &lk.SignalRequest{Message: &lk.SignalRequest_PingReq{PingReq: &lk.Ping{Timestamp: now.UnixMilli()}}}
}

// trickle is one of our ICE candidates. The server expects no end-of-candidates.
func trickle(c *webrtc.ICECandidateInit, target lk.SignalTarget) *lk.SignalRequest {
	b, _ := json.Marshal(c) // strings and a number
	return &lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{Target: target, CandidateInit: string(b)}}}
}

func description(kind, sdp string) *lk.SessionDescription {
	return &lk.SessionDescription{Type: kind, Sdp: sdp}
}
