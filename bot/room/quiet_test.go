package room_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// radio is the track of a source, in which frames follow one another every 20 ms.
type radio struct {
	t    *testing.T
	sink bot.TrackSink
	enc  *audio.Encoder
	seq  uint16
}

// play sends frames for the first second of each half minute, with a sample at each position, or silence.
func (r *radio) play(ctx context.Context, d time.Duration, sample func(n int) float32) {
	for ; d > 0; d -= 30 * time.Second {
		r.second(ctx, sample)
		bottest.Pause(ctx, min(d, 30*time.Second)-time.Second)
	}
}

func (r *radio) second(ctx context.Context, sample func(n int) float32) {
	pcm := make([]float32, 960)
	for range time.Second / (20 * time.Millisecond) {
		for i := range pcm {
			if sample != nil {
				pcm[i] = sample(int(r.seq)*960 + i)
			}
		}
		b := []byte{0xF8, 0xFF, 0xFE} // silence
		if sample != nil {
			var err error
			if b, err = r.enc.Encode(pcm); err != nil {
				r.t.Error(err)
				return
			}
		}
		r.sink.Packet(append(audio.AppendRTPHeader(nil, r.seq, uint32(r.seq)*960, 7), b...), 0)
		r.seq++
		bottest.Pause(ctx, 20*time.Millisecond)
	}
}

// hiss is the noise of a quiet room, at -66 dBFS.
func hiss(n int) float32 { return 0.0005 * (float32(uint32(n)*2654435761>>8)/(1<<23) - 1) } //nolint:gosec // a hash

// said are the notes and states that the host was told.
type said struct {
	mu    sync.Mutex
	notes []string
	last  models.Quiet
}

func (s *said) watch(x room.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.Quiet != nil {
		s.last = *x.Quiet
		s.notes = append(s.notes, x.Note)
	}
}

func (s *said) so() (string, models.Quiet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.notes, "; "), s.last
}

// TestASilentSourceIsReported: a stream that sends only silence is reported after a minute, as a note, a state and an event, and so is its
// end; quiet noise is no silence, and is reported only after ten minutes without speech.
func TestASilentSourceIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		heard, w := &said{}, &witness{}
		says := func(when, want string, silent bool) {
			t.Helper()
			if got, q := heard.so(); got != want || q.Silent != silent || q.Since.IsZero() != (strings.HasSuffix(want, "again") || want == "") {
				t.Errorf("%s: %q, %+v; want %q", when, got, q, want)
			}
		}
		s := playing(func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			bottest.Pause(ctx, 5*time.Minute) // nobody publishes yet
			says("without a source", "", false)
			enc, err := audio.NewEncoder(audio.EncoderConfig{Bitrate: 32000})
			if err != nil {
				t.Error(err)
				return err
			}
			r := &radio{t: t, enc: enc, sink: handler.Track(bot.TrackInfo{
				Track: "stream", SpeakerID: "stream", SpeakerName: "Radio", Attribution: models.AttributionMix,
			})}
			defer r.sink.End()
			r.play(ctx, 55*time.Second, nil)
			says("after 55 s of silence", "", false)
			r.play(ctx, 10*time.Second, nil)
			const first = "only silence has arrived for 1 min: check that the source is the right one, sends sound and is not muted"
			says("after 65 s of silence", first, true)
			r.play(ctx, 8*time.Minute, hiss)
			const again = first + "; there is sound again"
			says("after some noise", again, false)
			r.play(ctx, 2*time.Minute, hiss)
			says("after more noise", again+"; no speech for 10 min: other sound arrives", false)
			cancel()
			return stay(ctx)
		})
		c := room.Config{Connector: s, Sink: &bottest.MemorySink{}, Observer: w, Watch: heard.watch, OneSource: true}
		if _, err := newRoom(t, c).Run(ctx); err != nil {
			t.Fatal(err)
		}
		if w.silent != 1 {
			t.Errorf("%d events", w.silent)
		}
	})
}
