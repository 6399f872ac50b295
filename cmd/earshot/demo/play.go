// Package demo runs "earshot demo": recorded voices talk in this program's lounge or in a room of another server, the bot listens, and a
// host answers when she is asked.
package demo

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// Play lets voices talk in a room, while listen has the bot take part, and returns the session that listen returned. The
// voices stay until what they said has been judged and the host's answers have been carried out. Then the bot leaves as well; where stay
// is not nil it is called, and the bot stays until ctx ends. An error that came of ctx's end is none.
func Play(
	ctx context.Context, s *app.App, in Target, voices []playback.Voice,
	listen func(context.Context, fleet.SessionRequest) (models.Session, error), stay func(),
) (session models.Session, err error) {
	barrier := playback.NewBarrier(in.Connector, len(voices))
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	ana := &host{app: s}
	group.Go(func() error { return ana.answer(listening) })
	group.Go(func() (err error) {
		defer leave(nil) // the room may have ended it
		session, err = listen(listening, fleet.SessionRequest{Room: in.Room, Connector: barrier})
		return err
	})
	stays := newStays(len(voices))
	group.Go(func() error {
		defer close(stays.enough)
		stays.spoken(playing)
		ana.settle(playing)
		return nil
	})
	group.Go(func() error {
		defer leave(bot.End(models.EndLeft, nil))
		if err := playback.Play(playing, stays.lengthen(in.Join), voices, barrier); err != nil {
			return err
		}
		if stay != nil {
			stay()
			<-playing.Done()
		}
		return nil
	})
	if err := group.Wait(); err != nil && ctx.Err() == nil {
		return session, err
	}
	return session, nil
}

// stays are the stays of voices in a room.
type stays struct {
	ended  chan struct{} // receives a value when a voice has said everything, or is out
	n      int           // voices
	enough chan struct{} // closed when they are to leave
}

func newStays(n int) stays { return stays{make(chan struct{}, n), n, make(chan struct{})} }

// lengthen returns a Join whose voices stay after their last words until it is enough.
func (s stays) lengthen(join playback.Join) playback.Join {
	return func(ctx context.Context, v playback.Voice, joined func()) error {
		ended := sync.OnceFunc(func() { s.ended <- struct{}{} })
		defer ended()
		v.Source = playback.SilenceAfter(v.Source, ended, s.enough)
		return join(ctx, v, joined)
	}
}

// spoken waits until all have said everything, or ctx ends.
func (s stays) spoken(ctx context.Context) {
	for range s.n {
		select {
		case <-s.ended:
		case <-ctx.Done():
		}
	}
}
