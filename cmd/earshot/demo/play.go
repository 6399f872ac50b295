// Package demo is the play of "earshot demo": recorded voices talk in this program's lounge, the bot listens, and a host answers
// when she is asked.
package demo

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/stage"
	"earshot/models"
	"earshot/moderation/review/events"
)

// Play lets the voices talk in the lounge that s serves at an address, while listen has the bot take part, and returns the session
// that listen returned. Once they have left, the bot leaves as well; where stay is not nil it is called, and the bot stays
// until ctx ends. An error that came of ctx's end is none.
func Play(
	ctx context.Context, s *app.App, address string, listen func(context.Context, fleet.SessionRequest) (models.Session, error),
	stay func(),
) (session models.Session, err error) {
	cast, err := stage.Cast()
	if err != nil {
		return session, err
	}
	url := "lounge://" + address + "/" + app.DemoRoom
	at, err := models.ParseAddress(url)
	if err != nil {
		return session, err
	}
	room := at.RoomAt(url, "Lounge")
	client, err := lounge.NewClient(lounge.ClientConfig{
		URL: room.URL, Name: fleet.BotName, Token: s.HostToken(), Peer: s.Peers, Log: s.Log,
	})
	if err != nil {
		return session, err
	}
	up := stage.NewCurtain(client, len(cast))
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	group.Go(func() error { return host(listening, s) })
	group.Go(func() (err error) {
		session, err = listen(listening, fleet.SessionRequest{Room: room, Connector: up})
		return err
	})
	group.Go(func() error {
		place := stage.Place{BaseURL: "http://" + address, Room: app.DemoRoom, Token: s.HostToken(), Peer: s.Peers}
		if err := stage.Play(playing, place, cast, up); err != nil {
			return err
		}
		if stay != nil {
			stay()
			<-playing.Done()
		}
		leave(bot.End(models.EndLeft, nil))
		return nil
	})
	if err := group.Wait(); err != nil && ctx.Err() == nil {
		return session, err
	}
	return session, nil
}

// choice is what the play's host answers when she is asked about an insult.
const choice = "mute 60s"

// host is the host of the play: asked about an insult, she has the speaker muted. She watches until ctx ends.
func host(ctx context.Context, s *app.App) error {
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		return err
	}
	defer watcher.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-watcher.Events():
			if !ok {
				return watcher.Err()
			}
			d := e.Decision
			if d == nil || d.Ask != models.AskOpen || d.Rule != "insult" || !slices.Contains(d.Offer, choice) {
				continue
			}
			if err := s.Sessions.Hosts().Choose(ctx, e.SessionID, d.ID, "Ana", choice); err != nil {
				s.Log.Warn("the demo's host could not answer", "err", err)
			}
		}
	}
}
