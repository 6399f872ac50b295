package playback

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"earshot/bot/lounge"
	"earshot/bot/peer"
)

// Join has a voice join a room and plays its recording there. It calls joined once the voice is in, and returns when the recording was
// played or the context ends.
type Join func(ctx context.Context, v Voice, joined func()) error

// Lounge is a room of a lounge, for voices to join.
type Lounge struct {
	BaseURL string // of the lounge's server: http://127.0.0.1:8484
	Room    string
	Token   string // makes hosts; empty: nobody is one
	Peer    *peer.Factory
}

// Join implements Join.
func (l Lounge) Join(ctx context.Context, v Voice, joined func()) error {
	token := ""
	if v.Host {
		token = l.Token
	}
	return lounge.Publish(ctx, lounge.PublishConfig{
		BaseURL: l.BaseURL, Room: l.Room, Name: v.Name, Source: v.Source, Token: token, Peer: l.Peer, Ready: func(string) { joined() },
	})
}

// Play plays all voices at the same time in a room, in real time, once the barrier opens. They join one after the other. It returns when
// all have said everything or the context ends.
func Play(ctx context.Context, join Join, voices []Voice, barrier *Barrier) error {
	group, ctx := errgroup.WithContext(ctx)
	joined := make(chan struct{}, len(voices))
	for i, v := range voices {
		if i > 0 {
			select {
			case <-joined:
			case <-ctx.Done():
			}
		}
		v.Source = barrier.Hold(v.Source)
		group.Go(func() error {
			err := join(ctx, v, func() { joined <- struct{}{} })
			if err != nil && ctx.Err() == nil {
				return fmt.Errorf("play %s: %w", v.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}
