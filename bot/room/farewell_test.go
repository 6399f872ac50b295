package room_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// TestFarewellWhileTheRoomCanBeToldThings: before the bot leaves, whatever ends the stay, final actions are possible in the room, for some
// seconds at most. What is said meanwhile is not heard. If the room has already gone, there is no wait.
func TestFarewellWhileTheRoomCanBeToldThings(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	type told struct {
		why           models.EndReason
		inside, ended bool
	}
	for name, c := range map[string]struct {
		alone  time.Duration
		end    func(cancel context.CancelCauseFunc)
		hangs  bool
		down   bool          // the room can't be joined
		closes time.Duration // when the room closes, after the end of the stay
		why    models.EndReason
		inside bool
		takes  time.Duration
	}{
		"a host's leave": {end: func(c context.CancelCauseFunc) { c(bot.End(models.EndLeft, nil)) }, why: models.EndLeft, inside: true},
		"a stop":         {end: func(c context.CancelCauseFunc) { c(nil) }, why: models.EndStopped, inside: true},
		"alone":          {alone: time.Minute, why: models.EndAlone, inside: true},
		"no end": {
			end: func(c context.CancelCauseFunc) { c(nil) }, hangs: true, why: models.EndStopped, inside: true, takes: room.FarewellTime,
		},
		"the room ends too": {
			end: func(c context.CancelCauseFunc) { c(nil) }, hangs: true, closes: time.Second, why: models.EndStopped, inside: true,
			takes: time.Second,
		},
		"not in the room": {end: func(c context.CancelCauseFunc) { c(nil) }, hangs: true, down: true, why: models.EndFailedServer},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				var r *room.Room
				var calls []told
				var parted time.Time
				book, ending := &bottest.MemorySink{}, make(chan struct{})
				conn := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
					if c.down {
						return errors.New("down")
					}
					handler.Joined(bot.Capabilities{})
					to := handler.Track(bottest.Ana)
					if c.alone > 0 {
						handler.Left("ana")
					}
					<-ending
					k := &bottest.Talker{SSRC: 7}
					k.Say(ctx, to, packets)
					if c.closes > 0 {
						return bot.End(models.EndRoomClosed, nil)
					}
					return stay(ctx)
				}}}
				if c.closes > 0 {
					packets = packets[:c.closes/(20*time.Millisecond)]
				}
				r = newRoom(t, room.Config{
					Connector: conn, Sink: book, Alone: c.alone, FirstJoin: time.Hour,
					Farewell: func(ctx context.Context, why models.EndReason) {
						_, inside := r.Can()
						parted = time.Now()
						close(ending)
						if c.hangs {
							<-ctx.Done()
						} else {
							time.Sleep(3 * time.Second)
						}
						calls = append(calls, told{why, inside, ctx.Err() != nil})
					},
				})
				if c.end != nil {
					time.AfterFunc(30*time.Second, func() { c.end(cancel) })
				}
				why, err := r.Run(ctx)
				if len(calls) != 1 || calls[0] != (told{c.why, c.inside, c.hangs}) || why != c.why || (err != nil) != c.down {
					t.Errorf("farewells %+v; the stay ended as %q, %v", calls, why, err)
				}
				if took := time.Since(parted); c.hangs && took != c.takes {
					t.Errorf("the bot left %v after that, want %v", took, c.takes)
				}
				if len(book.Clips) > 0 {
					t.Errorf("%d clips were heard after the end", len(book.Clips))
				}
			})
		})
	}
}

// TestNoFarewellWhereTheRoomIsOver: if the room has ended, there is nobody to say goodbye to.
func TestNoFarewellWhereTheRoomIsOver(t *testing.T) {
	conn := &script{play: []func(context.Context, bot.RoomHandler) error{func(_ context.Context, handler bot.RoomHandler) error {
		handler.Joined(bot.Capabilities{})
		return bot.End(models.EndRoomClosed, nil)
	}}}
	r := newRoom(t, room.Config{
		Connector: conn, Sink: &bottest.MemorySink{}, Farewell: func(context.Context, models.EndReason) { t.Error("a farewell") },
	})
	if why, err := r.Run(t.Context()); why != models.EndRoomClosed {
		t.Errorf("ended as %q, %v", why, err)
	}
}

// TestAnEndIsNoCut: if the platform reports that the room is over, nothing was missed between the last packet and the end. If the
// connection is lost for good, that time is a gap.
func TestAnEndIsNoCut(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	const silence = 700 * time.Millisecond
	for name, c := range map[string]struct {
		end  error
		lost bool
	}{
		"room closed": {bot.End(models.EndRoomClosed, nil), false},
		"removed":     {bot.End(models.EndRemoved, nil), false},
		"lost":        {errors.New("the connection was reset"), true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				book := &bottest.MemorySink{}
				r := newRoom(t, room.Config{GiveUp: time.Second, Sink: book, Connector: &script{play: []func(context.Context, bot.RoomHandler) error{
					func(ctx context.Context, handler bot.RoomHandler) error {
						handler.Joined(bot.Capabilities{})
						k := &bottest.Talker{SSRC: 7}
						to := handler.Track(bottest.Ana)
						defer to.End()
						k.Say(ctx, to, packets)
						time.Sleep(silence)
						return c.end
					},
					func(context.Context, bot.RoomHandler) error { return errors.New("no route") },
				}}})
				if why, err := r.Run(t.Context()); !errors.Is(err, c.end) && !c.lost {
					t.Error(why, err)
				}
				var lost int64
				for _, g := range book.Gaps {
					lost += g.LostMS
				}
				if len(book.Clips) == 0 || (lost >= silence.Milliseconds()) != c.lost || !c.lost && lost > 0 {
					t.Errorf("%d clips, %d ms lost: %+v", len(book.Clips), lost, book.Gaps)
				}
			})
		})
	}
}

// deadSink accepts nothing, and returns only when nobody waits for it any more.
type deadSink struct{}

func (deadSink) Clip(ctx context.Context, _ models.Clip) error { <-ctx.Done(); return ctx.Err() }

func (deadSink) Gap(ctx context.Context, _ models.Gap) error { <-ctx.Done(); return ctx.Err() }

func (deadSink) Speaker(ctx context.Context, _ models.Speaker) error { <-ctx.Done(); return ctx.Err() }

// TestStopTakesItsTimeAndNoMore: whatever fails to respond, the stay ends within StopTime. The systemd unit of a service relies on that.
func TestStopTakesItsTimeAndNoMore(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var stopped time.Time
		conn := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			handler.Speaker(models.Speaker{ID: "ana", Name: "Ana"})
			k := &bottest.Talker{SSRC: 7}
			k.Say(ctx, handler.Track(bottest.Ana), packets)
			stopped = time.Now()
			cancel()
			time.Sleep(time.Hour) // it does not let go
			return nil
		}}}
		r := newRoom(t, room.Config{Connector: conn, Sink: deadSink{}, Farewell: func(ctx context.Context, _ models.EndReason) { <-ctx.Done() }})
		if _, err := r.Run(ctx); err == nil {
			t.Error("nothing was stored, and there is no error")
		}
		if took := time.Since(stopped); took != room.StopTime {
			t.Errorf("it took %v to stop, not %v", took, room.StopTime)
		}
		time.Sleep(time.Hour) // the connector returns after all
	})
}
