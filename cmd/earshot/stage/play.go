package stage

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"earshot/bot/lounge"
	"earshot/bot/peer"
)

// Place is a room of a lounge.
type Place struct {
	BaseURL string // of the lounge's server: http://127.0.0.1:8484
	Room    string
	Token   string // makes the first voice the room's host; empty: nobody is
	Peer    *peer.Factory
}

// Play plays every voice at once in a room, in real time, from the moment the curtain rises. They come in one after the other:
// the first is the room's host, by the token. It returns when all have said everything, or the context ends.
func Play(ctx context.Context, at Place, cast []Voice, up *Curtain) error {
	group, ctx := errgroup.WithContext(ctx)
	here := make(chan struct{}, len(cast))
	for i, v := range cast {
		if i > 0 {
			select {
			case <-here:
			case <-ctx.Done():
			}
		}
		token := ""
		if i == 0 {
			token = at.Token
		}
		group.Go(func() error {
			err := lounge.Publish(ctx, lounge.PublishConfig{
				BaseURL: at.BaseURL, Room: at.Room, Name: v.Name, Source: up.Behind(v.Source), Token: token, Peer: at.Peer,
				Ready: func(string) { here <- struct{}{} },
			})
			if err != nil && ctx.Err() == nil {
				return fmt.Errorf("play %s: %w", v.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}
