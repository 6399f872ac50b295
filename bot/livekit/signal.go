package livekit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"

	"earshot/models"
)

const (
	// maxMessage bounds one message of the server: a join tells about everybody in the room.
	maxMessage    = 16 << 20
	dialWithin    = 5 * time.Second
	writeWithin   = 5 * time.Second
	silentDefault = 15 * time.Second // without word from the server; it says how long itself
	pingDefault   = 5 * time.Second
)

// refused is the server's answer to a websocket that it did not open. The body is never read: it repeats the token.
type refused struct{ status int }

// Error names the status.
func (r *refused) Error() string {
	return fmt.Sprintf("livekit: the server refused the join (HTTP %d)", r.status)
}

// signal is one websocket to the server. send may be called from any goroutine, receive from one.
type signal struct {
	ws     *websocket.Conn
	silent time.Duration

	mu sync.Mutex // of writing
}

// dial opens the signalling. query holds what is asked for beside the protocol.
func dial(ctx context.Context, base, token string, query url.Values) (*signal, error) {
	query.Set("protocol", "15")
	query.Set("sdk", "go")
	query.Set("version", "2.0.0")
	query.Set("auto_subscribe", "0")
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialWithin, NetDialContext: (&net.Dialer{Timeout: dialWithin}).DialContext}
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	ws, resp, err := d.DialContext(ctx, base+"/rtc?"+query.Encode(), http.Header{"Authorization": {"Bearer " + token}})
	if resp != nil {
		_ = resp.Body.Close()
	}
	switch {
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil:
		return nil, &refused{resp.StatusCode}
	case err != nil:
		return nil, models.WithHint(fmt.Errorf("livekit: the server cannot be reached: %w", plainError(err)), "check the host and port in the URL, and that the server is running")
	}
	ws.SetReadLimit(maxMessage)
	return &signal{ws: ws, silent: silentDefault}, nil
}

// plainError strips the URL from an error.
func plainError(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

func (s *signal) send(m *lk.SignalRequest) error {
	b, err := proto.Marshal(m)
	if err != nil {
		return fmt.Errorf("livekit: signalling: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.ws.SetWriteDeadline(time.Now().Add(writeWithin))
	if err := s.ws.WriteMessage(websocket.BinaryMessage, b); err != nil {
		return fmt.Errorf("livekit: signalling: %w", err)
	}
	return nil
}

// receive returns the next message. It fails when the server is silent for too long, pongs included.
func (s *signal) receive() (*lk.SignalResponse, error) {
	for {
		_ = s.ws.SetReadDeadline(time.Now().Add(s.silent))
		kind, b, err := s.ws.ReadMessage()
		if err != nil {
			return nil, fmt.Errorf("livekit: signalling: %w", err)
		}
		if kind != websocket.BinaryMessage {
			continue
		}
		m := &lk.SignalResponse{}
		if err := proto.Unmarshal(b, m); err != nil {
			return nil, fmt.Errorf("livekit: signalling: a message of %d bytes cannot be read", len(b))
		}
		return m, nil
	}
}

// close ends the websocket; receive then fails.
func (s *signal) close() { _ = s.ws.Close() }

// partWithin is how long the server may take to answer a farewell.
const partWithin = 500 * time.Millisecond

// leave tells the server that we go. Its answer ends the websocket: closing at once could lose the farewell, and we
// would stand in the list of participants until the server misses us.
func (s *signal) leave() {
	time.AfterFunc(partWithin, s.close)
	_ = s.send(&lk.SignalRequest{Message: &lk.SignalRequest_Leave{Leave: &lk.LeaveRequest{
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

// message is what one websocket brought.
type message struct {
	from *signal
	m    *lk.SignalResponse
	err  error
}

func ping(now time.Time) *lk.SignalRequest {
	return &lk.SignalRequest{Message: &lk.SignalRequest_PingReq{PingReq: &lk.Ping{Timestamp: now.UnixMilli()}}}
}

// trickle is one of our ICE candidates. The server wants no word of their end.
func trickle(c *webrtc.ICECandidateInit, target lk.SignalTarget) *lk.SignalRequest {
	b, _ := json.Marshal(c) // strings and a number
	return &lk.SignalRequest{Message: &lk.SignalRequest_Trickle{Trickle: &lk.TrickleRequest{Target: target, CandidateInit: string(b)}}}
}

func description(kind, sdp string) *lk.SessionDescription {
	return &lk.SessionDescription{Type: kind, Sdp: sdp}
}
