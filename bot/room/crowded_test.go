package room_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// notesToHost returns what a host is told while a connector that has joined does something.
func notesToHost(t *testing.T, do func(context.Context, bot.RoomHandler)) (notes []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
		handler.Joined(bot.Capabilities{})
		do(ctx, handler)
		cancel()
		return stay(ctx)
	}}}
	watch := func(s room.Status) {
		if s.Note != "" {
			notes = append(notes, s.Note)
		}
	}
	if _, err := newRoom(t, room.Config{Connector: c, Sink: &bottest.MemorySink{}, Watch: watch}).Run(ctx); err != nil {
		t.Fatal(err)
	}
	return notes
}

// TestTheHostIsToldOfTracksThatWait at most once a minute, however often the connector reports them.
func TestTheHostIsToldOfTracksThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notes := notesToHost(t, func(ctx context.Context, handler bot.RoomHandler) {
			for _, wait := range []time.Duration{0, 0, 30 * time.Second, 31 * time.Second} {
				bottest.Pause(ctx, wait)
				handler.(bot.CrowdHandler).Crowded(256)
			}
		})
		if len(notes) != 2 || !strings.Contains(notes[0], "256 tracks are open") {
			t.Errorf("the host was told %q", notes)
		}
	})
}

// TestTheHostIsToldOfPeopleAside when the first people go to breakout rooms and when all have returned, at most once a minute.
func TestTheHostIsToldOfPeopleAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notes := notesToHost(t, func(ctx context.Context, handler bot.RoomHandler) {
			for _, people := range []int{0, 3, 4, 0, 2, 0} {
				handler.(bot.AsideHandler).Aside(people)
			}
			bottest.Pause(ctx, time.Minute)
			handler.(bot.AsideHandler).Aside(5)
		})
		want := []string{
			"3 people are in breakout rooms, which the bot does not hear", "everybody is back from the breakout rooms",
			"5 people are in breakout rooms, which the bot does not hear",
		}
		if !slices.Equal(notes, want) {
			t.Errorf("the host was told %q", notes)
		}
	})
}

// TestRefusedRoomsHarmNoOther: rooms that refuse the bot, because their token is wrong or nobody speaks there yet, are no sign of a server
// in trouble. They show that a server that was in trouble has recovered.
func TestRefusedRoomsHarmNoOther(t *testing.T) {
	for _, refusal := range []error{
		bot.End(models.EndDenied, errors.New("not for this room")), bot.End(models.EndFailedAuth, errors.New("a wrong token")),
		bot.Retry(models.EndRoomClosed, errors.New("no such room yet")),
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &room.Breaker{}
			fails := func(err error, times int) {
				c := &script{play: []func(context.Context, bot.RoomHandler) error{func(context.Context, bot.RoomHandler) error { return err }}}
				for range times {
					_, _ = newRoom(t, room.Config{Connector: c, Sink: &bottest.MemorySink{}, Breaker: b, FirstJoin: time.Millisecond}).Run(t.Context())
				}
			}
			fails(bot.Retry(models.EndFailedServer, errors.New("down")), 7)
			fails(refusal, 8)
			began, joined := time.Now(), time.Duration(-1)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			good := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
				handler.Joined(bot.Capabilities{})
				joined = time.Since(began)
				cancel()
				return stay(ctx)
			}}}
			if _, err := newRoom(t, room.Config{Connector: good, Sink: &bottest.MemorySink{}, Breaker: b}).Run(ctx); err != nil {
				t.Fatal(err)
			}
			if joined < 0 || joined > time.Second {
				t.Errorf("a good room was joined after %v because others had %v", joined, refusal)
			}
		})
	}
}

// TestAConnectorThatHangsWithTwoTracksOfOneName is abandoned, whatever tracks it has open or still opens, and its room ends.
func TestAConnectorThatHangsWithTwoTracksOfOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		release := make(chan struct{})
		defer close(release)
		c := &script{play: []func(context.Context, bot.RoomHandler) error{func(_ context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			handler.Track(bottest.Ana)
			handler.Track(bottest.Ana) // published again before the first one ended
			cancel()
			<-release
			handler.Track(bottest.Ana)
			return nil
		}}}
		began := time.Now()
		if reason, err := newRoom(t, room.Config{Connector: c, Sink: &bottest.MemorySink{}}).Run(ctx); reason != models.EndStopped || err != nil {
			t.Errorf("the room ended with %v, %v", reason, err)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("it ended after %v", took)
		}
	})
}
