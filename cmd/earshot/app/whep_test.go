package app

import (
	"context"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/cmd/earshot/stage"
	"earshot/models"
)

// TestWHEPWords listens to one stream by WHEP alone, as "earshot join whep+http://…" does: the words are on record under the
// name that was given for it, and the end of the stream ends the stay.
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
		ids, up := make(chan string, 1), stage.NewCurtain(nil, 1)
		group.Go(func() error {
			defer leave(bot.End(models.EndLeft, nil))
			return lounge.Publish(ctx, lounge.PublishConfig{
				BaseURL: "http://" + l.Addr().String(), Room: "stage", Name: "Ana", Source: up.Behind(paused(t, line)), Peer: s.Peers,
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
			session, err = s.Listen(ctx, fleet.SessionRequest{Room: room, Connector: behindCurtain{connector, up}})
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

// behindCurtain is a connector that cannot act, before a curtain.
type behindCurtain struct {
	bot.Connector
	curtain *stage.Curtain
}

func (b behindCurtain) Run(ctx context.Context, ears bot.RoomHandler) error {
	return b.Connector.Run(ctx, b.curtain.Ears(ears))
}
