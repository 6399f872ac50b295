package live

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/audio/wav"
	"earshot/models"
)

// venue is a room's server, as people and the bot see it. It outlives the bot, and goes down and comes back.
type venue struct {
	mu    sync.Mutex
	down  bool
	cut   chan struct{} // closed when the server goes down
	inn   map[string]time.Time
	muted map[string]bool
	since time.Time // when the bot came; zero: it is not there
	ears  bot.RoomHandler
	sinks map[string]*voiceTrack
	ssrc  uint32
	began time.Time
}

// voiceTrack is somebody's track, as the bot gets it.
type voiceTrack struct {
	sink bot.TrackSink
	ssrc uint32
	seq  uint16
}

func newVenue() *venue {
	return &venue{
		cut: make(chan struct{}), inn: map[string]time.Time{}, muted: map[string]bool{}, sinks: map[string]*voiceTrack{}, began: time.Now(),
	}
}

var errDown = errors.New("the server is down")

// Run lets the bot in, for as long as the server is there.
func (v *venue) Run(ctx context.Context, ears bot.RoomHandler) error {
	v.mu.Lock()
	if v.down {
		v.mu.Unlock()
		return errDown
	}
	cut := v.cut
	v.ears, v.since, v.sinks = ears, time.Now(), map[string]*voiceTrack{}
	ears.Joined(bot.Capabilities{Message: true, PrivateMessage: true, Mute: true, Unmute: true})
	for id := range v.inn {
		v.publish(id)
	}
	v.mu.Unlock()
	defer v.left()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-cut:
		return errDown
	}
}

// left notes that the bot is gone.
func (v *venue) left() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.sinks {
		t.sink.End()
	}
	v.ears, v.since, v.sinks = nil, time.Time{}, map[string]*voiceTrack{}
}

// publish tells the bot of a person with a track; the caller holds mu.
func (v *venue) publish(id string) {
	v.ssrc++
	v.ears.Speaker(models.Speaker{ID: id, Name: id})
	v.sinks[id] = &voiceTrack{ssrc: v.ssrc, sink: v.ears.Track(bot.TrackInfo{
		Track: "t-" + id, SpeakerID: id, SpeakerName: id, Attribution: models.AttributionTrack,
	})}
}

// come and leave are what people do.
func (v *venue) come(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, here := v.inn[id]; here {
		return
	}
	v.inn[id] = time.Now()
	if v.ears != nil {
		v.publish(id)
	}
}

func (v *venue) leave(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.inn, id)
	delete(v.muted, id) // a new track is not muted
	if t := v.sinks[id]; t != nil {
		t.sink.End()
		delete(v.sinks, id)
		v.ears.Left(id)
	}
}

// setDown takes the server down or brings it back.
func (v *venue) setDown(down bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if down == v.down {
		return
	}
	if v.down = down; down {
		close(v.cut)
	} else {
		v.cut = make(chan struct{})
	}
}

// state is what there is to see of a person and the bot.
func (v *venue) state(id string) (here, muted bool, came, botCame time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	came, here = v.inn[id]
	return here, v.muted[id], came, v.since
}

// write has somebody write a line into the chat.
func (v *venue) write(id, text string) {
	v.mu.Lock()
	ears := v.ears
	v.mu.Unlock()
	if c, ok := ears.(bot.ChatHandler); ok {
		c.Said(id, text)
	}
}

// say plays packets as somebody's voice, in real time.
func (v *venue) say(id string, packets [][]byte) {
	for _, p := range packets {
		v.mu.Lock()
		if t := v.sinks[id]; t != nil && !v.muted[id] {
			b := make([]byte, 12, 12+len(p))
			b[0], b[1] = 0x80, 111
			binary.BigEndian.PutUint16(b[2:], t.seq)
			binary.BigEndian.PutUint32(b[4:], uint32(time.Since(v.began).Milliseconds()*48)) //nolint:gosec // it wraps
			binary.BigEndian.PutUint32(b[8:], t.ssrc)
			t.seq++
			t.sink.Packet(append(b, p...), 0)
		}
		v.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

// Do implements bot.Moderator.
func (v *venue) Execute(_ context.Context, o bot.Command) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ears == nil {
		return bot.ErrNotJoined
	}
	if _, here := v.inn[o.Target]; o.Target != "" && !here {
		return bot.ErrAbsent
	}
	switch o.Verb {
	case models.VerbMute:
		v.muted[o.Target] = true
	case models.VerbUnmute:
		delete(v.muted, o.Target)
	}
	return nil
}

// Effect implements bot.Moderator.
func (v *venue) Effect(o bot.Command) (bool, string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch o.Verb {
	case models.VerbMute:
		return v.muted[o.Target], "the server says so"
	case models.VerbUnmute:
		return !v.muted[o.Target], "the server says so"
	}
	return true, "the server says so"
}

// sentence is a recorded sentence as 20 ms Opus packets, with silence before and after it.
func sentence(t *testing.T) [][]byte {
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
	quiet := make([]float32, 16000/3)
	pcm48 := sound.Resample(append(append(append([]float32{}, quiet...), pcm[:min(len(pcm), 32000)]...), quiet...), 16000, 48000)
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
