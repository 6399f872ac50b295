package mumble

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

// Execute implements bot.Moderator, within the permissions that the server grants the bot's certificate.
func (c *Connector) Execute(ctx context.Context, o bot.Command) error {
	s := c.now.Load()
	if s == nil {
		return bot.ErrNotJoined
	}
	switch o.Verb {
	case models.VerbMessage:
		return s.say(ctx, o)
	case models.VerbUnban: // who is banned is not here
		return s.unban(ctx, o.Target)
	}
	u, here := s.roster.find(o.Target)
	if !here {
		return bot.ErrAbsent
	}
	yes, no := true, false
	home, _, audience := s.roster.rooms()
	state := wire.UserState{Session: u.session}
	switch o.Verb {
	case models.VerbMute:
		state.Mute = &yes
	case models.VerbUnmute:
		state.Mute, state.Deaf = &no, &no // a deafened person counts as muted
	case models.VerbToAudience:
		if audience == 0 {
			return bot.Refuse("the room's address names no channel for the audience: write ?audience=CHANNEL behind it", nil)
		}
		state.Channel = &audience
	case models.VerbToStage:
		state.Channel = &home
	case models.VerbRemove, models.VerbBan:
		if o.Verb == models.VerbBan {
			c.banned.Store(u.id, u)
		}
		out := wire.UserRemove{Session: u.session, Ban: o.Verb == models.VerbBan}
		return s.order(ctx, wire.TypeUserRemove, out.Append())
	default:
		return bot.Refuse("Mumble has nothing of this kind", nil)
	}
	return s.order(ctx, wire.TypeUserState, state.Append())
}

// Effect implements bot.Moderator from the user states that the server sends.
func (c *Connector) Effect(o bot.Command) (bool, string) {
	s := c.now.Load()
	switch {
	case s == nil:
		return false, ""
	case o.Verb == models.VerbMessage:
		return true, "the server took it; Mumble tells no more"
	case o.Verb == models.VerbUnban:
		_, still := c.banned.Load(o.Target)
		return !still, "the server's list of bans has the person no more"
	}
	return s.roster.effect(o)
}

// order sends a message and waits until the server has carried it out or refused it. It may be called from any goroutine.
func (s *stay) order(ctx context.Context, t wire.Type, body []byte) error {
	denied, err := s.l.ask(ctx, wire.Append(nil, t, body))
	switch {
	case errors.Is(err, errClosed):
		return bot.ErrNotJoined
	case err != nil:
		return fmt.Errorf("mumble: %w", err)
	case denied != nil:
		return bot.Refuse(reason(*denied), nil)
	}
	return nil
}

// say sends a line to one person, or to the room and the channels that are heard with it. It may be called from any goroutine.
func (s *stay) say(ctx context.Context, o bot.Command) error {
	var to []wire.TextMessage
	if o.Target != "" {
		u, here := s.roster.find(o.Target)
		if !here {
			return bot.ErrAbsent
		}
		to = []wire.TextMessage{{Sessions: []uint32{u.session}}}
	} else {
		_, all, _ := s.roster.rooms()
		to = []wire.TextMessage{{Channels: all[:1]}, {Channels: all[1:]}}
	}
	for _, m := range to {
		if len(m.Sessions)+len(m.Channels) == 0 {
			continue
		}
		for _, m.Text = range asHTML(o.Text, int(s.length.Load())) {
			if err := s.pace.take(ctx); err != nil {
				return fmt.Errorf("mumble: too many lines at once: %w", err)
			}
			if err := s.order(ctx, wire.TypeTextMessage, m.Append()); err != nil {
				return err
			}
		}
	}
	return nil
}

// Rename implements bot.Renamer. A Mumble client cannot change its name without reconnecting, so while listening is paused the bot clears
// its recording mark and shows the name as its comment.
func (c *Connector) Rename(ctx context.Context, name string) error {
	s := c.now.Load()
	if s == nil {
		return bot.ErrNotJoined
	}
	comment := name
	if name == "" {
		comment = c.cfg.Comment
	}
	if err := s.pace.take(ctx); err != nil {
		return fmt.Errorf("mumble: %w", err)
	}
	if err := s.order(ctx, wire.TypeUserState, s.look(comment, name == "").Append()); err != nil {
		return err
	}
	if me, known := s.roster.bySession(s.roster.selfSession()); !known || me.recording != (name == "") {
		return errors.New("mumble: the server does not show the change")
	}
	return nil
}

// unban removes a person's bans from the server's list. Their id identifies them even after a restart of the bot.
func (s *stay) unban(ctx context.Context, id string) error {
	who := user{name: strings.TrimPrefix(id, "name-")}
	if hash, ok := strings.CutPrefix(id, "cert-"); ok {
		who.hash, _, _ = strings.Cut(hash, "-")
	}
	if u, ok := s.c.banned.Load(id); ok {
		who = u.(user)
	}
	question := wire.BanList{Query: true}.Append()
	if err := s.order(ctx, wire.TypeBanList, question); err != nil {
		return err
	}
	if rest, found := s.bans.without(who); found > 0 {
		if err := s.order(ctx, wire.TypeBanList, wire.BanList{Bans: rest}.Append()); err != nil {
			return err
		}
		if err := s.order(ctx, wire.TypeBanList, question); err != nil {
			return err
		}
		if _, still := s.bans.without(who); still > 0 {
			return errors.New("mumble: the ban is still in the server's list")
		}
	}
	s.c.banned.Delete(id)
	return nil
}
