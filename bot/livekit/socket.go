package livekit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"google.golang.org/protobuf/proto"

	"earshot/bot/peer"
)

const (
	// maxMessage bounds one message of the server: a join response describes everybody in the room.
	maxMessage    = 16 << 20
	dialWithin    = 5 * time.Second
	writeWithin   = 5 * time.Second
	silentDefault = 15 * time.Second // without a message from the server, unless its join response says otherwise
	pingDefault   = 5 * time.Second
)

// refused is the server's answer when it refuses the websocket. The body is never read: it repeats the token.
type refused struct{ status int }

// Error gives the status.
func (r *refused) Error() string {
	return fmt.Sprintf("livekit: the server refused the join (HTTP %d)", r.status)
}

// socket is one websocket that carries protobuf. send may be called from any goroutine, receive from one.
type socket struct {
	ws     *websocket.Conn
	silent time.Duration

	mu sync.Mutex // of writing
}

// open connects to a websocket endpoint of the server.
func open(ctx context.Context, by *peer.Factory, endpoint, token string) (*socket, error) {
	d := websocket.Dialer{Proxy: by.Proxy(), HandshakeTimeout: dialWithin, NetDialContext: by.Dialer(dialWithin).DialContext}
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	ws, resp, err := d.DialContext(ctx, endpoint, http.Header{"Authorization": {"Bearer " + token}})
	if resp != nil {
		_ = resp.Body.Close()
	}
	switch {
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil:
		return nil, &refused{resp.StatusCode}
	case err != nil:
		err = peer.Unreachable(err, "check the host and port in the URL, and that the server is running")
		return nil, fmt.Errorf("livekit: the server cannot be reached: %w", err)
	}
	ws.SetReadLimit(maxMessage)
	return &socket{ws: ws, silent: silentDefault}, nil
}

func (s *socket) send(m proto.Message) error {
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

// receive reads the next message into m. It fails when the server is silent for too long, pongs included.
func (s *socket) receive(m proto.Message) error {
	for {
		_ = s.ws.SetReadDeadline(time.Now().Add(s.silent))
		kind, b, err := s.ws.ReadMessage()
		if err != nil {
			return fmt.Errorf("livekit: signalling: %w", err)
		}
		if kind != websocket.BinaryMessage {
			continue
		}
		if err := proto.Unmarshal(b, m); err != nil {
			return fmt.Errorf("livekit: signalling: a message of %d bytes can't be decoded", len(b))
		}
		return nil
	}
}

// close ends the websocket; receive then fails.
func (s *socket) close() { _ = s.ws.Close() }
