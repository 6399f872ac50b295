package room_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// erased is a sink as a live session is one when a host has erased the session that goes on: clips are taken, gaps and people are
// an error for ever.
type erased struct {
	notebook
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
	return e.notebook.Gap(ctx, g)
}

func (e *erased) Speaker(ctx context.Context, s models.Speaker) error {
	if e.gone() {
		e.tries++
		return fmt.Errorf("store speaker: %w", models.ErrNotFound)
	}
	return e.notebook.Speaker(ctx, s)
}

func (e *erased) Clip(ctx context.Context, c models.Clip) error {
	if e.gone() {
		e.late++
	}
	return e.notebook.Clip(ctx, c)
}

// TestEraseOfALiveSession: the room of an erased session goes on for an hour in which people come and talk, then it ends.
func TestEraseOfALiveSession(t *testing.T) {
	packets := voice(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		sink := &erased{after: time.Minute, began: time.Now()}
		var left time.Time
		c := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			to := handler.Track(ana)
			defer to.End()
			k := &talker{ssrc: 7}
			for i := range 60 {
				handler.Speaker(models.Speaker{ID: fmt.Sprint("p", i), Name: "x"})
				k.say(ctx, to, packets)
				pause(ctx, 50*time.Second)
			}
			left = time.Now()
			cancel()
			return stay(ctx)
		}}}
		_, err := newRoom(t, room.Config{Connector: c, Sink: sink}).Run(ctx)
		t.Logf(
			"clips before %d, clips taken after the erasure %d, tries %d; Run returned %v after the end: %v", len(sink.clips)-sink.late, sink.late,
			sink.tries, time.Since(left), err,
		)
		if err != nil || time.Since(left) > 5*time.Second {
			t.Error("the first person who came after the erasure blocks everything behind it until the end, and the end by 20 s")
		}
	})
}

// TestWhatTheRecordRefusesHoldsUpNothing: a clip that the record never takes costs that clip, as a gap, and not what comes after.
func TestWhatTheRecordRefusesHoldsUpNothing(t *testing.T) {
	packets := voice(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book := &notebook{before: func(c models.Clip) error {
			if c.Seq == 1 {
				return fmt.Errorf("spool clip: %w", models.ErrInvalid)
			}
			return nil
		}}
		c := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			to := handler.Track(ana)
			defer to.End()
			k := &talker{ssrc: 7}
			for range 3 {
				k.say(ctx, to, packets)
			}
			cancel()
			return stay(ctx)
		}}}
		_, err := newRoom(t, room.Config{Connector: c, Sink: book}).Run(ctx)
		if err != nil || len(book.clips) < 2 || book.clips[0].Seq != 2 || len(book.gaps) != 1 || book.gaps[0].Cause != models.GapUnstored {
			t.Errorf("%d clips, gaps %+v, %v", len(book.clips), book.gaps, err)
		}
	})
}
