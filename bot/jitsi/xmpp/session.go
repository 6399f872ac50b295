package xmpp

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"earshot/models/ticks"

	"github.com/gorilla/websocket"
)

const (
	writeWithin = 5 * time.Second
	pingEvery   = 4 * time.Second
	silentFor   = 12 * time.Second
)

// ErrClosed means that the connection is closed.
var ErrClosed = errors.New("xmpp: the connection is closed")

// silentError says for how long the server has not answered.
type silentError time.Duration

// Error returns a text with the time.
func (e silentError) Error() string {
	return fmt.Sprintf("xmpp: the server has not answered for %v", time.Duration(e))
}

// Timeout distinguishes it from other errors, as that of a net.Error does.
func (silentError) Timeout() bool { return true }

// Session is an authenticated connection. Only one goroutine may call Next; the other methods may be called from any goroutine.
type Session struct {
	// JID is the client's own address, Domain the server's.
	JID, Domain string
	ws          *websocket.Conn

	writing sync.Mutex

	mu      sync.Mutex
	ids     int
	waiting map[string]chan Stanza // unanswered requests
	closed  bool
}

// Next returns the next stanza that is not a reply to Ask. It answers pings and refuses requests that the client does not support, except
// those that take accepts. take may be nil.
func (s *Session) Next(take func(Stanza) bool) (Stanza, error) {
	for {
		x, err := s.read(silentFor)
		if err != nil {
			s.over()
			return x, err
		}
		switch {
		case x.XMLName.Local == "close" && x.XMLName.Space == nsFraming, x.XMLName.Local == "error" && x.XMLName.Space != "jabber:client":
			s.over()
			return x, ErrClosed
		case x.XMLName.Local != "iq":
			return x, nil
		case x.Type == "result" || x.Type == "error":
			s.answered(x)
		case x.Type != "get" && x.Type != "set":
		case x.Ping != nil:
			err = s.Send(IQ{To: x.From, Type: "result", ID: x.ID})
		case take != nil && take(x):
			err = s.Send(IQ{To: x.From, Type: "result", ID: x.ID})
		default:
			err = s.Send(IQ{To: x.From, Type: "error", ID: x.ID, Content: refusal{Type: "cancel"}})
		}
		if err != nil {
			s.over()
			return x, err
		}
	}
}

func (s *Session) read(within time.Duration) (x Stanza, err error) {
	_ = s.ws.SetReadDeadline(time.Now().Add(within))
	kind, data, err := s.ws.ReadMessage()
	if err != nil {
		var timeout interface{ Timeout() bool }
		if errors.As(err, &timeout) && timeout.Timeout() {
			return x, silentError(within)
		}
		return x, fmt.Errorf("xmpp: %w", err)
	}
	if kind != websocket.TextMessage {
		return x, fmt.Errorf("%w: it is not text", ErrMalformed)
	}
	return Parse(data)
}

// Send sends an element. It does not retry.
func (s *Session) Send(element any) error {
	b, err := xml.Marshal(element)
	if err != nil {
		return fmt.Errorf("xmpp: %w", err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.ws.SetWriteDeadline(time.Now().Add(writeWithin))
	if err := s.ws.WriteMessage(websocket.TextMessage, b); err != nil {
		return fmt.Errorf("xmpp: %w", err)
	}
	return nil
}

// Ask sends a request and waits for its reply; meanwhile, another goroutine must call Next. A reply of type error is not an error of Ask.
func (s *Session) Ask(ctx context.Context, to, kind string, content any) (Stanza, error) {
	id, answer := s.NewID(), make(chan Stanza, 1)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return Stanza{}, ErrClosed
	}
	s.waiting[id] = answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, id)
	}()
	if err := s.Send(IQ{To: to, Type: kind, ID: id, Content: content}); err != nil {
		return Stanza{}, err
	}
	select {
	case x, ok := <-answer:
		if !ok {
			return x, ErrClosed
		}
		return x, nil
	case <-ctx.Done():
		return Stanza{}, context.Cause(ctx)
	}
}

// NewID returns an id that no other stanza of the session has.
func (s *Session) NewID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return "e" + strconv.Itoa(s.ids)
}

// answered delivers a reply to its waiting request.
func (s *Session) answered(x Stanza) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.waiting[x.ID]; ok {
		delete(s.waiting, x.ID)
		c <- x
	}
}

// over releases all waiting requests, as no reply will arrive any more.
func (s *Session) over() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, c := range s.waiting {
		close(c)
	}
	clear(s.waiting)
}

// Keep pings the server until the context ends or sending fails. Next notices if replies stop.
func (s *Session) Keep(ctx context.Context) error {
	for range ticks.Every(ctx, pingEvery) {
		if err := s.Send(IQ{To: s.Domain, Type: "get", ID: s.NewID(), Content: ping{}}); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// Flush waits until the server has accepted or refused everything that was sent to an address before.
func (s *Session) Flush(ctx context.Context, to string) error {
	_, err := s.Ask(ctx, to, "get", ping{})
	return err
}

// Close ends the stream and the connection; Next then fails.
func (s *Session) Close() {
	_ = s.Send(closeFrame{})
	_ = s.ws.Close()
}
