package room_test

import (
	"context"
	"encoding/binary"
	"os"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/audio/wav"
	"earshot/bot/room"
	"earshot/models"
)

// voice is a recorded sentence as 20 ms Opus packets, with a second of silence around it.
func voice(t *testing.T) [][]byte {
	t.Helper()
	f, err := os.Open("../../transcribe/fixture/eval/00.wav")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pcm, err := wav.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	quiet := make([]float32, audio48/3)
	pcm = append(append(append([]float32{}, quiet...), pcm...), quiet...)
	pcm48 := sound.Resample(pcm, 16000, 48000)
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for ; len(pcm48) >= 960; pcm48 = pcm48[960:] {
		p, err := enc.Encode(pcm48[:960])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, append([]byte(nil), p...))
	}
	return out
}

const audio48 = 48000

// talker turns packets into RTP.
type talker struct {
	ssrc uint32
	seq  uint16
	ts   uint32
}

func (k *talker) rtp(payload []byte) []byte {
	b := make([]byte, 12, 12+len(payload))
	b[0], b[1] = 0x80, 111
	binary.BigEndian.PutUint16(b[2:], k.seq)
	binary.BigEndian.PutUint32(b[4:], k.ts)
	binary.BigEndian.PutUint32(b[8:], k.ssrc)
	k.seq++
	k.ts += 960
	return append(b, payload...)
}

// say sends packets in real time.
func (k *talker) say(ctx context.Context, sink bot.TrackSink, packets [][]byte) {
	for _, p := range packets {
		sink.Packet(k.rtp(p), 0)
		pause(ctx, 20*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// script is a connector that plays one function per connection; the last one is repeated.
type script struct {
	mu   sync.Mutex
	runs int
	play []func(context.Context, bot.RoomHandler) error
}

// playing is a script of one join.
func playing(play func(context.Context, bot.RoomHandler) error) *script {
	return &script{play: []func(context.Context, bot.RoomHandler) error{play}}
}

func (s *script) Run(ctx context.Context, handler bot.RoomHandler) error {
	s.mu.Lock()
	f := s.play[min(s.runs, len(s.play)-1)]
	s.runs++
	s.mu.Unlock()
	return f(ctx, handler)
}

// notebook is a Sink in memory. before, when set, is called with each clip and may block or fail.
type notebook struct {
	mu       sync.Mutex
	clips    []models.Clip
	gaps     []models.Gap
	speakers []models.Speaker
	before   func(models.Clip) error
}

func (n *notebook) Clip(_ context.Context, c models.Clip) error {
	if n.before != nil {
		if err := n.before(c); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clips = append(n.clips, c)
	return nil
}

func (n *notebook) Gap(_ context.Context, g models.Gap) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gaps = append(n.gaps, g)
	return nil
}

func (n *notebook) Speaker(_ context.Context, s models.Speaker) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.speakers = append(n.speakers, s)
	return nil
}

var ana = bot.TrackInfo{Track: "t1", SpeakerID: "ana", SpeakerName: "Ana", Role: models.RoleHost, Attribution: models.AttributionTrack}

func newRoom(t *testing.T, c room.Config) *room.Room {
	t.Helper()
	c.Session = models.Session{ID: "s1", Epoch: 1, Started: time.Now()}
	r, err := room.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stay waits for the end of the context, as a connector does.
func stay(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}
