package room_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// lossBook is a Sink that records losses.
type lossBook struct {
	bottest.MemorySink
	mu     sync.Mutex
	losses []models.Loss
	full   bool // gaps can't be stored either
}

func (l *lossBook) Losses(session string, losses []models.Loss) error {
	if session != "s1" {
		return errors.New("of no session")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.losses = losses
	return nil
}

func (l *lossBook) Gap(ctx context.Context, g models.Gap) error {
	if l.full {
		return errors.New("no space left on device")
	}
	return l.MemorySink.Gap(ctx, g)
}

// noted returns how much is recorded as lost, and whether all of it is settled.
func (l *lossBook) noted() (ms int64, settled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	settled = true
	for _, x := range l.losses {
		ms += x.LostMS
		settled = settled && x.Settled
	}
	return ms, settled
}

// TestNothingUnstoredIsUnmarked: while nothing can be stored, everything queued is recorded as a loss as soon as it was said. When the bot
// leaves, it becomes gaps of the same length or, if these can't be stored either, remains recorded for good. What is stored after all is no
// longer recorded as lost.
func TestNothingUnstoredIsUnmarked(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	const rounds = 12 // longer than the pauses between attempts
	whole := &lossBook{}
	spoken := func(l *lossBook, check func()) (err error) {
		synctest.Test(t, func(t *testing.T) {
			_, err = hear(t, room.Config{Sink: l}, func(ctx context.Context, sink bot.TrackSink) {
				k := &bottest.Talker{SSRC: 7}
				for range rounds {
					k.Say(ctx, sink, packets)
				}
				time.Sleep(time.Second)
				check()
			})
		})
		return err
	}
	if err := spoken(whole, func() {}); err != nil {
		t.Fatal(err)
	}
	var said int64
	for _, c := range whole.Clips {
		said += c.DurationMS()
	}
	never := func(models.Clip) error { return errors.New("no space left on device") }

	for name, full := range map[string]bool{"gaps find room": false, "gaps find none": true} {
		t.Run(name, func(t *testing.T) {
			l := &lossBook{full: full}
			l.Before = never
			if err := spoken(l, func() {
				if ms, settled := l.noted(); ms != said || settled {
					t.Errorf("%d ms noted while the room is open, settled %v, of %d", ms, settled, said)
				}
			}); err == nil {
				t.Error("Run does not tell of the clips")
			}
			var lost int64
			for _, g := range l.Gaps {
				if g.Cause != models.GapUnstored || g.SpeakerID != "ana" {
					t.Errorf("gap %+v", g)
				}
				lost += g.LostMS
			}
			noted, settled := l.noted()
			if lost+noted != said || full == (noted == 0) || !settled {
				t.Errorf("%d ms in gaps, %d ms noted, settled %v, of %d", lost, noted, settled, said)
			}
		})
	}

	t.Run("stored after all", func(t *testing.T) {
		l := &lossBook{}
		tries := 0
		l.Before = func(models.Clip) error {
			if tries++; tries < 5 {
				return errors.New("no space left on device")
			}
			return nil
		}
		err := spoken(l, func() {})
		if noted, _ := l.noted(); err != nil || noted != 0 || len(l.Gaps) > 0 || len(l.Clips) != len(whole.Clips) {
			t.Errorf("%v: %d ms noted, gaps %+v, %d clips, want %d", err, noted, l.Gaps, len(l.Clips), len(whole.Clips))
		}
	})
}

// TestUnstoredIsCounted: the room's figures count what is queued because it could not be stored, and nothing else.
func TestUnstoredIsCounted(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book := &bottest.MemorySink{}
		var mended atomic.Bool
		book.Before = func(models.Clip) error {
			if !mended.Load() {
				return errors.New("no space left on device")
			}
			return nil
		}
		var r *room.Room
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		play := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(bottest.Ana)
			(&bottest.Talker{SSRC: 7}).Say(ctx, sink, packets)
			sink.End()
			time.Sleep(time.Second)
			if s := r.Stats(); s.Unstored < time.Second {
				t.Errorf("%v wait while nothing is stored", s.Unstored)
			}
			mended.Store(true)
			time.Sleep(10 * time.Second)
			if s := r.Stats(); s.Unstored != 0 {
				t.Errorf("%v wait although all is stored", s.Unstored)
			}
			cancel()
			return stay(ctx)
		}
		r = newRoom(t, room.Config{Sink: book, Connector: &script{play: []func(context.Context, bot.RoomHandler) error{play}}})
		if _, err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	})
}
