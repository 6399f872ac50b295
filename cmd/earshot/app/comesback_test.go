package app

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/fleet"
	"earshot/bot/room"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
	"earshot/models/waittest"
)

// TestConfiguredRoomsComeBack: neither a host who sends the bot away nor a server that reports the end of the room ends a configured
// room for good. The bot says when it returns, and an invitation makes it return at once, as configured.
func TestConfiguredRoomsComeBack(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	file := filepath.Join(t.TempDir(), "earshot.yaml")
	programtest.Write(t, file, "profiles:\n  - name: quiet\n    mode: watch\n  - name: other\n    mode: suggest\n")
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_CONFIG="+file)
	host := l.Addr().String()
	trust(s, noSecrets, "lounge://"+host)
	always, weekly := "lounge://"+host+"/always", "lounge://"+host+"/weekly"
	day := strings.ToLower(time.Now().AddDate(0, 0, 3).Weekday().String()[:3])
	times, err := newSchedule(configs.Room{URL: weekly, Schedule: []string{day + " 20:00-21:00"}})
	if err != nil {
		t.Fatal(err)
	}
	const aDay = 24*time.Hour - time.Minute
	v := s.Fleet
	n := s.invited("")
	state := func(address string) (found models.RoomState) {
		for _, x := range v.States() {
			if x.Room == idOf(t, address) {
				found = x
			}
		}
		return found
	}
	listening := func(address string) func() bool {
		return func() bool { return state(address).State == string(room.StateListening) }
	}
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		var group errgroup.Group
		group.Go(func() error {
			return v.Run(ctx, []fleet.JoinRequest{
				{Address: always, Name: "Always", Profile: "quiet", Standing: true},
				{Address: weekly, Name: "Weekly", Profile: "quiet", Standing: true, Schedule: times},
			}, nil)
		})
		waittest.Until(t, "it listens", listening(always))
		waittest.Until(t, "it waits for its time", func() bool { return !state(weekly).Next.IsZero() })
		next := state(weekly).Next
		if _, err := v.End(idOf(t, weekly), models.EndRoomClosed); err != nil || !state(weekly).Next.Equal(next) {
			t.Errorf("the server's word that a room is over took it off the timetable: %+v, %v", state(weekly), err)
		}
		returns, err := n.Leave(ctx, idOf(t, always), "test")
		if err != nil || time.Until(returns) < aDay {
			t.Errorf("sent out, it returns %v, %v", returns, err)
		}
		waittest.Until(t, "it is away, and says until when", func() bool { return time.Until(state(always).Next) > aDay })
		for _, address := range []string{always, weekly} {
			before := state(address)
			if _, err := n.Invite(ctx, models.Invitation{URL: address, Profile: "none", By: "test"}); !errors.Is(err, models.ErrInvalid) {
				t.Errorf("invited to %s with a profile that is not there: %v", address, err)
			}
			if _, err := n.Invite(ctx, models.Invitation{URL: address, Name: "Other", Profile: "other", By: "test"}); err != nil {
				t.Errorf("invited to %s: %v", address, err)
			}
			waittest.Until(t, "it comes", listening(address))
			got := state(address)
			kept, err := s.Store.Session(ctx, got.Session)
			if err != nil || got.Profile != "quiet" || kept.Profile != "quiet" || got.Name != before.Name || kept.Name != before.Name {
				t.Errorf("the invitation changed what %s is: %+v, session %+v, %v", address, got, kept, err)
			}
		}
		if returns, err := n.Leave(ctx, idOf(t, weekly), "test"); err != nil || !returns.Equal(next) {
			t.Errorf("sent out of the weekly room, it returns %v (%v), want %v", returns, err, next)
		}
		waittest.Until(t, "it waits again", func() bool { return state(weekly).Next.Equal(next) })
		stop()
		return group.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
}
