package mumble

import (
	"errors"
	"fmt"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

var (
	errRoomClosed = bot.End(models.EndRoomClosed, errors.New("mumble: the channel was removed"))
	errMoved      = bot.End(models.EndRemoved, errors.New("mumble: a moderator moved the bot out of the channel"))
	errDeafened   = bot.End(models.EndDenied, errors.New("mumble: a moderator deafened the bot, which hears nothing any more"))
	errReplaced   = models.WithHint(
		bot.End(models.EndReplaced, errors.New("mumble: another client came with the bot's name or certificate")),
		"two rooms on one server need channels of different names, and a certificate is for one bot",
	)
)

// userState handles a UserState message.
func (s *stay) userState(body []byte) error {
	news, err := wire.ParseUserState(body)
	if err != nil {
		return err
	}
	u, err := s.roster.user(news)
	if err != nil || !s.joined {
		return err
	}
	if u.session != s.roster.selfSession() {
		s.show(u)
		return nil
	}
	switch home, _, _ := s.roster.rooms(); {
	case u.channel != home:
		s.movedOut()
	case u.deaf:
		return errDeafened
	}
	return nil
}

// movedOut explains why the bot is in another channel: before a channel is removed the server moves its users to the parent.
func (s *stay) movedOut() {
	s.joined = false
	s.ask(nil, func(*wire.PermissionDenied) error {
		if s.roster.hasHome() {
			return errMoved
		}
		return errRoomClosed
	})
}

// userRemove handles a UserRemove message: somebody left the server or was removed from it.
func (s *stay) userRemove(body []byte) error {
	r, err := wire.ParseUserRemove(body)
	if err != nil {
		return err
	}
	if r.Session == s.roster.selfSession() && s.synced {
		return removed(r)
	}
	u, known := s.roster.remove(r.Session)
	if !known {
		return nil
	}
	s.endTrack(u.session)
	if _, shown := s.shown[u.session]; shown {
		delete(s.shown, u.session)
		s.handler.Left(u.id)
	}
	return nil
}

// removed explains why the bot was removed: by a person, or by the server because the same client connected again.
func removed(r wire.UserRemove) error {
	switch {
	case r.Actor == nil:
		return errReplaced
	case r.Ban:
		return bot.End(models.EndRemoved, fmt.Errorf("mumble: a moderator banned the bot"))
	}
	return bot.End(models.EndRemoved, errors.New("mumble: a moderator removed the bot"))
}
