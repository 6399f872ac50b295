package jitsi

import (
	"context"
	"time"

	"earshot/bot"
	"earshot/bot/jitsi/wire"
	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

// mute asks the conference focus to have somebody's client mute the microphone; the person can unmute it again.
func (m *member) mute(ctx context.Context, nick string) error {
	return m.ask(ctx, m.occupant(focus), xmpp.Mute{JID: m.occupant(nick), Mute: "true"})
}

// askToUnmute asks somebody to unmute, which only they can do, and permits it if the meeting's moderation otherwise would not.
func (m *member) askToUnmute(nick string) error {
	at := m.moderation.Load()
	switch moderator, _ := m.moderates(); {
	case !moderator: // the component would not respond
		return refused("not-allowed")
	case at == nil:
		return bot.Refuse("the bot has no right to: the server has no component for moderation (av_moderation)", nil)
	}
	allow := xmpp.Allow{Media: "audio", JID: m.occupant(nick)}
	if err := m.x.Send(xmpp.Moderation{To: *at, ID: m.x.NewID(), Allow: allow}); err != nil {
		return bot.ErrNotJoined
	}
	return nil
}

// remove removes somebody from the room, who may return.
func (m *member) remove(ctx context.Context, nick string) error {
	return m.ask(ctx, m.room, xmpp.Admin{Item: xmpp.Item{Nick: nick, Role: "none"}})
}

// subtitle shows the bot's messages to people who have subtitles on, which is all it can do outside the chat room.
func (s *stay) subtitle(o bot.Command) error {
	if o.Verb != models.VerbMessage || o.Target != "" {
		return bot.Refuse("the bot is not in the meeting's chat room (jitsi.hidden), and has no right to", nil)
	}
	return s.show(wire.Result{
		Line: "earshot-notice", ID: "earshot", Name: s.c.cfg.Name, Text: o.Text, Language: s.c.cfg.Language,
	})
}

// Caption implements bot.Captioner with a subtitle, which people who have subtitles on in its language see for some seconds.
func (c *Connector) Caption(_ context.Context, line bot.Caption) error {
	s := c.now.Load()
	switch {
	case s == nil:
		return bot.ErrNotJoined
	case line.Text == "": // a subtitle disappears by itself
		return nil
	}
	r := wire.Result{
		Line: line.Line, ID: line.SpeakerID, Name: line.SpeakerName, Text: line.Text, Interim: !line.Final, Language: line.Language,
	}
	if r.Language == "" {
		r.Language = c.cfg.Language
	}
	return s.show(r)
}

// show sends a subtitle to the bridge.
func (s *stay) show(r wire.Result) error {
	r.At = time.Now()
	b, err := r.Append()
	if err != nil {
		return err
	}
	if s.stream.write(b) != nil {
		return bot.ErrNotJoined
	}
	return nil
}
