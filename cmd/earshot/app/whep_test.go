package app

import (
	"context"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// TestWHEPWords listens to one stream by WHEP alone, as "earshot join whep+http://…" does: the words are stored under the name given
// for it, and the end of the stream ends the session.
func TestWHEPWords(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	s, l := openTestApp(t, t.TempDir())
	line := evalSentences(t)[2]
	var session models.Session
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		listening, leave := context.WithCancelCause(ctx)
		defer leave(nil)
		group, ctx := errgroup.WithContext(listening)
		ids, barrier := make(chan string, 1), playback.NewBarrier(nil, 1)
		group.Go(func() error {
			defer leave(bot.End(models.EndLeft, nil))
			return lounge.Publish(ctx, lounge.PublishConfig{
				BaseURL: "http://" + l.Addr().String(), Room: "stage", Name: "Ana", Source: barrier.Hold(paused(t, line)), Peer: s.Peers,
				Ready: func(id string) { ids <- id },
			})
		})
		group.Go(func() (err error) {
			address := "whep+http://" + l.Addr().String() + "/whep/stage/" + <-ids
			trust(s, noSecrets, address)
			room, connector, err := s.Connector(ctx, fleet.JoinRequest{Address: address, Name: "Stage"})
			if err != nil {
				return err
			}
			session, err = s.Listen(ctx, fleet.SessionRequest{Room: room, Connector: heldConnector{connector, barrier}})
			return err
		})
		return group.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
	us := lines(t, s, session.ID)
	if errs, words, heard := wordErrors(us, "Stage", line.Text); errs*10 > words {
		t.Errorf("%d of %d words are wrong: %q", errs, words, heard)
	}
	if session.Reason != models.EndLeft || len(us) == 0 || us[0].Attribution != models.AttributionTrack {
		t.Errorf("session %+v, lines %+v", session, us)
	}
}

// heldConnector is a connector that cannot act, behind a barrier.
type heldConnector struct {
	bot.Connector
	barrier *playback.Barrier
}

func (b heldConnector) Run(ctx context.Context, handler bot.RoomHandler) error {
	return b.Connector.Run(ctx, b.barrier.Handler(handler))
}
