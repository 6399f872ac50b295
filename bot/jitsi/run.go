package jitsi

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"earshot/bot"
	"earshot/bot/jitsi/wire"
	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

// stay is the state of one Run.
type stay struct {
	c       *Connector
	handler bot.RoomHandler
	stream  *stream
	member  *member // nil: the bot is hidden
	tracks  *tracks
	telling sync.Mutex // held while telling the handler who somebody is, so that the newest name is the last one told
}

// Run stays in the meeting until the context ends, the connection to the bridge or the chat room is lost, or the meeting is over. The bot
// is visible in the chat room before it listens.
func (c *Connector) Run(ctx context.Context, h bot.RoomHandler) error {
	err := c.run(ctx, h)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (c *Connector) run(ctx context.Context, h bot.RoomHandler) error {
	bridge, err := c.meeting.connected(ctx)
	if err != nil {
		return err
	}
	s := &stay{c: c, handler: h, stream: bridge}
	s.tracks = newTracks(s, c.cfg.Log)
	defer s.tracks.endAll()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	defer group.Wait()
	if !c.cfg.Hidden {
		if s.member, err = c.enter(ctx); err != nil {
			return err
		}
		defer s.member.leave()
	}
	c.now.Store(s)
	defer c.now.CompareAndSwap(s, nil)
	h.Joined(s.capabilities())
	if m := s.member; m != nil {
		for nick, p := range m.people() {
			h.Speaker(p.speaker(nick))
		}
		group.Go(func() { cancel(s.members()) })
		group.Go(func() { cancel(m.x.Keep(ctx)) })
		group.Go(func() { s.check(ctx, cancel); s.discover(ctx) })
	}
	err = s.listen(ctx)
	cancel(err)
	return err
}

// listen passes on what the bridge sends.
func (s *stay) listen(ctx context.Context) error {
	feed, starts, leave := s.stream.listen()
	defer leave()
	for tag, start := range starts {
		s.tracks.start(tag, start)
	}
	for ctx.Err() == nil {
		select {
		case m := <-feed:
			s.take(m)
		case <-s.stream.done: // nothing more arrives; what has arrived is heard
			for len(feed) > 0 && ctx.Err() == nil {
				s.take(<-feed)
			}
			return s.c.meeting.ended()
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// take passes on a message from the bridge.
func (s *stay) take(m wire.Message) {
	if m.Event == wire.EventStart {
		s.tracks.start(m.Tag, m.Start)
	} else {
		s.tracks.media(m.Tag, m.Media)
	}
}

// members follows the chat room.
func (s *stay) members() error { return s.member.follow(s.events()) }

// events returns callbacks that report to the handler.
func (s *stay) events() events {
	return events{
		rights: func() { s.handler.Joined(s.capabilities()) },
		seen:   s.tell,
		gone: func(nick string) {
			s.tracks.endOf(nick)
			s.handler.Left(nick)
		},
		said: func(nick, text string) {
			if h, ok := s.handler.(bot.ChatHandler); ok {
				h.Said(nick, text)
			}
		},
		aside: func(people int) {
			if h, ok := s.handler.(bot.AsideHandler); ok {
				h.Aside(people)
			}
		},
	}
}

// check ends the stay if the chat room belongs to another meeting than the bridge, because its names would then be other people's. A room
// that does not report its meeting is trusted.
func (s *stay) check(ctx context.Context, end context.CancelCauseFunc) {
	id, err := meetingIn(ctx, s.member.x, s.member.room)
	switch {
	case err != nil: // the connection has ended, which is noticed elsewhere
	case id != "" && id != s.c.meeting.id:
		end(models.WithHint(bot.End(models.EndDenied, errors.New("jitsi: the chat room is that of another meeting")),
			"what the bridge says with room= is not the room where it is: check the room's metadata, transcription.urlParams"))
	}
}

// discover finds the server's moderation component, which asks people to unmute.
func (s *stay) discover(ctx context.Context) {
	x, err := s.member.x.Ask(ctx, s.c.cfg.Domain, "get", xmpp.AskInfo{})
	if err != nil || x.Info == nil {
		return // a closed connection is noticed elsewhere
	}
	if at := x.Info.Component(xmpp.ComponentModeration); at != "" {
		s.member.moderation.Store(&at)
		if s.capabilities().Unmute {
			s.handler.Joined(s.capabilities())
		}
	}
}

// isMachine reports whether an endpoint is a program's.
func (s *stay) isMachine(endpoint string) bool {
	return s.member != nil && s.member.isMachine(endpoint)
}

// speaker returns the person that an endpoint belongs to.
func (s *stay) speaker(endpoint string) models.Speaker {
	if s.member != nil {
		if p, here := s.member.find(endpoint); here {
			return p.speaker(endpoint)
		}
	}
	return person{}.speaker(endpoint)
}

// tell tells the handler who somebody in the chat room is now. Events from the chat room and the bridge arrive on different goroutines.
func (s *stay) tell(nick string) {
	if s.member == nil {
		return
	}
	s.telling.Lock()
	defer s.telling.Unlock()
	if p, here := s.member.find(nick); here && !s.isMachine(nick) {
		s.handler.Speaker(p.speaker(nick))
	}
}

// capabilities returns what the bot can do in its role in the chat room.
func (s *stay) capabilities() bot.Capabilities {
	if s.member == nil {
		return bot.Capabilities{Message: true, Unseen: true}
	}
	moderator, conducted := s.member.moderates()
	return bot.Capabilities{
		Message: true, PrivateMessage: true, Mute: moderator && conducted, Unmute: moderator && s.member.moderation.Load() != nil,
		Remove: moderator, SelfUnmute: true,
	}
}

// Execute implements bot.Moderator.
func (c *Connector) Execute(ctx context.Context, o bot.Command) error {
	s := c.now.Load()
	if s == nil {
		return bot.ErrNotJoined
	}
	m := s.member
	if m == nil {
		return s.subtitle(o)
	}
	if o.Target != "" {
		if _, here := m.find(o.Target); !here || m.isMachine(o.Target) {
			return bot.ErrAbsent
		}
	}
	switch o.Verb {
	case models.VerbMessage:
		return m.say(ctx, o.Target, o.Text)
	case models.VerbMute:
		return m.mute(ctx, o.Target)
	case models.VerbUnmute:
		return m.askToUnmute(o.Target)
	case models.VerbRemove:
		return m.remove(ctx, o.Target)
	}
	return bot.Refuse("Jitsi has nothing of this kind", nil)
}

// Effect implements bot.Moderator based on what the chat room has reported.
func (c *Connector) Effect(o bot.Command) (inForce bool, how string) {
	s := c.now.Load()
	switch {
	case s == nil, s.member == nil: // nothing reports who saw a subtitle
		return false, ""
	case o.Verb == models.VerbMessage && o.Target == "":
		return true, "the room sent it to everybody"
	case o.Verb == models.VerbMessage:
		return true, "the server took it; Jitsi tells no more"
	case o.Verb == models.VerbMute:
		p, here := s.member.find(o.Target)
		return here && p.muted, "their client shows them as muted"
	case o.Verb == models.VerbUnmute:
		p, here := s.member.find(o.Target)
		return here && !p.muted, "they opened their microphone"
	case o.Verb == models.VerbRemove:
		return s.member.removed(o.Target), "the room was notified of the removal"
	}
	return false, ""
}

// Rename implements bot.Renamer.
func (c *Connector) Rename(ctx context.Context, name string) error {
	s := c.now.Load()
	switch {
	case s == nil:
		return bot.ErrNotJoined
	case s.member == nil:
		return bot.Refuse("nobody sees the bot in the meeting: it has no name there", nil)
	}
	if err := s.member.rename(ctx, name); err != nil {
		return fmt.Errorf("the bot's name: %w", err)
	}
	return nil
}
