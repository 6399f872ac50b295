package app

import (
	"context"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/bot/room"
	"earshot/models"
	"earshot/models/waittest"
)

// mutedRoom is a room of a real lounge in which Ben is muted for ten minutes.
type mutedRoom struct {
	name          string
	invited, sent bool
	// The state required at the end: that Ben is muted, and the state of the action that ends it.
	held bool
	end  models.ActionState

	address, person, session string
}

// TestLeavingTakesBackMutes: in four rooms somebody is muted for ten minutes. When a host sends the bot away, or a service that was
// only invited is stopped, they can speak again, and the stored action says so. In a configured room the mute outlasts a stop,
// because the next start ends it.
func TestLeavingTakesBackMutes(t *testing.T) {
	if testing.Short() {
		t.Skip("mutes real people")
	}
	t.Parallel()
	s, l := openTestApp(t, t.TempDir())
	s.invited("")
	host := l.Addr().String()
	trust(s, noSecrets, "lounge://"+host)
	v := s.Fleet
	rooms := []*mutedRoom{
		{name: "invited-sent", invited: true, sent: true, end: models.ActionSeen},
		{name: "invited-stopped", invited: true, end: models.ActionSeen},
		{name: "configured-sent", sent: true, end: models.ActionSeen},
		{name: "configured-stopped", held: true, end: models.ActionFailed},
	}
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		var group errgroup.Group
		defer group.Wait() //nolint:errcheck // they are told to go
		talking, hush := context.WithCancel(ctx)
		defer hush()
		var wanted []fleet.JoinRequest
		for _, r := range rooms {
			r.address = "lounge://" + host + "/" + r.name
			here := make(chan string, 1)
			group.Go(func() error {
				return lounge.Publish(talking, lounge.PublishConfig{
					BaseURL: "http://" + host, Room: r.name, Name: "Ben", Source: &endless{}, Peer: s.Peers, Ready: func(id string) { here <- id },
				})
			})
			r.person = <-here
			if !r.invited {
				wanted = append(wanted, fleet.JoinRequest{Address: r.address, Name: r.name, Standing: true})
			}
		}
		serving, stop := context.WithCancel(ctx)
		served := make(chan error, 1)
		go func() { served <- v.Run(serving, wanted, nil) }()
		waittest.Until(t, "it serves", func() bool { return len(v.States()) == len(wanted) })
		for _, r := range rooms {
			r.visit(ctx, t, s)
		}
		stop()
		err := <-served
		for _, r := range rooms {
			end, err := s.Store.Action(ctx, models.EndOf(r.name))
			if held := heldInLounge(t, r.address, r.person); held != r.held || err != nil || end.State != r.end {
				t.Errorf("%s: muted %v, want %v; the end %q %q, %v", r.name, held, r.held, end.State, end.Error, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// visit has the bot in the room mute Ben, and has it sent away where the test says so.
func (r *mutedRoom) visit(ctx context.Context, t *testing.T, s *App) {
	t.Helper()
	n := s.inviter
	if r.invited {
		if _, err := n.Invite(ctx, models.Invitation{URL: r.address, By: "test"}); err != nil {
			t.Error(err)
		}
	}
	waittest.Until(t, "it hears Ben in "+r.name, func() bool {
		for _, x := range s.Fleet.States() {
			if x.Room == idOf(t, r.address) && x.State == string(room.StateListening) {
				r.session = x.Session
			}
		}
		people, err := s.Store.Speakers(ctx, r.session)
		return err == nil && len(people) > 0
	})
	a, err := s.Sessions.Hosts().Act(ctx, models.Action{
		ID: r.name, Session: r.session, Verb: models.VerbMute, TargetID: r.person, TargetName: "Ben", ForMS: 600_000, By: "host",
	})
	if err != nil || a.State != models.ActionSeen || !heldInLounge(t, r.address, r.person) {
		t.Errorf("%s: the mute: %+v, %v", r.name, a, err)
	}
	if !r.sent {
		return
	}
	if _, err := n.Leave(ctx, idOf(t, r.address), "test"); err != nil {
		t.Error(err)
	}
	waittest.Until(t, "it has left "+r.name, func() bool {
		x, err := s.Store.Session(ctx, r.session)
		return err == nil && !x.Live()
	})
}
