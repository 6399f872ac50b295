package main

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot/lounge"
	"earshot/cmd/earshot/bench"
	"earshot/cmd/earshot/stage"
	"earshot/models"
)

// TestFiftyRooms has one service in fifty rooms at once, two people talking at any time, each in another room: every line
// is on record, in its own room, and nothing else is.
func TestFiftyRooms(t *testing.T) {
	if !longTests {
		t.Skip("talks for minutes: set EARSHOT_TEST_LONG")
	}
	const rooms, atOnce = 50, 2
	s, l := openTestStationWith(t, t.TempDir(), "EARSHOT_DECODERS=2", "EARSHOT_PARTIALS=0")
	host := l.Addr().String()
	ana := onePart(t, "Ana", 1)
	var left []models.RoomState
	err := s.run(t.Context(), l, func(ctx context.Context) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		v := newService(s)
		n := &inviter{service: v, secret: func(string) (string, error) { return "", nil }}
		var group errgroup.Group
		group.Go(func() error { return v.run(ctx, nil, nil) })
		until(t, "the service takes invitations", func() bool {
			_, err := n.Invite(ctx, models.Invitation{URL: "lounge://" + host + "/room-0", By: "test"})
			return err == nil
		})
		for i := 1; i < rooms; i++ {
			if _, err := n.Invite(ctx, models.Invitation{URL: fmt.Sprintf("lounge://%s/room-%d", host, i), By: "test"}); err != nil {
				return err
			}
		}
		until(t, "the bot listens in every room", func() bool {
			return !slices.ContainsFunc(v.states(), func(r models.RoomState) bool { return r.State != "listening" }) && len(v.states()) == rooms
		})
		var speakers errgroup.Group
		speakers.SetLimit(atOnce)
		for i := range rooms {
			speakers.Go(func() error {
				return lounge.Publish(ctx, lounge.PublishConfig{
					BaseURL: "http://" + host, Room: fmt.Sprintf("room-%d", i), Name: "Ana", Source: ana.Tape.Source(), Peer: s.peers,
				})
			})
		}
		if err := speakers.Wait(); err != nil {
			return err
		}
		t.Logf("%d MB in use", s.residentMB())
		left = v.states()
		for _, r := range left {
			if err := n.Leave(ctx, r.Room, "test"); err != nil {
				return err
			}
		}
		until(t, "every room is left", func() bool { return len(v.states()) == 0 })
		stop()
		return group.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
	var late []int64
	for _, r := range left {
		found := lines(t, s, r.Session)
		if got := bench.Judge([]stage.Part{ana}, found); got.FinalsLost != 0 || len(found) != len(ana.Lines) || got.WER > 0.2 {
			t.Errorf("%s: %d lines, %d lost, %.0f %% of the words wrong", r.Room, len(found), got.FinalsLost, 100*got.WER)
		}
		for _, u := range found {
			late = append(late, u.LateMS)
		}
	}
	t.Logf("final p50 %d ms, p95 %d ms", bench.Quantile(late, 0.5), bench.Quantile(late, 0.95))
}
