//go:build !race

package room_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/room"
	"earshot/models"
)

// quiet is how the tracks of a crowd are silent.
type quiet struct {
	name   string
	tracks int
	every  time.Duration // between the packets of a track
	level  byte          // RFC 6464, -dBov; 0: none is sent
	decode bool
	most   float64 // share of a core that a track may take
}

// TestCrowdOfSilentTracks holds a room with a thousand open tracks on which nobody speaks, in real time: those that need
// no decoding cost next to nothing, and those that do, because nothing says that they are silent, little. The figures
// themselves are for the long run, which has the machine to itself; beside other tests a core does less.
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

// listen opens the tracks, waits until they are known to be silent, and measures what share of a core the room takes.
func (q quiet) listen(t *testing.T) (share float64, megabytes int64) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	payload := []byte{8, 0} // a comfort packet
	if q.every == 20*time.Millisecond {
		payload = silentPacket(t)
	}
	var r *room.Room
	book := &notebook{}
	play := func(ctx context.Context, handler bot.RoomHandler) error {
		handler.Joined(bot.Capabilities{})
		sinks := make([]bot.TrackSink, q.tracks)
		for i := range sinks {
			id := fmt.Sprint("p", i)
			sinks[i] = handler.Track(bot.TrackInfo{Track: id, SpeakerID: id, SpeakerName: id, Attribution: models.AttributionTrack})
		}
		k := &talker{ssrc: 1}
		say := func(d time.Duration) { // so much sound; a busy machine takes longer for it
			for ; d > 0; d -= q.every {
				next := time.Now().Add(q.every)
				packet := withLevel(k.rtp(payload), q.level)
				k.ts += uint32(q.every.Milliseconds()*48) - 960
				for _, x := range sinks {
					x.Packet(packet, 1)
				}
				pause(ctx, time.Until(next))
			}
		}
		say(3 * time.Second)
		debug.FreeOSMemory()
		share = math.Inf(1)
		for range 4 { // the least: what else runs on this machine only adds to it
			before := cpuTime(t)
			say(time.Second)
			share = min(share, (cpuTime(t) - before).Seconds())
		}
		megabytes = resident(t)
		pause(ctx, time.Second) // until the figures are told
		s := r.Stats()
		if s.Decoded+s.Silent != q.tracks || s.Decoded > 0 && !q.decode && q.level > 0 {
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
	if len(book.clips) > 0 {
		t.Errorf("%d clips of nothing", len(book.clips))
	}
	return share, megabytes
}

// silentPacket is what a browser sends for silence that it does not leave out.
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

// withLevel adds an audio level (RFC 6464) as header extension 1 (RFC 8285); 0 adds none.
func withLevel(packet []byte, level byte) []byte {
	if level == 0 {
		return packet
	}
	packet[0] |= 0x10
	return slices.Concat(packet[:12], []byte{0xBE, 0xDE, 0, 1, 0x10, level, 0, 0}, packet[12:])
}

// cpuTime is what this process has used so far.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is the memory of this process that is in use, in MB.
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
