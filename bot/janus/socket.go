package janus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

const (
	dialWithin   = 8 * time.Second
	answerWithin = 8 * time.Second
	writeWithin  = 5 * time.Second
	keepEvery    = 20 * time.Second
	quietLimit   = 2*keepEvery + 5*time.Second // every keepalive is answered
	maxMessage   = 4 << 20                     // bytes: a large room's offer has many sections
	maxQueue     = 4096
)

var (
	errBroken  = errors.New("the websocket was cut off")
	errFlooded = errors.New("the server sends events faster than they can be handled")
)

// socket is one websocket to the server. Answers go to the request that asked; everything else goes, in order, through next.
type socket struct {
	ws *websocket.Conn

	writing sync.Mutex

	mu      sync.Mutex
	asked   int
	waiting map[string]chan message
	queue   []message
	wake    chan struct{}
	broken  error
	down    chan struct{} // closed when broken
}

// dial opens a websocket under the factory's address policy; the caller runs read and closes it.
func dial(ctx context.Context, by *peer.Factory, target string) (*socket, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	d := websocket.Dialer{
		Subprotocols: []string{"janus-protocol"}, HandshakeTimeout: dialWithin, NetDialContext: by.Dialer(dialWithin).DialContext,
	}
	ws, resp, err := d.DialContext(ctx, target, nil)
	if err != nil {
		const hint = "check the host, port and path in the URL, and that the server's websocket transport is on"
		if resp != nil {
			_ = resp.Body.Close()
			err = fmt.Errorf("janus: no Janus websocket there (HTTP %d)", resp.StatusCode)
			return nil, models.WithHint(bot.Retry(models.EndFailedServer, err), hint)
		}
		err = fmt.Errorf("janus: the server cannot be reached: %w", peer.Unreachable(err, hint))
		return nil, bot.Retry(models.EndFailedServer, err)
	}
	if ws.Subprotocol() != "janus-protocol" {
		_ = ws.Close()
		return nil, models.WithHint(bot.End(models.EndDenied, errors.New("janus: the server does not speak the janus-protocol")), addressHint)
	}
	ws.SetReadLimit(maxMessage)
	return &socket{ws: ws, waiting: map[string]chan message{}, wake: make(chan struct{}, 1), down: make(chan struct{})}, nil
}

// read receives messages until the websocket breaks or is closed.
func (s *socket) read() {
	for {
		_ = s.ws.SetReadDeadline(time.Now().Add(quietLimit))
		var m message
		_, data, err := s.ws.ReadMessage()
		if err == nil {
			err = json.Unmarshal(data, &m)
		}
		if err == nil {
			err = s.take(m)
		}
		if err != nil {
			s.fail(fmt.Errorf("%w: %w", errBroken, err))
			return
		}
	}
}

// take hands a message to the request it answers, or queues it. An ack only says that an answer will follow.
func (s *socket) take(m message) error {
	if m.Janus == "ack" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.waiting[m.Transaction]; c != nil && m.Transaction != "" {
		delete(s.waiting, m.Transaction)
		c <- m
		return nil
	}
	if len(s.queue) >= maxQueue {
		return errFlooded
	}
	s.queue = append(s.queue, m)
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return nil
}

func (s *socket) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = err
		close(s.down)
	}
}

// next returns the oldest queued message, or why there are no more.
func (s *socket) next(ctx context.Context) (message, error) {
	for {
		s.mu.Lock()
		if len(s.queue) > 0 {
			m := s.queue[0]
			s.queue = s.queue[1:]
			s.mu.Unlock()
			return m, nil
		}
		err := s.broken
		s.mu.Unlock()
		if err != nil {
			return message{}, err
		}
		select {
		case <-s.wake:
		case <-s.down:
		case <-ctx.Done():
			return message{}, context.Cause(ctx)
		}
	}
}

// request is what the client sends; the transaction is added.
type request map[string]any

// send writes a request without waiting for its answer, which arrives in next.
func (s *socket) send(r request) error { return s.write(r, nil) }

func (s *socket) write(r request, answer chan message) error {
	s.mu.Lock()
	s.asked++
	id := strconv.Itoa(s.asked)
	r["transaction"] = id
	if answer != nil {
		s.waiting[id] = answer
	}
	s.mu.Unlock()
	data, err := json.Marshal(r) // without a trailing line break, which the server takes for another request
	if err != nil {
		return fmt.Errorf("janus: %w", err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.ws.SetWriteDeadline(time.Now().Add(writeWithin))
	if err := s.ws.WriteMessage(websocket.TextMessage, data); err != nil {
		return fmt.Errorf("janus: %w: %w", errBroken, err)
	}
	return nil
}

// ask sends a request and waits for its answer. An error of either layer is returned as an error.
func (s *socket) ask(ctx context.Context, r request) (message, error) {
	answer := make(chan message, 1)
	if err := s.write(r, answer); err != nil {
		return message{}, err
	}
	t := time.NewTimer(answerWithin)
	defer t.Stop()
	select {
	case m := <-answer:
		return m, m.failure()
	case <-s.down:
		return message{}, fmt.Errorf("janus: %w", errBroken)
	case <-t.C:
		return message{}, bot.Retry(models.EndFailedServer, fmt.Errorf("janus: no answer within %v", answerWithin))
	case <-ctx.Done():
		return message{}, context.Cause(ctx)
	}
}

// close ends the websocket; read returns.
func (s *socket) close() { _ = s.ws.Close() }
