package janus

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/peer"
	"earshot/models"
)

// payload is an Opus packet's worth of bytes that names its speaker and number.
func payload(tag byte, n int) []byte {
	b := make([]byte, 40+n%7)
	b[0], b[1] = 0xF8, tag
	binary.BigEndian.PutUint32(b[2:], uint32(n))
	return b
}

// speaker publishes numbered packets every 20 ms until its end.
type speaker struct {
	*client
	id     json.RawMessage
	handle uint64
}

// speak publishes into a room; sound gives the payload of each packet.
func (s *server) speak(t *testing.T, room any, name string, sound func(n int) []byte, more request) *speaker {
	t.Helper()
	c := s.client(t)
	p := &speaker{client: c}
	var err error
	if p.handle, err = c.attach(t.Context(), videoRoom); err != nil {
		t.Fatal(err)
	}
	join := request{"request": "join", "ptype": "publisher", "room": room, "display": name}
	for k, v := range more {
		join[k] = v
	}
	e, _ := c.must(p.handle, join, nil)
	p.id = e.ID
	c.publish(t, p.handle, request{"request": "publish"}, sound)
	return p
}

// publish sends sound on a handle until the client's end.
func (c *client) publish(t *testing.T, handle uint64, body request, sound func(n int) []byte) {
	t.Helper()
	track, err := webrtc.NewTrackLocalStaticRTP(peer.OpusCodec(), "microphone", "test")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := bottest.Factory(t).Sender(track)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	t.Cleanup(func() { cancel(); group.Wait(); conn.Close() })
	offer, err := conn.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, answer := c.must(handle, body, &jsep{"offer", offer})
	if answer == nil {
		t.Fatal("no answer to the offer")
	}
	if err := conn.Answer(answer.SDP); err != nil {
		t.Fatal(err)
	}
	if err := conn.Connected(t.Context(), roomtest.Patience); err != nil {
		t.Fatal(err)
	}
	group.Go(func() {
		n := 0
		_ = conn.Play(ctx, track, func() ([]byte, time.Duration, error) {
			n++
			return sound(n), time.Duration(n) * 20 * time.Millisecond, nil
		}, nil)
	})
}

// listener is a bot.RoomHandler that keeps what it was told.
type listener struct {
	mu     sync.Mutex
	can    bot.Capabilities
	said   []string
	names  map[string]string
	tracks []*track
	change chan struct{}
}

type track struct {
	e     *listener
	info  bot.TrackInfo
	tags  map[byte]int
	loud  int
	ended bool
}

func newListener() *listener {
	return &listener{names: map[string]string{}, change: make(chan struct{}, 1)}
}

func (e *listener) note(f func()) {
	e.mu.Lock()
	f()
	e.mu.Unlock()
	select {
	case e.change <- struct{}{}:
	default:
	}
}

func (e *listener) Joined(c bot.Capabilities) {
	e.note(func() { e.can = c; e.said = append(e.said, "joined") })
}

func (e *listener) Speaker(s models.Speaker) {
	e.note(func() { e.names[s.ID] = s.Name; e.said = append(e.said, "speaker "+s.Name) })
}

func (e *listener) Left(id string) { e.note(func() { e.said = append(e.said, "left "+e.names[id]) }) }

func (e *listener) Talking(id string, on bool) {
	e.note(func() { e.said = append(e.said, fmt.Sprintf("talking %s %v", e.names[id], on)) })
}

func (e *listener) Track(i bot.TrackInfo) bot.TrackSink {
	tr := &track{e: e, info: i, tags: map[byte]int{}}
	e.note(func() { e.tracks = append(e.tracks, tr) })
	return tr
}

func (t *track) Packet(raw []byte, _ uint8) {
	t.e.note(func() {
		var p rtp.Packet
		if p.Unmarshal(raw) == nil && len(p.Payload) > 2 {
			t.tags[p.Payload[1]]++
			if len(p.Payload) > 24 {
				t.loud++
			}
		}
	})
}
func (t *track) End() { t.e.note(func() { t.ended = true }) }

// until waits for a condition on what was heard.
func (e *listener) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(roomtest.Patience)
	for {
		e.mu.Lock()
		ok := cond()
		e.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-e.change:
		case <-deadline:
			e.mu.Lock()
			defer e.mu.Unlock()
			for _, tr := range e.tracks {
				t.Logf("track %+v: %v, ended %v", tr.info, tr.tags, tr.ended)
			}
			t.Fatalf("not seen: %s; said %q", what, e.said)
		}
	}
}

func (e *listener) has(s string) bool { return slices.Contains(e.said, s) }

// heard is how many packets of a tag came under a name.
func (e *listener) heard(name string, tag byte) (n int) {
	for _, tr := range e.tracks {
		if tr.info.SpeakerName == name {
			n += tr.tags[tag]
		}
	}
	return n
}

// onlyOwn fails when a name was given another's packets.
func (e *listener) onlyOwn(t *testing.T, tags map[string]byte) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, tr := range e.tracks {
		for tag, n := range tr.tags {
			if tag != tags[tr.info.SpeakerName] {
				t.Errorf("%s was given %d packets of tag %d", tr.info.SpeakerName, n, tag)
			}
		}
	}
}

// visit runs the connector until the test ends.
func (s *server) visit(t *testing.T, c Config) (*Connector, *listener, func() error) {
	t.Helper()
	c.Peer = bottest.Factory(t)
	conn, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	e := newListener()
	ctx, cancel := context.WithCancel(context.Background())
	var result error
	ended := make(chan struct{})
	go func() { defer close(ended); result = conn.Run(ctx, e) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(roomtest.Patience):
			t.Error("the connector does not end")
		}
	})
	return conn, e, func() error {
		select {
		case <-ended:
		case <-time.After(roomtest.Patience):
			t.Fatal("the connector does not end")
		}
		return result
	}
}
