package fleet

import (
	"context"
	"errors"
	"testing"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// TestWhatKeepsItOutIsKnownWhileItTriesAgain: the reason survives the next attempt and the wait for the next session.
func TestWhatKeepsItOutIsKnownWhileItTriesAgain(t *testing.T) {
	closed := errors.New("no such stream")
	m := newMembership(t.Context(), JoinRequest{}, models.Room{ID: "stage"}, nil, nil)
	_, stop := context.WithCancelCause(t.Context())
	m.during(stop)
	known := func(step string, want error) {
		t.Helper()
		if _, _, err := m.inside(); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", step, err, want)
		}
		if got := m.state().Problem; (got != "") != (want != nil) {
			t.Errorf("%s: the room's problem is %q", step, got)
		}
	}
	m.watch(room.Status{State: room.StateJoining})
	known("the first attempt", nil)
	m.watch(room.Status{State: room.StateWaiting, Err: closed})
	known("the wait after it", closed)
	m.watch(room.Status{State: room.StateJoining})
	known("the second attempt", closed)
	m.watch(room.Status{State: room.StateEnded, Err: closed})
	m.during(nil)
	m.await(time.Now().Add(time.Hour))
	if got := m.state().Problem; got != closed.Error() {
		t.Errorf("away: the room's problem is %q", got)
	}
	if _, in, err := m.inside(); in || err != nil {
		t.Errorf("a visit would displace nobody: %v, %v", in, err)
	}
	m.await(time.Time{})
	m.watch(room.Status{State: room.StateListening})
	known("in the room", nil)
}
