package jitsitest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	pingEvery  = time.Second
	pongWithin = 15 * time.Second // real ones wait 3 s: here the machine may be busy with many tests
	mostPause  = 30 * time.Second
	clock      = 48 // samples per millisecond
	swapEvery  = 50
)

// Bridge is a videobridge that dials a transcriber, and redials after the connection breaks. Its methods may be called from any goroutine.
type Bridge struct {
	url, token string

	mu      sync.Mutex
	ws      *websocket.Conn // nil: not connected
	zero    time.Time       // when this connection's clock started
	seq     int
	streams map[string]*sent // by tag
	ping    int              // the id of the unanswered ping; 0: there is none
	results []string
	dials   int
	held    bool // don't dial
	status  int  // of the last refusal
}

// sent is a stream that the bridge sends.
type sent struct {
	endpoint, encoding string
	chunk              int
	swapped            []byte // the message to send after the next one
}

// NewBridge returns a bridge for a transcriber at a URL that includes the whole query. Run runs it.
func NewBridge(url, token string) *Bridge {
	return &Bridge{url: url, token: token, streams: map[string]*sent{}}
}

// Run dials until the context ends. It then announces the end of the session and hangs up.
func (b *Bridge) Run(ctx context.Context) {
	for pause := time.Duration(0); ctx.Err() == nil; pause = min(max(2*pause, time.Second), mostPause) {
		if b.once(ctx) {
			pause = -1 // at once, then after a second
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(max(pause, 20*time.Millisecond)):
		}
	}
}

// once runs one connection, and reports whether it was established.
func (b *Bridge) once(ctx context.Context) bool {
	b.mu.Lock()
	held := b.held
	b.mu.Unlock()
	if held {
		return false
	}
	ws, resp, err := websocket.DefaultDialer.DialContext(ctx, b.url, http.Header{"Authorization": {"Bearer " + b.token}})
	if err != nil {
		if resp != nil {
			_ = resp.Body.Close()
			b.mu.Lock()
			b.status = resp.StatusCode
			b.mu.Unlock()
		}
		return false
	}
	b.begin(ws)
	done := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() { b.pings(ws, done) })
	stop := context.AfterFunc(ctx, func() { b.end(ws) })
	b.read(ws)
	stop()
	close(done)
	_ = ws.Close()
	group.Wait()
	return true
}

// begin starts a connection with a new clock, new sequence numbers and new start events.
func (b *Bridge) begin(ws *websocket.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ws, b.zero, b.seq, b.ping = ws, time.Now(), 0, 0
	b.dials++
	b.send(`{"event":"info","event":"info","application":"jitsi-videobridge","version":"2.3"}`)
	for tag := range b.streams {
		b.start(tag)
	}
}

// send writes a message. The caller holds mu.
func (b *Bridge) send(text string) {
	if b.ws != nil {
		_ = b.ws.SetWriteDeadline(time.Now().Add(pongWithin))
		_ = b.ws.WriteMessage(websocket.TextMessage, []byte(text))
	}
}

// start announces a stream, with "event" written twice as old bridges do. The caller holds mu.
func (b *Bridge) start(tag string) {
	b.seq++
	s := b.streams[tag]
	b.send(fmt.Sprintf(`{"event":"start","event":"start","sequenceNumber":"%d","start":{"tag":%q,"mediaFormat":{"encoding":%q,`+
		`"sampleRate":48000,"channels":2},"customParameters":{"endpointId":%q}}}`, b.seq, tag, s.encoding, s.endpoint))
}

// Start starts a stream for an endpoint, or changes its format.
func (b *Bridge) Start(tag, endpoint, encoding string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.streams[tag]
	if s == nil {
		s = &sent{chunk: 65000 + rand.IntN(500)} //nolint:gosec // so that RTP's numbers wrap soon
		b.streams[tag] = s
	}
	s.endpoint, s.encoding = endpoint, encoding
	b.start(tag)
}

// Stop ends a stream without announcing it.
func (b *Bridge) Stop(tag string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.streams, tag)
}

// Packet sends a packet of a stream that belongs at the given time. Now and then it swaps two packets. Packets sent while the bridge is
// not connected are lost.
func (b *Bridge) Packet(tag string, opus []byte, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.streams[tag]
	if s == nil {
		return
	}
	s.chunk++
	if b.ws == nil {
		s.swapped = nil
		return
	}
	b.seq++
	text := fmt.Sprintf(`{"event":"media","event":"media","sequenceNumber":"%d","media":{"tag":%q,"chunk":"%d","timestamp":"%d",`+
		`"payload":%q}}`, b.seq, tag, s.chunk, max(0, at.Sub(b.zero).Microseconds()*clock/1000), base64.StdEncoding.EncodeToString(opus))
	if s.swapped == nil && s.chunk%swapEvery == 0 {
		s.swapped = []byte(text)
		return
	}
	b.send(text)
	if s.swapped != nil {
		b.send(string(s.swapped))
		s.swapped = nil
	}
}

// read handles what the transcriber sends until the connection ends.
func (b *Bridge) read(ws *websocket.Conn) {
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.ws == ws {
			b.ws = nil
		}
	}()
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var m struct {
			Event string `json:"event"`
			ID    int    `json:"id"`
		}
		if json.Unmarshal(data, &m) != nil {
			return
		}
		b.mu.Lock()
		switch {
		case m.Event == "pong" && m.ID == b.ping:
			b.ping = 0
		case m.Event == "transcription-result":
			b.results = append(b.results, string(data))
		}
		b.mu.Unlock()
	}
}

// pings pings the transcriber, and hangs up if a pong does not arrive in time.
func (b *Bridge) pings(ws *websocket.Conn, done <-chan struct{}) {
	for id := 1; ; id++ {
		b.mu.Lock()
		b.ping = id
		b.send(fmt.Sprintf(`{"event":"ping","id":%d}`, id))
		b.mu.Unlock()
		for asked := time.Now(); ; {
			select {
			case <-done:
				return
			case <-time.After(pingEvery):
			}
			b.mu.Lock()
			late := b.ping != 0
			b.mu.Unlock()
			if !late {
				break
			}
			if time.Since(asked) >= pongWithin {
				_ = ws.Close()
				return
			}
		}
	}
}

// end ends the session as a bridge does.
func (b *Bridge) end(ws *websocket.Conn) {
	b.mu.Lock()
	b.send(`{"event":"session-end"}`)
	b.mu.Unlock()
	const within = time.Second
	_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(within))
	_ = ws.Close()
}

// Cut breaks the connection. While held is true, the bridge does not redial.
func (b *Bridge) Cut(held bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = held
	if b.ws != nil {
		_ = b.ws.Close()
		b.ws = nil
	}
}

// Results returns the subtitles received, as raw JSON.
func (b *Bridge) Results() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.results...)
}

// Dials returns how many connections were accepted.
func (b *Bridge) Dials() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dials
}

// Refused returns the HTTP status of the last connection that was refused, or 0 if none was.
func (b *Bridge) Refused() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.status
}
