package room_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/room"
	"earshot/models"
)

// hear runs a room in which one speaker says the packets and reports how long the longest Packet call took.
func hear(t *testing.T, c room.Config, say func(context.Context, bot.TrackSink)) (models.EndReason, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c.Connector = &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
		handler.Joined(bot.Capabilities{})
		sink := handler.Track(ana)
		say(ctx, sink)
		sink.End()
		cancel()
		return stay(ctx)
	}}}
	return newRoom(t, c).Run(ctx)
}

// TestFault22DiskStall: while the Sink hangs and fails, packets are taken without waiting; afterwards every clip is stored
// once, in order, with its sound.
func TestFault22DiskStall(t *testing.T) {
	packets := voice(t)
	const rounds = 14 // more clips than keep their PCM
	count := func(before func(models.Clip) error) *notebook {
		book := &notebook{before: before}
		synctest.Test(t, func(t *testing.T) {
			_, err := hear(t, room.Config{Sink: book, Drain: time.Hour}, func(ctx context.Context, sink bot.TrackSink) {
				k := &talker{ssrc: 7}
				for range rounds {
					began := time.Now()
					k.say(ctx, sink, packets)
					if took := time.Since(began); took > time.Duration(len(packets))*20*time.Millisecond {
						t.Errorf("RTP waited: %v for %d packets", took, len(packets))
					}
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
		return book
	}
	want := count(nil)
	tries := 0
	got := count(func(models.Clip) error {
		if tries++; tries == 1 {
			time.Sleep(90 * time.Second)
			return errors.New("no space left on device")
		}
		if tries%3 == 0 {
			return errors.New("no space left on device")
		}
		return nil
	})
	if len(got.clips) != len(want.clips) || len(want.clips) < rounds || len(got.gaps) != 0 {
		t.Fatalf("%d clips and %d gaps, want %d clips", len(got.clips), len(got.gaps), len(want.clips))
	}
	for i, c := range got.clips {
		if w := want.clips[i]; c.Key != w.Key || len(c.PCM) != len(w.PCM) || len(c.PCM) == 0 {
			t.Errorf("clip %v with %d samples, want %v with %d", c.Key, len(c.PCM), w.Key, len(w.PCM))
		}
	}
}

// TestDrain: a Sink that never recovers does not keep Run for ever, and the error says what is missing.
func TestDrain(t *testing.T) {
	packets := voice(t)
	synctest.Test(t, func(t *testing.T) {
		book := &notebook{before: func(models.Clip) error { return errors.New("read-only file system") }}
		reason, err := hear(t, room.Config{Sink: book}, func(ctx context.Context, sink bot.TrackSink) {
			(&talker{ssrc: 7}).say(ctx, sink, packets)
		})
		if reason != models.EndStopped || err == nil {
			t.Errorf("Run = %q, %v, want an error that tells of the clips", reason, err)
		}
	})
}

// slow is a voice detector that hangs once.
type slow struct {
	*audio.EnergyVAD
	hang *atomic.Bool
	at   time.Duration
	n    *int
}

func (s slow) Speech(f []float32) float32 {
	if *s.n++; *s.n == 60 && !s.hang.Swap(true) {
		time.Sleep(s.at)
	}
	return s.EnergyVAD.Speech(f)
}

// TestOverload: a track whose decoding hangs for 10 s drops packets, which become one gap with its own cause; RTP does
// not wait, and what is said later is heard.
func TestOverload(t *testing.T) {
	packets := voice(t)
	synctest.Test(t, func(t *testing.T) {
		book, hang, n := &notebook{}, &atomic.Bool{}, 0
		vad := func() audio.VAD { return slow{audio.NewEnergyVAD(), hang, 10 * time.Second, &n} }
		_, err := hear(t, room.Config{Sink: book, NewVAD: vad}, func(ctx context.Context, sink bot.TrackSink) {
			k := &talker{ssrc: 7}
			for time.Duration(k.seq)*20*time.Millisecond < 20*time.Second {
				k.say(ctx, sink, packets)
			}
		})
		if err != nil || !hang.Load() {
			t.Fatalf("Run: %v; hung: %v", err, hang.Load())
		}
		if len(book.gaps) != 1 {
			t.Fatalf("gaps %+v, want one", book.gaps)
		}
		if g := book.gaps[0]; g.Cause != models.GapOverload || g.SpeakerName != "Ana" || g.LostMS < 4000 || g.LostMS > 6000 {
			t.Errorf("gap %+v, want an overload of about 5 s", g)
		}
		if last := book.clips[len(book.clips)-1]; last.EndMS < 15000 {
			t.Errorf("the last clip ends at %d ms: nothing was heard after the overload", last.EndMS)
		}
	})
}

// crash is a voice detector that panics once.
type crash struct {
	*audio.EnergyVAD
	left *int
}

func (c crash) Speech(f []float32) float32 {
	if *c.left--; *c.left == 0 {
		panic("a bug in the detector")
	}
	return c.EnergyVAD.Speech(f)
}

// TestPanic: a bug that one track's sound triggers costs a gap, not the speaker and not the room.
func TestPanic(t *testing.T) {
	packets := voice(t)
	synctest.Test(t, func(t *testing.T) {
		book, left := &notebook{}, 80
		_, err := hear(t, room.Config{Sink: book, NewVAD: func() audio.VAD { return crash{audio.NewEnergyVAD(), &left} }},
			func(ctx context.Context, sink bot.TrackSink) {
				k := &talker{ssrc: 7}
				k.say(ctx, sink, packets)
				k.say(ctx, sink, packets)
			})
		if err != nil || left > 0 {
			t.Fatalf("Run: %v, %d frames left", err, left)
		}
		if len(book.gaps) != 1 || len(book.clips) == 0 {
			t.Fatalf("%d gaps, %d clips, want one gap and clips after it", len(book.gaps), len(book.clips))
		}
	})
}

// TestMalformed: rubbish between the packets changes nothing.
func TestMalformed(t *testing.T) {
	packets := voice(t)
	run := func(rubbish ...[]byte) *notebook {
		book := &notebook{}
		synctest.Test(t, func(t *testing.T) {
			_, err := hear(t, room.Config{Sink: book}, func(ctx context.Context, sink bot.TrackSink) {
				k := &talker{ssrc: 7}
				for _, p := range packets {
					for _, r := range rubbish {
						sink.Packet(r, 1)
					}
					k.say(ctx, sink, [][]byte{p})
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
		return book
	}
	want := run()
	got := run(nil, []byte{0x80}, make([]byte, 1600), []byte{0xBF, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 255})
	if len(got.clips) != len(want.clips) || len(want.clips) == 0 || len(got.gaps) != 0 {
		t.Fatalf("%d clips, %d gaps, want %d clips", len(got.clips), len(got.gaps), len(want.clips))
	}
	for i := range got.clips {
		if len(got.clips[i].PCM) != len(want.clips[i].PCM) {
			t.Errorf("clip %d differs", i)
		}
	}
}

// TestClipsSayWhenTheyWereSpoken: a clip carries the time at which its speech ended, by the clock of the process.
func TestClipsSayWhenTheyWereSpoken(t *testing.T) {
	packets := voice(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book, began := &notebook{}, time.Now()
		c := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(ana)
			defer sink.End()
			(&talker{ssrc: 7}).say(ctx, sink, packets)
			pause(ctx, 3*time.Second)
			cancel()
			return stay(ctx)
		}}}
		if _, err := newRoom(t, room.Config{Connector: c, Sink: book}).Run(ctx); err != nil || len(book.clips) == 0 {
			t.Fatal(err, len(book.clips))
		}
		for _, c := range book.clips {
			if at := c.Spoken.Sub(began).Milliseconds(); at < c.EndMS || at > c.EndMS+1 {
				t.Errorf("a clip that ends at %d ms was spoken at %d ms", c.EndMS, at)
			}
		}
	})
}
