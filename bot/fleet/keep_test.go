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

// stage is a host whose sessions end when the test says so, or with their context.
type stage struct {
	joined chan SessionRequest
	ends   chan models.EndReason
	others func(context.Context) bool // nil: there are none
	last   *models.Session            // nil: there was no session yet
}

// Last implements Host.
func (s stage) Last(context.Context, string) (models.Session, error) {
	if s.last == nil {
		return models.Session{}, models.ErrNotFound
	}
	return *s.last, nil
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
	if r.Succeed != nil {
		l, err := r.Succeed(ctx)
		if err != nil {
			return models.Session{ID: "s", Reason: models.EndMoved}, err
		}
		r.Lease = &l
	}
	s.joined <- r
	out := models.Session{ID: "s", Reason: models.EndStopped}
	select {
	case out.Reason = <-s.ends:
	case <-ctx.Done():
		var end *bot.EndError
		if errors.As(context.Cause(ctx), &end) {
			out.Reason = end.Reason
		}
		if out.Reason == models.EndMoved && r.Parted != nil {
			r.Parted(4321)
		}
	}
	return out, nil
}

// on runs a fleet on the stage; left stops it and fails the test if Run returned an error.
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

// TestAwayAlsoAfterARestart: a bot that was sent out of a standing room, by the host or in the room, does not return because the program
// was restarted or because another process now owns the room; an invitation takes effect at once.
func TestAwayAlsoAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			why  models.EndReason
			ago  time.Duration
			away time.Duration
		}{
			{models.EndLeft, time.Hour, awaySent - time.Hour},
			{models.EndLeft, 25 * time.Hour, 0},
			{models.EndRemoved, time.Minute, awayRefused - time.Minute},
			{models.EndStopped, time.Minute, 0},
			{models.EndFailedAuth, time.Minute, 0}, // it may have been fixed
		} {
			last := &models.Session{Ended: time.Now().Add(-tt.ago), Reason: tt.why}
			s := stage{make(chan SessionRequest), make(chan models.EndReason), nil, last}
			f, left := s.on(t)
			began := time.Now()
			if _, err := f.Join(t.Context(), JoinRequest{Address: stageRoom, Standing: true}); err != nil {
				t.Fatal(err)
			}
			if <-s.joined; time.Since(began) != tt.away {
				t.Errorf("%v after %s it came in %v", tt.ago, tt.why, time.Since(began))
			}
			left()
		}
		s := stage{make(chan SessionRequest), make(chan models.EndReason), nil, &models.Session{Ended: time.Now(), Reason: models.EndLeft}}
		f, left := s.on(t)
		began := time.Now()
		if _, err := f.Join(t.Context(), JoinRequest{Address: stageRoom, Standing: true}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, waits := f.Summon(stageRoom); !waits {
			t.Error("it does not wait")
		}
		if <-s.joined; time.Now() != began {
			t.Error("it did not come when it was invited")
		}
		left()
	})
}

// TestAStandingRoomIsJoinedAgain: seconds after a failure, a day after somebody sent the bot out, an hour after it was refused, and at once
// when it is invited.
func TestAStandingRoomIsJoinedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage{make(chan SessionRequest), make(chan models.EndReason), nil, nil}
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

// TestAnInvitedRoomIsLeftForGood, whatever ended the session.
func TestAnInvitedRoomIsLeftForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage{make(chan SessionRequest), make(chan models.EndReason), nil, nil}
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

// TestRunLeavesWhatItJoined: a wanted room that can't be joined makes Run return, and no session outlasts it.
func TestRunLeavesWhatItJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage{make(chan SessionRequest, 1), nil, nil, nil}
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

// TestAnInvitationWhileTheServiceStarts waits until the wanted rooms are being joined, and fails with ErrStarting if that takes too long.
func TestAnInvitationWhileTheServiceStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(stage{make(chan SessionRequest, 1), nil, nil, nil}, slog.New(slog.DiscardHandler))
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := f.Join(short, JoinRequest{Address: stageRoom}); !errors.Is(err, ErrStarting) {
			t.Errorf("before it runs: %v", err)
		}
		joined := make(chan error, 1)
		go func() {
			_, err := f.Join(t.Context(), JoinRequest{Address: stageRoom})
			joined <- err
		}()
		synctest.Wait()
		if f.Has(stageRoom) {
			t.Error("it went there before it ran")
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx, nil, nil) }()
		if err := <-joined; err != nil || !f.Has(stageRoom) {
			t.Errorf("once it runs: %v", err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
}
