package livekit_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/models"
	"earshot/models/leaktest"
	"earshot/models/waittest"
)

// TestMain looks for goroutines that are left. pion gives a STUN server that does not answer five seconds, also after
// Close: those end by themselves.
func TestMain(m *testing.M) {
	const agent = "github.com/pion/ice/v2.(*Agent)."
	leaktest.Main(m, goleak.IgnoreAnyFunction(agent+"gatherCandidates"),
		goleak.IgnoreAnyFunction(agent+"gatherCandidatesSrflx"), goleak.IgnoreAnyFunction(agent+"gatherCandidatesSrflx.func1"))
}

var keys = livekit.Credentials{Key: livekittest.Key, Secret: livekittest.Secret}

// server starts a LiveKit server for one test, or skips the test where there is none.
func server(t *testing.T, extra string) *livekittest.Server {
	t.Helper()
	return bottest.Serve(t, livekittest.ErrAbsent, func() (*livekittest.Server, error) {
		return livekittest.Start(t.Context(), t.TempDir(), extra)
	})
}

// log shows the connector's log with -v.
func log(t *testing.T) *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(writer{t}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type writer struct{ t *testing.T }

func (w writer) Write(b []byte) (int, error) {
	_, _ = fmt.Fprint(os.Stderr, "    ", strings.TrimSpace(string(b)), "\n")
	return len(b), nil
}

func connector(t *testing.T, c livekit.Config) *livekit.Connector {
	t.Helper()
	c.Peer = bottest.Factory(t)
	if c.Log == nil {
		c.Log = log(t)
	}
	if c.Auth == (livekit.Credentials{}) {
		c.Auth = keys
	}
	x, err := livekit.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// tone gives the packets of an endless tone, until the context ends.
func tone(ctx context.Context) func() ([]byte, time.Duration, error) {
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	pcm, at, n := make([]float32, 960), time.Duration(0), 0
	return func() ([]byte, time.Duration, error) {
		if err != nil || ctx.Err() != nil {
			return nil, 0, io.EOF
		}
		for i := range pcm {
			pcm[i] = float32(math.Sin(2*math.Pi*float64(n)/200)) * 0.5
			n++
		}
		b, err := enc.Encode(pcm)
		at += 20 * time.Millisecond
		return b, at - 20*time.Millisecond, err
	}
}

// person is somebody in a room who plays a tone until the test, or the person, ends.
type person struct {
	c     livekit.PublishConfig
	leave context.CancelFunc
	ended chan error
	mu    sync.Mutex
	heard []string
}

func (p *person) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.heard...)
}

func enter(t *testing.T, c livekit.PublishConfig) *person {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &person{c: c, leave: cancel, ended: make(chan error, 1)}
	ready := make(chan struct{})
	p.c.Peer, p.c.Auth = bottest.Factory(t), keys
	p.c.Ready = func(context.Context) { close(ready) }
	if p.c.Next == nil {
		p.c.Next = tone(ctx)
	}
	p.c.Heard = func(from, topic string, b []byte) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.heard = append(p.heard, from+" "+topic+" "+string(b))
	}
	go func() { p.ended <- livekit.Publish(ctx, p.c) }()
	t.Cleanup(func() {
		cancel()
		if p.ended != nil {
			<-p.ended //nolint:errcheck // how it ends is for those who ask
		}
	})
	select {
	case <-ready:
	case err := <-p.ended:
		p.ended = nil
		t.Fatalf("%s could not join: %v", c.Identity, err)
	}
	return p
}

// end waits for the end of a person's stay and returns how it ended.
func (p *person) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-p.ended:
		p.ended = nil
		return err
	case <-time.After(roomtest.Patience):
		t.Fatalf("%s is still there", p.c.Identity)
		return nil
	}
}

// listener keeps what a connector tells about a room.
type listener struct {
	mu      sync.Mutex
	can     bot.Capabilities
	joins   int
	people  map[string]models.Speaker
	tracks  map[string]*track // by speaker
	opened  int
	talking map[string]int
}

func newRoom() *listener {
	return &listener{people: map[string]models.Speaker{}, tracks: map[string]*track{}, talking: map[string]int{}}
}

// track counts the packets with sound of one track.
type track struct {
	r       *listener
	info    bot.TrackInfo
	packets int
	ended   bool
}

func (k *track) Packet(raw []byte, level uint8) {
	p, err := audio.ParsePacket(raw, level)
	k.r.mu.Lock()
	defer k.r.mu.Unlock()
	if err == nil && len(p.Payload) > 8 {
		k.packets++
	}
}

func (k *track) End() {
	k.r.mu.Lock()
	defer k.r.mu.Unlock()
	k.ended = true
}

func (r *listener) Joined(can bot.Capabilities) { r.note(func() { r.can, r.joins = can, r.joins+1 }) }
func (r *listener) Speaker(s models.Speaker)    { r.note(func() { r.people[s.ID] = s }) }
func (r *listener) Left(id string)              { r.note(func() { delete(r.people, id) }) }
func (r *listener) Talking(id string, on bool) {
	if on {
		r.note(func() { r.talking[id]++ })
	}
}

func (r *listener) Track(i bot.TrackInfo) bot.TrackSink {
	k := &track{r: r, info: i}
	r.note(func() { r.tracks[i.SpeakerID], r.opened = k, r.opened+1 })
	return k
}

func (r *listener) note(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// until waits for something to be seen in the room.
func (r *listener) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	waittest.Until(t, what, func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return ok()
	})
}

func (r *listener) hears(id string) func() bool {
	from := r.packets(id)
	return func() bool { k := r.tracks[id]; return k != nil && k.packets > from+10 }
}

func (r *listener) packets(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.tracks[id]; k != nil {
		return k.packets
	}
	return 0
}

// listen runs a connector until the test ends, or it ends itself.
func listen(t *testing.T, c *livekit.Connector, r *listener) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, r) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() {
			t.Helper()
			select {
			case err = <-ended:
			case <-time.After(roomtest.Patience):
				t.Error("the connector did not end")
			}
		})
		return err
	}
	t.Cleanup(func() { cancel(); _ = stop() })
	r.until(t, "the join", func() bool { return r.joins > 0 || len(ended) > 0 })
	return stop
}
