package media_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/bottest"
	"earshot/bot/media"
	"earshot/models"
)

// TestFault22DiskStall: while the Sink hangs and fails, packets are accepted without waiting; afterwards, every clip is stored once, in
// order, with its audio.
func TestFault22DiskStall(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	const rounds = 14 // more clips than may keep their PCM
	count := func(before func(models.Clip) error) *bottest.MemorySink {
		book := &bottest.MemorySink{Before: before}
		synctest.Test(t, func(t *testing.T) {
			err := hear(t, open(media.Config{Sink: book}), func(ctx context.Context, sink bot.TrackSink) {
				k := &bottest.Talker{SSRC: 7}
				for range rounds {
					began := time.Now()
					k.Say(ctx, sink, packets)
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
	if len(got.Clips) != len(want.Clips) || len(want.Clips) < rounds || len(got.Gaps) != 0 {
		t.Fatalf("%d clips and %d gaps, want %d clips", len(got.Clips), len(got.Gaps), len(want.Clips))
	}
	for i, c := range got.Clips {
		if w := want.Clips[i]; c.Key != w.Key || len(c.PCM) != len(w.PCM) || len(c.PCM) == 0 {
			t.Errorf("clip %v with %d samples, want %v with %d", c.Key, len(c.PCM), w.Key, len(w.PCM))
		}
	}
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

// TestOverload: a track whose decoding hangs for 15 s drops packets, which become one gap with its own cause. RTP does not wait, and what
// is said later is heard.
func TestOverload(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book, hang, n := &bottest.MemorySink{}, &atomic.Bool{}, 0
		vad := func() audio.VAD { return slow{audio.NewEnergyVAD(), hang, 15 * time.Second, &n} }
		err := hear(t, open(media.Config{Sink: book, NewVAD: vad}), func(ctx context.Context, sink bot.TrackSink) {
			k := &bottest.Talker{SSRC: 7}
			for time.Duration(k.Seq)*20*time.Millisecond < 25*time.Second {
				k.Say(ctx, sink, packets)
			}
		})
		if err != nil || !hang.Load() {
			t.Fatalf("Run: %v; hung: %v", err, hang.Load())
		}
		if len(book.Gaps) != 1 {
			t.Fatalf("gaps %+v, want one", book.Gaps)
		}
		if g := book.Gaps[0]; g.Cause != models.GapOverload || g.SpeakerName != "Ana" || g.LostMS < 4000 || g.LostMS > 6000 {
			t.Errorf("gap %+v, want an overload of about 5 s", g)
		}
		if last := book.Clips[len(book.Clips)-1]; last.EndMS < 20000 {
			t.Errorf("the last clip ends at %d ms: nothing was heard after the overload", last.EndMS)
		}
	})
}

// TestOverloadByABurst: the network delays 20 s of audio, and decoding hangs until it has arrived all at once. What is dropped is reported
// once, as an overload, with the time at which it was said.
func TestOverloadByABurst(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book, hang, n := &bottest.MemorySink{}, &atomic.Bool{}, 0
		vad := func() audio.VAD { return slow{audio.NewEnergyVAD(), hang, 22 * time.Second, &n} }
		err := hear(t, open(media.Config{Sink: book, NewVAD: vad}), func(ctx context.Context, sink bot.TrackSink) {
			k := &bottest.Talker{SSRC: 7}
			for !hang.Load() {
				k.Say(ctx, sink, packets[k.Seq%100:][:1])
			}
			bottest.Pause(ctx, 20*time.Second)
			for range 1000 {
				sink.Packet(k.RTP(packets[k.Seq%100]), 0)
			}
			for range 10 {
				k.Say(ctx, sink, packets)
			}
		})
		if err != nil || !hang.Load() || len(book.Gaps) != 1 {
			t.Fatalf("Run: %v; hung: %v; gaps %+v, want one", err, hang.Load(), book.Gaps)
		}
		if g := book.Gaps[0]; g.Cause != models.GapOverload || g.LostMS < 11_000 || g.LostMS > 12_500 || g.EndMS-g.StartMS < g.LostMS {
			t.Errorf("gap %+v, want an overload of about 12 s", g)
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

// TestPanic: a bug triggered by one track's audio costs a gap, but not the speaker or the room.
func TestPanic(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book, left := &bottest.MemorySink{}, 80
		vad := func() audio.VAD { return crash{audio.NewEnergyVAD(), &left} }
		err := hear(t, open(media.Config{Sink: book, NewVAD: vad}), func(ctx context.Context, sink bot.TrackSink) {
			k := &bottest.Talker{SSRC: 7}
			k.Say(ctx, sink, packets)
			k.Say(ctx, sink, packets)
		})
		if err != nil || left > 0 {
			t.Fatalf("Run: %v, %d frames left", err, left)
		}
		if len(book.Gaps) != 1 || len(book.Clips) == 0 {
			t.Fatalf("%d gaps, %d clips, want one gap and clips after it", len(book.Gaps), len(book.Clips))
		}
	})
}

// TestMalformed: garbage between the packets changes nothing.
func TestMalformed(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	run := func(rubbish ...[]byte) *bottest.MemorySink {
		book := &bottest.MemorySink{}
		synctest.Test(t, func(t *testing.T) {
			err := hear(t, open(media.Config{Sink: book}), func(ctx context.Context, sink bot.TrackSink) {
				k := &bottest.Talker{SSRC: 7}
				for _, p := range packets {
					for _, r := range rubbish {
						sink.Packet(r, 1)
					}
					k.Say(ctx, sink, [][]byte{p})
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
	if len(got.Clips) != len(want.Clips) || len(want.Clips) == 0 || len(got.Gaps) != 0 {
		t.Fatalf("%d clips, %d gaps, want %d clips", len(got.Clips), len(got.Gaps), len(want.Clips))
	}
	for i := range got.Clips {
		if len(got.Clips[i].PCM) != len(want.Clips[i].PCM) {
			t.Errorf("clip %d differs", i)
		}
	}
}

// TestClipsSayWhenTheyWereSpoken: a clip carries the wall-clock time at which its speech ended.
func TestClipsSayWhenTheyWereSpoken(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book, began := &bottest.MemorySink{}, time.Now()
		err := hear(t, open(media.Config{Sink: book}), func(ctx context.Context, sink bot.TrackSink) {
			(&bottest.Talker{SSRC: 7}).Say(ctx, sink, packets)
			bottest.Pause(ctx, 3*time.Second)
		})
		if err != nil || len(book.Clips) == 0 {
			t.Fatal(err, len(book.Clips))
		}
		for _, c := range book.Clips {
			if at := c.Spoken.Sub(began).Milliseconds(); at < c.EndMS || at > c.EndMS+1 {
				t.Errorf("a clip that ends at %d ms was spoken at %d ms", c.EndMS, at)
			}
		}
	})
}
