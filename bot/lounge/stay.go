package lounge

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

// Run is in the room until the context ends or the event stream breaks. Each speaker has a WHEP session of their own,
// which is renewed when it breaks alone.
func (c *Client) Run(ctx context.Context, handler bot.RoomHandler) error {
	defer c.http.CloseIdleConnections()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &stay{c: c, handler: handler, ctx: ctx, cancel: cancel, heard: map[string]*heard{}, seen: newSeen()}
	defer c.now.Store(nil)
	err := c.follow(ctx, s.event)
	cancel(err)
	s.group.Wait()
	return err
}

// stay is the state of one Run; event is called from one goroutine.
type stay struct {
	c       *Client
	handler bot.RoomHandler
	ctx     context.Context //nolint:containedctx // of Run
	cancel  context.CancelCauseFunc
	you     string
	heard   map[string]*heard // by person id
	seen    *seen
	group   sync.WaitGroup
	// reached says that somebody's media has come through in this Run.
	reached atomic.Bool
}

// heard is one person that we listen to.
type heard struct {
	track  string
	cancel context.CancelFunc
}

var errRoomClosed = errors.New("the lounge closed the room")

func (s *stay) event(e Event) error {
	s.seen.note(e)
	switch e.Type {
	case EventRoom:
		if s.you != "" {
			return nil
		}
		s.you = e.You
		s.c.now.Store(s.seen)
		s.handler.Joined(rights(e.Rights))
		for _, p := range e.People {
			s.person(p)
			if p.Talking { // no news comes before a pause
				s.handler.Talking(p.ID, true)
			}
		}
	case EventPerson:
		if e.Person != nil {
			s.person(*e.Person)
		}
	case EventLeft:
		s.left(e.ID, e.Track)
	case EventClosed:
		// A lounge that is restarted opens its rooms again, so this may be worth another try.
		return bot.Retry(models.EndRoomClosed, errRoomClosed)
	case EventTalking:
		s.handler.Talking(e.ID, e.Talking)
	case EventChat:
		if c, ok := s.handler.(bot.ChatHandler); ok && e.Chat != nil {
			c.Said(e.Chat.From, e.Chat.Text)
		}
	case EventListeners, EventAudience, EventRemoved, EventUnbanned, EventCaption:
	}
	return nil
}

func (s *stay) person(p Person) {
	if p.ID == "" || p.Track == "" {
		return
	}
	s.handler.Speaker(models.Speaker{ID: p.ID, Name: p.Name, Role: p.Role})
	if h := s.heard[p.ID]; h != nil {
		if h.track == p.Track {
			return
		}
		h.cancel()
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.heard[p.ID] = &heard{track: p.Track, cancel: cancel}
	s.group.Go(func() { s.hear(ctx, p) })
}

func (s *stay) left(id, track string) {
	h := s.heard[id]
	if h == nil || h.track != track {
		return
	}
	h.cancel()
	delete(s.heard, id)
	s.handler.Left(id)
}

// The pauses between attempts to hear one person.
const (
	hearAgainMin = 300 * time.Millisecond
	hearAgainMax = 5 * time.Second
)

// hear listens to one publication until it ends.
func (s *stay) hear(ctx context.Context, p Person) {
	sink := s.handler.Track(bot.TrackInfo{
		Track: p.Track, SpeakerID: p.ID, SpeakerName: p.Name, Role: p.Role, Attribution: models.AttributionTrack,
	})
	defer sink.End()
	q := url.Values{"watcher": {s.you}, "name": {s.c.name}}
	e := peer.Endpoint{URL: s.c.base + "/whep/" + s.c.room + "/" + url.PathEscape(p.ID) + "?" + q.Encode(), Token: s.c.token, Client: s.c.http}
	for pause := hearAgainMin; ctx.Err() == nil; pause = min(2*pause, hearAgainMax) {
		l, err := s.c.factory.Listen(ctx, e, sink)
		if err == nil {
			s.reached.Store(true)
			pause = hearAgainMin
			err = l.Wait(ctx)
			l.Close()
		}
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, peer.ErrNoPath) && !s.reached.Load() { // it is the network, not the speaker
			s.cancel(bot.Retry(models.EndFailedICE, err))
			return
		}
		s.c.log.Warn("not hearing a speaker", "room", s.c.room, "speaker", p.ID, "track", p.Track, "err", err)
		wait(ctx, pause)
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
