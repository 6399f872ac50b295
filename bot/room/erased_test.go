package room_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// erased is a sink that behaves as if a host had erased the running session: it accepts clips, but fails forever for gaps and people.
type erased struct {
	bottest.MemorySink
	after time.Duration
	began time.Time
	tries int
	late  int
}

func (e *erased) gone() bool { return time.Since(e.began) > e.after }

func (e *erased) Gap(ctx context.Context, g models.Gap) error {
	if e.gone() {
		e.tries++
		return fmt.Errorf("store gap: %w", models.ErrNotFound)
	}
	return e.MemorySink.Gap(ctx, g)
}

func (e *erased) Speaker(ctx context.Context, s models.Speaker) error {
	if e.gone() {
		e.tries++
		return fmt.Errorf("store speaker: %w", models.ErrNotFound)
	}
	return e.MemorySink.Speaker(ctx, s)
}

func (e *erased) Clip(ctx context.Context, c models.Clip) error {
	if e.gone() {
		e.late++
	}
	return e.MemorySink.Clip(ctx, c)
}

// TestEraseOfALiveSession: the room of an erased session runs for an hour in which people come and talk, and then ends.
func TestEraseOfALiveSession(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		sink := &erased{after: time.Minute, began: time.Now()}
		var left time.Time
		c := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			to := handler.Track(bottest.Ana)
			defer to.End()
			k := &bottest.Talker{SSRC: 7}
			for i := range 60 {
				handler.Speaker(models.Speaker{ID: fmt.Sprint("p", i), Name: "x"})
				k.Say(ctx, to, packets)
				bottest.Pause(ctx, 50*time.Second)
			}
			left = time.Now()
			cancel()
			return stay(ctx)
		}}}
		_, err := newRoom(t, room.Config{Connector: c, Sink: sink}).Run(ctx)
		t.Logf(
			"clips before %d, clips taken after the erasure %d, tries %d; Run returned %v after the end: %v", len(sink.Clips)-sink.late, sink.late,
			sink.tries, time.Since(left), err,
		)
		if err != nil || time.Since(left) > 5*time.Second {
			t.Error("the first person who came after the erasure blocks everything behind it until the end, and the end by 20 s")
		}
	})
}

// TestWhatTheRecordRefusesHoldsUpNothing: a clip that the record never accepts becomes a gap, and does not block what follows.
func TestWhatTheRecordRefusesHoldsUpNothing(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book := &bottest.MemorySink{Before: func(c models.Clip) error {
			if c.Seq == 1 {
				return fmt.Errorf("spool clip: %w", models.ErrInvalid)
			}
			return nil
		}}
		c := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			to := handler.Track(bottest.Ana)
			defer to.End()
			k := &bottest.Talker{SSRC: 7}
			for range 3 {
				k.Say(ctx, to, packets)
			}
			cancel()
			return stay(ctx)
		}}}
		_, err := newRoom(t, room.Config{Connector: c, Sink: book}).Run(ctx)
		if err != nil || len(book.Clips) < 2 || book.Clips[0].Seq != 2 || len(book.Gaps) != 1 || book.Gaps[0].Cause != models.GapUnstored {
			t.Errorf("%d clips, gaps %+v, %v", len(book.Clips), book.Gaps, err)
		}
	})
}
