package app

import (
	"context"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/models"
	"earshot/models/waittest"
)

// TestAfterwardsIsDoneWhenDecodingCatchesUp: a session that ended with a backlog is summarised once its lines are stored.
func TestAfterwardsIsDoneWhenDecodingCatchesUp(t *testing.T) {
	dir := t.TempDir()
	s, l := openTestApp(t, dir)
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		session, err := s.Store.StartSession(ctx, models.Session{ID: "s1", Room: "r1", Started: time.Now().Add(-time.Minute)})
		if err != nil {
			return err
		}
		c := heardClip("s1", 1, 1000, 3000)
		if err := s.Store.PutClip(ctx, c); err != nil {
			return err
		}
		began := time.Now()
		if _, err := s.rooms.endSession(ctx, session, models.EndRoomClosed, nil); err != nil {
			return err
		}
		if took := time.Since(began); took > drainTime/2 { // nobody decodes the clip: whoever waits for that waits for long
			t.Errorf("the end of the stay waited %v", took)
		}
		if err := s.Store.Put(ctx, recordOf(lineOf(c), nil)); err != nil { // decoding has caught up
			return err
		}
		if !s.waiting(ctx, func() bool { _, err := s.Store.Summary(ctx, "s1", models.SummarySession); return err == nil }) {
			t.Error("after the last word was decoded there is no summary; only the next start of the program makes it")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// brief makes every room of an app end at once, with its last words still to be decoded.
type brief struct {
	*App
	t    *testing.T
	over chan time.Time
}

// Connector implements fleet.Host.
func (b brief) Connector(context.Context, fleet.JoinRequest) (models.Room, bot.Connector, error) {
	return models.Room{ID: "open-mic", Name: "open-mic", URL: "livekit://rooms.example/open-mic"}, b, nil
}

// Last implements fleet.Host.
func (b brief) Last(ctx context.Context, room string) (models.Session, error) {
	return b.App.rooms.Last(ctx, room)
}

// Listen implements fleet.Host.
func (b brief) Listen(ctx context.Context, r fleet.SessionRequest) (models.Session, error) {
	began := r.Started
	r.Started = func(x models.Session) {
		began(x)
		if err := b.Store.PutClip(ctx, heardClip(x.ID, 1, 10, 2000)); err != nil {
			b.t.Error(err)
		}
	}
	return b.App.Listen(ctx, r)
}

// Run implements bot.Connector.
func (b brief) Run(_ context.Context, handler bot.RoomHandler) error {
	handler.Joined(bot.Capabilities{})
	b.over <- time.Now()
	return bot.End(models.EndRoomClosed, nil)
}

// TestARoomThatOpensAgain: a room ends and opens again at once. The bot can be invited: it does not wait until the last session has
// been decoded and summarised.
func TestARoomThatOpensAgain(t *testing.T) {
	if testing.Short() {
		t.Skip()
	}
	s, l := openTestApp(t, t.TempDir())
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		b := brief{s, t, make(chan time.Time, 1)}
		rooms, ended := fleet.New(b, s.Log), make(chan error, 1)
		go func() { ended <- rooms.Run(ctx, nil, nil) }()
		waittest.Until(t, "it takes the room", func() bool { _, err := rooms.Join(ctx, fleet.JoinRequest{}); return err == nil })
		over := <-b.over
		if !s.waiting(ctx, func() bool { return !rooms.Has("open-mic") }) {
			t.Fatal("the bot does not want to come to a room that is over")
		}
		if took := time.Since(over); took > drainTime/2 { // nobody decodes the clip: whoever waits for that waits for long
			t.Errorf("it could come again %v after the room was over: what is said there meanwhile is not heard, and not told", took)
		}
		stop()
		return <-ended
	})
	if err != nil {
		t.Fatal(err)
	}
}
