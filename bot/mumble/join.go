package mumble

import (
	"errors"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

// sync handles ServerSync, which ends the initial list of channels and users and carries the bot's session id. Permissions follow it.
func (s *stay) sync(body []byte) error {
	y, err := wire.ParseServerSync(body)
	if err != nil || s.synced {
		return err
	}
	s.synced = true
	s.roster.setSelf(y.Session)
	s.ask(nil, func(*wire.PermissionDenied) error { return s.enter() })
	return nil
}

// enter moves the bot into the room's channel. The recording mark and the comment are set in the message that moves it, so that nobody
// there ever sees the bot without them. The bot mutes itself, which shows that it does not talk; if it were deaf it would get no audio.
func (s *stay) enter() error {
	if s.config.NoRecording {
		return models.WithHint(
			bot.End(models.EndDenied, errors.New("mumble: the server forbids recording, and the bot keeps what is said")),
			"ask the administrator to allow it (the server's setting allowRecording)",
		)
	}
	if err := s.roster.choose(s.c.at); err != nil {
		return bot.End(models.EndDenied, err)
	}
	home, _, _ := s.roster.rooms()
	me := s.look(s.c.cfg.Comment, true)
	yes := true
	me.SelfMute = &yes
	if now, _ := s.roster.bySession(me.Session); now.channel != home { // servers pass over a message that moves nobody, with all it says
		me.Channel = &home
	}
	s.ask(s.queries(wire.Append(nil, wire.TypeUserState, me.Append())), func(d *wire.PermissionDenied) error { return s.entered(d, home) })
	return nil
}

// look returns how the bot appears to others. It may be called from any goroutine.
func (s *stay) look(comment string, records bool) wire.UserState {
	me := wire.UserState{Session: s.roster.selfSession(), Recording: &records}
	if pieces := asHTML(comment, int(s.length.Load())); len(pieces) > 0 {
		me.Comment = &pieces[0]
	}
	return me
}

// queries appends the queries for the bot's permissions.
func (s *stay) queries(frames []byte) []byte {
	home, _, _ := s.roster.rooms()
	for _, id := range []uint32{0, home} {
		frames = wire.Append(frames, wire.TypePermissionQuery, wire.PermissionQuery{Channel: id}.Append())
	}
	return frames
}

// entered tells the handler that the bot is in the channel, or why it is not.
func (s *stay) entered(denied *wire.PermissionDenied, home uint32) error {
	me, known := s.roster.bySession(s.roster.selfSession())
	if denied != nil || !known || me.channel != home || !me.recording {
		return entry(denied)
	}
	s.joined = true
	s.c.now.Store(s)
	s.c.cfg.Log.Info("joined", "participants", len(s.roster.everybody()))
	s.handler.Joined(s.capabilities())
	s.showAll()
	return nil
}

// capabilities returns what the bot's permissions allow.
func (s *stay) capabilities() bot.Capabilities {
	home, _, audience := s.roster.rooms()
	here, root := s.rights[home], s.rights[0]
	text, mute := here&wire.PermissionTextMessage != 0, here&wire.PermissionMute != 0
	return bot.Capabilities{
		Message: text, PrivateMessage: text, Mute: mute, Unmute: mute,
		ToAudience: here&wire.PermissionMove != 0 && audience != 0,
		Remove:     root&wire.PermissionKick != 0, Ban: root&wire.PermissionBan != 0, BanByAddress: true,
	}
}

// permission records the bot's permissions in a channel, and queries them again when the server flushes them.
func (s *stay) permission(body []byte) error {
	q, err := wire.ParsePermissionQuery(body)
	if err != nil {
		return err
	}
	if q.Flush {
		clear(s.rights)
	}
	if len(s.rights) < mostChannels { // also of channels that the room is not yet: a server tells what has not changed once
		s.rights[q.Channel] = q.Permissions
	}
	if !q.Flush || !s.joined {
		return nil
	}
	s.ask(s.queries(nil), func(*wire.PermissionDenied) error {
		s.handler.Joined(s.capabilities())
		return nil
	})
	return nil
}

// channels handles changes of channels, which may change whom the bot hears.
func (s *stay) channels(t wire.Type, body []byte) error {
	if t == wire.TypeChannelRemove {
		r, err := wire.ParseChannelRemove(body)
		if err != nil {
			return err
		}
		if s.roster.channelGone(r.ID) && s.joined {
			return errRoomClosed
		}
	} else {
		c, err := wire.ParseChannelState(body)
		if err == nil {
			err = s.roster.channel(c)
		}
		if err != nil {
			return err
		}
	}
	if s.joined {
		s.showAll()
	}
	return nil
}
