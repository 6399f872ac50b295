package room_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// TestTheHostIsToldOfTracksThatWait: at most once a minute, whatever the connector says.
func TestTheHostIsToldOfTracksThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var notes []string
		c := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			for _, wait := range []time.Duration{0, 0, 30 * time.Second, 31 * time.Second} {
				pause(ctx, wait)
				handler.(bot.CrowdHandler).Crowded(256)
			}
			cancel()
			return stay(ctx)
		}}}
		watch := func(s room.Status) {
			if s.Note != "" {
				notes = append(notes, s.Note)
			}
		}
		if _, err := newRoom(t, room.Config{Connector: c, Sink: &notebook{}, Watch: watch}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		if len(notes) != 2 || !strings.Contains(notes[0], "256 tracks are open") {
			t.Errorf("the host was told %q", notes)
		}
	})
}

// TestRefusedRoomsHarmNoOther: rooms that refuse the bot (their token is wrong, nobody speaks there yet) are no sign of a
// server in trouble, and end the trouble of one that was.
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
					_, _ = newRoom(t, room.Config{Connector: c, Sink: &notebook{}, Breaker: b, FirstJoin: time.Millisecond}).Run(t.Context())
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
			if _, err := newRoom(t, room.Config{Connector: good, Sink: &notebook{}, Breaker: b}).Run(ctx); err != nil {
				t.Fatal(err)
			}
			if joined < 0 || joined > time.Second {
				t.Errorf("a good room was joined after %v because others had %v", joined, refusal)
			}
		})
	}
}

// TestAConnectorThatHangsWithTwoTracksOfOneName: it is left to itself, whatever it has open or opens still, and its room
// ends.
func TestAConnectorThatHangsWithTwoTracksOfOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		release := make(chan struct{})
		defer close(release)
		c := &script{play: []func(context.Context, bot.RoomHandler) error{func(_ context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			handler.Track(ana)
			handler.Track(ana) // published again before the first was ended
			cancel()
			<-release
			handler.Track(ana)
			return nil
		}}}
		began := time.Now()
		if reason, err := newRoom(t, room.Config{Connector: c, Sink: &notebook{}}).Run(ctx); reason != models.EndStopped || err != nil {
			t.Errorf("the room ended with %v, %v", reason, err)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("it ended after %v", took)
		}
	})
}
