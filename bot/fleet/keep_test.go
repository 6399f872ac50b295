package fleet

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// stage is a host whose sessions end as the test says, or with their context.
type stage struct {
	joined chan SessionRequest
	ends   chan models.EndReason
}

// Connector implements Host.
func (s stage) Connector(_ context.Context, r JoinRequest) (models.Room, bot.Connector, error) {
	if r.Address == strangeRoom {
		return models.Room{}, nil, models.ErrForbidden
	}
	return models.Room{ID: r.Address, Profile: r.Profile}, nil, nil
}

// Listen implements Host.
func (s stage) Listen(ctx context.Context, r SessionRequest) (models.Session, error) {
	r.Started(models.Session{ID: "s"})
	r.Watch(room.Status{State: room.StateListening})
	s.joined <- r
	out := models.Session{ID: "s", Reason: models.EndStopped}
	select {
	case out.Reason = <-s.ends:
	case <-ctx.Done():
		var end *bot.EndError
		if errors.As(context.Cause(ctx), &end) {
			out.Reason = end.Reason
		}
	}
	return out, nil
}

// on runs a fleet on the stage; left ends it and fails the test when it did not end well.
func (s stage) on(t *testing.T) (f *Fleet, left func()) {
	t.Helper()
	f = New(s, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx, nil, nil) }()
	synctest.Wait()
	return f, func() {
		stop()
		if err := <-ended; err != nil || len(f.States()) != 0 {
			t.Errorf("it ended with %v, in %v", err, f.States())
		}
	}
}

const (
	stageRoom   = "lounge://a.example/x"
	strangeRoom = "lounge://b.example/x"
)

// TestAStandingRoomIsJoinedAgain: seconds after a failure, a day after somebody sent the bot out, an hour after it was not let in,
// and at once when it is invited.
func TestAStandingRoomIsJoinedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage{make(chan SessionRequest), make(chan models.EndReason)}
		f, left := s.on(t)
		if _, err := f.Join(t.Context(), JoinRequest{Address: stageRoom, Standing: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Join(t.Context(), JoinRequest{Address: stageRoom}); !errors.Is(err, ErrThere) {
			t.Errorf("a room in which it is: %v", err)
		}
		first := <-s.joined
		if first.Invited || !first.Returns(models.EndRoomClosed) || first.Returns(models.EndLeft) {
			t.Error("a session of a standing room ends as one of an invited room does")
		}
		for _, end := range []struct {
			why  models.EndReason
			away time.Duration
		}{
			{models.EndFailedICE, rejoinMin},
			{models.EndRoomClosed, 2 * rejoinMin}, // the second short session in a row
			{models.EndDenied, awayRefused},
			{models.EndFailedICE, rejoinMin},
			{models.EndLeft, awaySent},
		} {
			s.ends <- end.why
			gone := time.Now()
			<-s.joined
			if took := time.Since(gone); took < end.away || took > end.away+end.away/4 {
				t.Errorf("after %s it was back in %v, want about %v", end.why, took, end.away)
			}
		}
		returns, err := f.Leave(stageRoom)
		if err != nil || returns != time.Now().Add(awaySent) {
			t.Errorf("sent out, it returns %v, %v", returns, err)
		}
		synctest.Wait()
		if state := f.States()[0]; state.State != string(room.StateWaiting) || state.Next != returns {
			t.Errorf("away, it is %+v", state)
		}
		if again, err := f.Leave(stageRoom); err != nil || again != returns {
			t.Errorf("sent out once more, it returns %v, %v", again, err)
		}
		if _, waits := f.Summon(stageRoom); !waits {
			t.Error("it does not wait")
		}
		if <-s.joined; time.Now().After(returns) {
			t.Error("it did not come when it was invited")
		}
		if _, waits := f.Summon(stageRoom); waits {
			t.Error("it waits in a room that it is in")
		}
		left()
	})
}

// TestAnInvitedRoomIsLeftForGood whatever ended the session.
func TestAnInvitedRoomIsLeftForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage{make(chan SessionRequest), make(chan models.EndReason)}
		f, left := s.on(t)
		for _, end := range []func(){
			func() { s.ends <- models.EndFailedICE },
			func() {
				if returns, err := f.Leave(stageRoom); err != nil || !returns.IsZero() {
					t.Errorf("sent out, it returns %v, %v", returns, err)
				}
			},
		} {
			if _, err := f.Join(t.Context(), JoinRequest{Address: stageRoom}); err != nil {
				t.Fatal(err)
			}
			if r := <-s.joined; !r.Invited || r.Returns(models.EndRoomClosed) {
				t.Error("a session of an invited room ends as one of a standing room does")
			}
			end()
			synctest.Wait()
			if f.Has(stageRoom) {
				t.Error("it is still there")
			}
		}
		if _, err := f.Leave(stageRoom); !errors.Is(err, ErrNotThere) {
			t.Errorf("sent out of no room: %v", err)
		}
		left()
		if _, err := f.Join(t.Context(), JoinRequest{Address: stageRoom}); !errors.Is(err, ErrStopping) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// TestRunLeavesWhatItJoined: a wanted room that cannot be ends Run, and no session outlasts it.
func TestRunLeavesWhatItJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage{make(chan SessionRequest, 1), nil}
		f := New(s, slog.New(slog.DiscardHandler))
		wanted := []JoinRequest{{Address: stageRoom, Standing: true}, {Address: strangeRoom, Standing: true}}
		if err := f.Run(t.Context(), wanted, nil); !errors.Is(err, models.ErrForbidden) {
			t.Errorf("it ended with %v", err)
		}
		if f.Has(stageRoom) {
			t.Error("the bot is still in the first room")
		}
	})
}
