package server_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/models"
	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// open runs a lounge until the test ends and returns its address and a way to end it earlier.
func open(t *testing.T, c server.Config) (base string, stop func()) {
	t.Helper()
	c.Peer = bottest.Loopback()
	srv := server.New(c)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	web := httptest.NewServer(srv)
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
		web.Close()
	})
	t.Cleanup(stop)
	return web.URL, stop
}

// patience is how long a test waits for what must come.
const patience = 2 * time.Minute

// frames is a recording of numbered packets, 20 ms apart.
type frames struct {
	tag   byte
	n, of int
}

func payload(tag byte, n int) []byte {
	b := make([]byte, 40+n%7)
	b[0], b[1] = 0xF8, tag
	binary.BigEndian.PutUint32(b[2:], uint32(n))
	return b
}

func (f *frames) Next() (lounge.Frame, error) {
	if f.n == f.of {
		return lounge.Frame{}, io.EOF
	}
	f.n++
	return lounge.Frame{Opus: payload(f.tag, f.n), At: time.Duration(f.n) * 20 * time.Millisecond}, nil
}

// silence is a packet of 20 ms of digital silence (RFC 6716: CELT, one channel).
const silence = "\xf8\xff\xfe"

// held is a recording with silence before it until somebody listens: what is sent earlier is lost. Where heard is set there is silence
// after it, too, until all was heard: what is still on its way when somebody leaves may be lost.
type held struct {
	lounge.Source
	listens, heard <-chan struct{}
	begin, end     time.Duration
	begun          bool
}

func (h *held) Next() (lounge.Frame, error) {
	if !h.begun {
		select {
		case <-h.listens:
			h.begun = true
		default:
			h.begin += 20 * time.Millisecond
			return lounge.Frame{Opus: []byte(silence), At: h.begin}, nil
		}
	}
	f, err := h.Source.Next()
	if err == nil {
		f.At += h.begin + 20*time.Millisecond
		h.end = f.At
		return f, nil
	}
	select {
	case <-h.heard:
	default:
		if errors.Is(err, io.EOF) && h.heard != nil {
			h.end += 20 * time.Millisecond
			return lounge.Frame{Opus: []byte(silence), At: h.end}, nil
		}
	}
	return f, err
}

// recorder is a bot.RoomHandler that keeps everything.
type recorder struct {
	mu     sync.Mutex
	said   []string // "joined", "speaker Ana host", "left Ana"
	names  map[string]string
	tracks []*track
	change chan struct{}
}

type track struct {
	e     *recorder
	info  bot.TrackInfo
	raw   [][]byte
	ended bool
}

func newRecorder() *recorder {
	return &recorder{names: map[string]string{}, change: make(chan struct{}, 1)}
}

func (e *recorder) note(f func()) {
	e.mu.Lock()
	f()
	e.mu.Unlock()
	select {
	case e.change <- struct{}{}:
	default:
	}
}

func (e *recorder) Joined(bot.Capabilities) { e.note(func() { e.said = append(e.said, "joined") }) }
func (e *recorder) Speaker(s models.Speaker) {
	e.note(func() {
		e.names[s.ID] = s.Name
		e.said = append(e.said, fmt.Sprintf("speaker %s %s", s.Name, s.Role))
	})
}

func (e *recorder) Left(id string) { e.note(func() { e.said = append(e.said, "left "+e.names[id]) }) }

func (e *recorder) Talking(id string, on bool) {
	e.note(func() { e.said = append(e.said, fmt.Sprintf("talking %s %v", e.names[id], on)) })
}

func (e *recorder) Track(i bot.TrackInfo) bot.TrackSink {
	tr := &track{e: e, info: i}
	e.note(func() { e.tracks = append(e.tracks, tr) })
	return tr
}

func (t *track) Packet(raw []byte, _ uint8) {
	t.e.note(func() { t.raw = append(t.raw, append([]byte(nil), raw...)) })
}
func (t *track) End() { t.e.note(func() { t.ended = true }) }

// until waits for a condition on what was heard.
func (e *recorder) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(patience)
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
			t.Fatalf("not seen: %s; said %q, %d tracks", what, e.said, len(e.tracks))
		}
	}
}

func (e *recorder) has(s string) bool {
	for _, x := range e.said {
		if x == s {
			return true
		}
	}
	return false
}

// of is the track of a person; nil: none.
func (e *recorder) of(name string) *track {
	for _, tr := range e.tracks {
		if tr.info.SpeakerName == name {
			return tr
		}
	}
	return nil
}

// listen runs the bot's connector until the test ends.
func listen(t *testing.T, base, room string) (*recorder, func() error) {
	t.Helper()
	c, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge" + strings.TrimPrefix(base, "http") + "/" + room, Peer: bottest.Factory(t)})
	if err != nil {
		t.Fatal(err)
	}
	e := newRecorder()
	ctx, cancel := context.WithCancel(context.Background())
	var result error
	ended := make(chan struct{})
	go func() { defer close(ended); result = c.Run(ctx, e) }()
	t.Cleanup(func() { cancel(); <-ended })
	return e, func() error {
		select {
		case <-ended:
		case <-time.After(patience):
			t.Fatal("the connector does not end")
		}
		return result
	}
}

// TestForwarding publishes three people into two rooms, each with their own payloads, and finds every packet in order,
// byte for byte, under the right name and in the right room only.
func TestForwarding(t *testing.T) {
	base, _ := open(t, server.Config{})
	recorders := map[string]*recorder{}
	for _, room := range []string{"one", "two"} {
		recorders[room], _ = listen(t, base, room)
		recorders[room].until(t, "joined", func() bool { return recorders[room].has("joined") })
	}
	const n = 60
	people := []struct {
		name, room string
		tag        byte
	}{{"Ana", "one", 1}, {"Ben", "one", 2}, {"Cem", "two", 3}}
	var group sync.WaitGroup
	listens, heard := make(chan struct{}), make(chan struct{})
	for _, p := range people {
		group.Go(func() {
			err := lounge.Publish(context.Background(), lounge.PublishConfig{
				BaseURL: base, Room: p.room, Name: p.name, Peer: bottest.Factory(t),
				Source: &held{Source: &frames{tag: p.tag, of: n}, listens: listens, heard: heard},
			})
			if err != nil {
				t.Errorf("publishing %s: %v", p.name, err)
			}
		})
	}
	for _, p := range people {
		e := recorders[p.room]
		e.until(t, p.name+"'s first packet", func() bool { tr := e.of(p.name); return tr != nil && len(tr.raw) > 0 })
	}
	close(listens)
	for _, p := range people {
		e := recorders[p.room]
		e.until(t, p.name+"'s last packet", func() bool {
			return slices.ContainsFunc(e.of(p.name).raw, func(raw []byte) bool { return bytes.HasSuffix(raw, payload(p.tag, n)) })
		})
	}
	close(heard)
	group.Wait()
	for _, p := range people {
		e := recorders[p.room]
		e.until(t, p.name+" left", func() bool { return e.has("left " + p.name) })
	}
	for _, p := range people {
		checkTrack(t, recorders[p.room], p.name, p.tag, n)
	}
	if a, b := len(recorders["one"].tracks), len(recorders["two"].tracks); a != 2 || b != 1 {
		t.Errorf("tracks: %d in room one, %d in room two, want 2 and 1", a, b)
	}
}

func checkTrack(t *testing.T, e *recorder, name string, tag byte, want int) {
	t.Helper()
	tr := e.of(name)
	e.until(t, name+"'s track ends", func() bool { return tr.ended })
	first, said := uint16(0), 0
	for i, raw := range tr.raw {
		var p rtp.Packet
		err := p.Unmarshal(raw)
		held := (said == 0 || said == want) && string(p.Payload) == silence
		if !held {
			said++
		}
		if err != nil || !held && string(p.Payload) != string(payload(tag, said)) {
			t.Fatalf("%s: packet %d is not the one that was sent: %v", name, said, err)
		}
		seq := p.SequenceNumber
		if i == 0 {
			first = seq
		}
		if seq != first+uint16(i) {
			t.Errorf("%s: packet %d has sequence number %d, want %d", name, said, seq, first+uint16(i))
		}
	}
	if said != want {
		t.Errorf("%s: %d packets heard, want %d", name, said, want)
	}
}

// TestClosing ends the lounge while somebody speaks: the bot learns the reason and every goroutine ends (goleak).
func TestClosing(t *testing.T) {
	base, stop := open(t, server.Config{})
	e, ended := listen(t, base, "lounge")
	e.until(t, "joined", func() bool { return e.has("joined") })
	published := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		published <- lounge.Publish(ctx, lounge.PublishConfig{
			BaseURL: base, Room: "lounge", Name: "Ana", Peer: bottest.Factory(t), Source: &frames{tag: 1, of: 100000},
		})
	}()
	e.until(t, "Ana's packets", func() bool { return len(e.tracks) == 1 && len(e.tracks[0].raw) > 3 })
	stop()
	err := ended()
	var end *bot.EndError
	if !errors.As(err, &end) || end.Reason != models.EndRoomClosed || !end.Retry {
		t.Errorf("Run = %v, want room_closed with a retry", err)
	}
	cancel()
	if err := <-published; !errors.Is(err, context.Canceled) {
		t.Errorf("Publish = %v, want the context's error", err)
	}
}
