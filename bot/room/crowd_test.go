//go:build !race

package room_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/bottest"
	"earshot/bot/media"
	"earshot/bot/room"
	"earshot/models"
	"earshot/models/waittest"
)

// quiet describes the silent tracks of a crowd.
type quiet struct {
	name   string
	tracks int
	every  time.Duration // between the packets of a track
	level  byte          // RFC 6464, -dBov; 0: not sent
	decode bool
	most   float64 // the share of a core that a track may use
}

// TestCrowdOfSilentTracks runs a room with a thousand open tracks on which nobody speaks, in real time. Those that need no decoding cost
// next to nothing; those that do, because nothing signals that they are silent, cost little. The exact figures are measured by the long
// run, which has the machine to itself; next to other tests, a core does less.
func TestCrowdOfSilentTracks(t *testing.T) {
	if testing.Short() {
		t.Skip("listens for some seconds")
	}
	for _, q := range []quiet{
		{name: "muted, by their level", tracks: 1000, every: 20 * time.Millisecond, level: 127, most: 0.0005},
		{name: "silence left out (DTX)", tracks: 1000, every: 400 * time.Millisecond, most: 0.0005},
		{name: "silence decoded", tracks: 100, every: 20 * time.Millisecond, decode: true, most: 0.003},
	} {
		t.Run(q.name, func(t *testing.T) {
			share, megabytes := q.listen(t)
			t.Logf("%d tracks: %.4f %% of a core each, %d MB resident", q.tracks, 100*share/float64(q.tracks), megabytes)
			most := q.most
			if os.Getenv("EARSHOT_TEST_LONG") == "" {
				most *= 3
			}
			if each := share / float64(q.tracks); each > most {
				t.Errorf("a track takes %.4f %% of a core, want %.4f %%", 100*each, 100*most)
			}
			if share > 1 || megabytes > 500 {
				t.Errorf("%d tracks take %.2f cores and %d MB, want 1 and 500", q.tracks, share, megabytes)
			}
		})
	}
}

// listen opens the tracks, waits until they are known to be silent, and measures which share of a core the room uses.
func (q quiet) listen(t *testing.T) (share float64, megabytes int64) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	payload := []byte{8, 0} // a comfort noise packet
	if q.every == 20*time.Millisecond {
		payload = silentPacket(t)
	}
	var r *room.Room
	book := &bottest.MemorySink{}
	play := func(ctx context.Context, handler bot.RoomHandler) error {
		handler.Joined(bot.Capabilities{})
		sinks := make([]bot.TrackSink, q.tracks)
		for i := range sinks {
			id := fmt.Sprint("p", i)
			sinks[i] = handler.Track(bot.TrackInfo{Track: id, SpeakerID: id, SpeakerName: id, Attribution: models.AttributionTrack})
		}
		k := &bottest.Talker{SSRC: 1}
		say := func(d time.Duration) { // a duration of audio; a busy machine takes longer for it
			for ; d > 0; d -= q.every {
				next := time.Now().Add(q.every)
				packet := withLevel(k.RTP(payload), q.level)
				k.TS += uint32(q.every.Milliseconds()*48) - 960
				for _, x := range sinks {
					x.Packet(packet, 1)
				}
				bottest.Pause(ctx, time.Until(next))
			}
		}
		say(3 * time.Second)
		debug.FreeOSMemory()
		share = math.Inf(1)
		for range 4 { // the minimum: whatever else runs on this machine only adds to it
			before := waittest.CPUTime(t)
			say(time.Second)
			share = min(share, (waittest.CPUTime(t) - before).Seconds())
		}
		megabytes = resident(t)
		var s media.Stats
		updated, enough := context.WithTimeout(ctx, waittest.Patience)
		defer enough()
		if !waittest.Holds(updated, func() bool {
			s = r.Stats()
			return s.Decoded+s.Silent == q.tracks && (s.Decoded == 0 || q.decode || q.level == 0)
		}) {
			t.Errorf("%+v", s)
		}
		if s.Dropped+uint64(s.Media.Lost) > 0 {
			t.Errorf("%+v", s)
		}
		for _, x := range sinks {
			x.End()
		}
		cancel()
		return stay(ctx)
	}
	r = newRoom(t, room.Config{Sink: book, Connector: playing(play)})
	if _, err := r.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if len(book.Clips) > 0 {
		t.Errorf("%d clips of nothing", len(book.Clips))
	}
	return share, megabytes
}

// silentPacket returns what a browser sends for silence without DTX.
func silentPacket(t *testing.T) []byte {
	t.Helper()
	enc, err := audio.NewEncoder(audio.EncoderConfig{Bitrate: 24000})
	if err != nil {
		t.Fatal(err)
	}
	packet, err := enc.Encode(make([]float32, 960))
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte(nil), packet...)
}

// withLevel adds an audio level (RFC 6464) as header extension 1 (RFC 8285), or nothing if it is 0.
func withLevel(packet []byte, level byte) []byte {
	if level == 0 {
		return packet
	}
	packet[0] |= 0x10
	return slices.Concat(packet[:12], []byte{0xBE, 0xDE, 0, 1, 0x10, level, 0, 0}, packet[12:])
}

// resident returns the resident memory of this process in MB.
func resident(t *testing.T) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("this system does not tell how much memory is in use")
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(data), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize()) >> 20
}
