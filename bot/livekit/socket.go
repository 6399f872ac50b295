package livekit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"google.golang.org/protobuf/proto"

	"earshot/bot/peer"
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
		return nil, models.WithHint(
			fmt.Errorf("livekit: the server cannot be reached: %w", plainError(err)),
			"check the host and port in the URL, and that the server is running",
		)
	}
	ws.SetReadLimit(maxMessage)
	return &socket{ws: ws, silent: silentDefault}, nil
}

// plainError strips the URL from an error.
func plainError(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
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
			return fmt.Errorf("livekit: signalling: a message of %d bytes cannot be read", len(b))
		}
		return nil
	}
}

// close ends the websocket; receive then fails.
func (s *socket) close() { _ = s.ws.Close() }
