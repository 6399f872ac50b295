package jitsi

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"earshot/bot"
	"earshot/bot/jitsi/wire"
	"earshot/models"
)

const (
	writeWithin = 2 * time.Second // pings must be answered within 3 s
	pingEvery   = 4 * time.Second
	silentFor   = 12 * time.Second
	// mostStarts limits how many streams a bridge may announce. waiting limits how many messages may be queued for the listener: half a minute
	// of three speakers.
	mostStarts = 1024
	waiting    = 4096
)

// errEnd means that the bridge ended the session; errJigasi that the client is not a bridge.
var (
	errEnd    = errors.New("jitsi: the bridge ended the session")
	errJigasi = models.WithHint(
		bot.End(models.EndDenied, errors.New("jitsi: Jigasi dialled, Jitsi's older transcriber, which is not understood")),
		"have the bridges dial themselves: Jicofo's transcription.url-template instead of Jigasi's transcription service",
	)
)

// stream is a bridge's websocket. Only one goroutine may call read; the other methods may be called from any goroutine.
type stream struct {
	ws   *websocket.Conn
	log  *slog.Logger
	done chan struct{} // closed when it has ended and its meeting knows why

	writing sync.Mutex

	mu     sync.Mutex
	starts map[string]wire.Start // the announced streams, by tag
	feed   chan wire.Message     // to the listener; nil: there is none, and audio is discarded
	lost   int                   // messages dropped because the queue was full
}

func newStream(ws *websocket.Conn, log *slog.Logger) *stream {
	ws.SetReadLimit(wire.MaxMessage)
	s := &stream{ws: ws, log: log, done: make(chan struct{}), starts: map[string]wire.Start{}}
	ws.SetPongHandler(func(string) error { return s.alive() })
	return s
}

func (s *stream) alive() error { return s.ws.SetReadDeadline(time.Now().Add(silentFor)) }

// read handles messages until the websocket ends. It returns errEnd if the bridge ended the session.
func (s *stream) read() error {
	var group sync.WaitGroup
	defer group.Wait()
	defer s.close(websocket.CloseNormalClosure, "")
	stop := make(chan struct{})
	defer close(stop)
	group.Go(func() { s.ping(stop) })
	bad, known := 0, false
	defer func() {
		if bad > 0 {
			s.log.Warn("the bridge sent what cannot be read: passed over", "messages", bad)
		}
	}()
	for {
		_ = s.alive()
		kind, data, err := s.ws.ReadMessage()
		if err != nil {
			return fmt.Errorf("jitsi: the bridge's connection: %w", err)
		}
		if kind != websocket.TextMessage && !known {
			s.close(websocket.CloseUnsupportedData, "a bridge's text messages only")
			return errJigasi
		}
		m, err := wire.Parse(data)
		if err != nil || kind != websocket.TextMessage {
			bad++
			continue
		}
		known = true
		switch m.Event {
		case wire.EventPing:
			if err := s.write(wire.Pong(m.PingID)); err != nil {
				return err
			}
		case wire.EventEnd:
			return errEnd
		case wire.EventStart, wire.EventMedia:
			s.deliver(m)
		}
	}
}

// ping makes the bridge's websocket prove that it is alive, whether or not the bridge sends pings itself.
func (s *stream) ping(stop <-chan struct{}) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			_ = s.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWithin)) // a dead connection is noticed by read
		case <-stop:
			return
		}
	}
}

// deliver hands a message to the listener. If the queue is full, it is dropped, which looks like packet loss.
func (s *stream) deliver(m wire.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Event == wire.EventStart {
		if _, known := s.starts[m.Tag]; !known && len(s.starts) >= mostStarts {
			return
		}
		s.starts[m.Tag] = m.Start
	}
	if s.feed == nil {
		return
	}
	select {
	case s.feed <- m:
	default:
		s.lost++
	}
}

// listen returns the messages from now on, and the streams announced before. leave stops them.
func (s *stream) listen() (feed <-chan wire.Message, starts map[string]wire.Start, leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := make(chan wire.Message, waiting)
	s.feed = own
	return own, maps.Clone(s.starts), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.feed == own {
			s.feed = nil
		}
		if s.lost > 0 {
			s.log.Warn("the bridge's messages came faster than they were taken: some are lost", "messages", s.lost)
			s.lost = 0
		}
	}
}

func (s *stream) write(data []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.ws.SetWriteDeadline(time.Now().Add(writeWithin))
	if err := s.ws.WriteMessage(websocket.TextMessage, data); err != nil {
		return fmt.Errorf("jitsi: to the bridge: %w", err)
	}
	return nil
}

// close closes the websocket and tells the bridge why; read then returns. It may be called more than once.
func (s *stream) close(code int, why string) {
	_ = s.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(writeWithin))
	_ = s.ws.Close()
}
