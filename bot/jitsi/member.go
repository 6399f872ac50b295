package jitsi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot"
	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

const (
	enterWithin = 8 * time.Second
	readAtMost  = 2000 // bytes of a chat line: the bot's commands are short
)

// member is the bot in a meeting's chat room. Only one goroutine may call follow; the other methods may be called from any goroutine.
type member struct {
	*roster
	x    *xmpp.Session
	room string
	name string // the name that people see unless another one is to be shown

	moderation atomic.Pointer[string] // the JID of the server's moderation component; nil: unknown

	mu    sync.Mutex
	lines map[string]chan *xmpp.Error // the bot's own unacknowledged lines, by id
}

// enter joins a meeting's chat room, where people can see the bot.
func (c *Connector) enter(ctx context.Context) (*member, error) {
	name, _, _ := strings.Cut(c.room, "@")
	x, err := xmpp.Dial(ctx, c.cfg.dialling(name))
	if err != nil {
		return nil, refusal(err)
	}
	nick := make([]byte, 4)
	_, _ = rand.Read(nick) // it never fails
	m := &member{
		x: x, room: c.room, name: c.cfg.Name, lines: map[string]chan *xmpp.Error{}, roster: newRoster(hex.EncodeToString(nick)),
	}
	late := time.AfterFunc(enterWithin, x.Close)
	defer late.Stop()
	defer context.AfterFunc(ctx, x.Close)()
	err = x.Send(xmpp.Presence{To: m.occupant(m.self), Join: &xmpp.Join{}, Nick: &xmpp.Nick{Name: m.name}})
	for in := false; err == nil && !in; {
		var s xmpp.Stanza
		if s, err = x.Next(nil); err == nil {
			in, err = m.admitted(s)
		}
	}
	if err != nil {
		x.Close()
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, refusedEntry(err)
	}
	return m, nil
}

// refusedEntry returns the error that ends an attempt to enter: the room's own, or that of the connection.
func refusedEntry(err error) error {
	var end *bot.EndError
	if errors.As(err, &end) {
		return err
	}
	return refusal(err)
}

// admitted handles what arrives before the bot is in the room: the presences of the others, and then its own.
func (m *member) admitted(s xmpp.Stanza) (in bool, err error) {
	room, nick, _ := strings.Cut(s.From, "/")
	if s.XMLName.Local != "presence" || room != m.room {
		return false, nil
	}
	if s.Type == "error" && s.Error != nil && (nick == m.self || nick == "") {
		return false, entry(s.Error.Condition())
	}
	if nick != m.self {
		m.take(nick, s)
		return false, nil
	}
	m.takeSelf(s)
	return s.Room != nil && s.Room.Has(xmpp.StatusSelf), nil
}

func (m *member) occupant(nick string) string { return m.room + "/" + nick }

// leave leaves the room and closes the connection.
func (m *member) leave() {
	_ = m.x.Send(xmpp.Presence{To: m.occupant(m.self), Type: "unavailable"})
	m.x.Close()
}

// events are callbacks for what happens in a room: seen is called if somebody came or changed, gone if somebody left, and aside with the
// number of people in the meeting's breakout rooms.
type events struct {
	rights func()
	seen   func(nick string)
	gone   func(nick string)
	said   func(nick, text string)
	aside  func(people int)
}

// follow reports what happens in the room until the bot has left it or the connection has ended.
func (m *member) follow(to events) error {
	defer m.dropLines()
	for {
		s, err := m.x.Next(nil)
		if err != nil {
			return refusal(err)
		}
		room, nick, _ := strings.Cut(s.From, "/")
		if room != m.room {
			if n, ok := breakouts(s); ok {
				to.aside(n)
			}
			continue
		}
		switch s.XMLName.Local {
		case "presence":
			if nick == m.self {
				if err := m.own(s, to); err != nil {
					return err
				}
				continue
			}
			m.other(nick, s, to)
		case "message":
			m.line(nick, s, to)
		}
	}
}

// own handles the bot's own presence: changes of its role, or why it is out.
func (m *member) own(s xmpp.Stanza, to events) error {
	switch {
	case s.Type != "unavailable":
		if m.takeSelf(s) {
			to.rights()
		}
		return nil
	case s.Room != nil && s.Room.Destroy != nil:
		return bot.End(models.EndRoomClosed, errors.New("jitsi: the meeting was closed"))
	case s.Room != nil && (s.Room.Has(xmpp.StatusKicked) || s.Room.Has(xmpp.StatusBanned)):
		return bot.End(models.EndRemoved, errors.New("jitsi: a moderator removed the bot"))
	}
	return bot.Retry(models.EndFailedServer, errors.New("jitsi: the chat room let the bot go"))
}

func (m *member) other(nick string, s xmpp.Stanza, to events) {
	now, news := m.take(nick, s)
	switch {
	case !news || nick == "":
	case nick == focus:
		to.rights() // people can only be muted while the focus is there
	case now.absent, now.machine:
		to.gone(nick)
	default:
		to.seen(nick)
	}
}

// line handles a chat line, or the room's acknowledgement of one of the bot's own.
func (m *member) line(nick string, s xmpp.Stanza, to events) {
	if s.Type == "error" || s.Type == "groupchat" && nick == m.self {
		m.answered(s.ID, s.Error)
		return
	}
	if nick == "" || nick == m.self || nick == focus || s.Delay != nil || s.Body == "" || s.Type != "groupchat" && s.Type != "chat" {
		return
	}
	to.said(nick, strings.ToValidUTF8(s.Body[:min(len(s.Body), readAtMost)], ""))
}

// say sends a line to everybody or to one person, and waits for the room's acknowledgement.
func (m *member) say(ctx context.Context, nick, text string) error {
	id, answer := m.x.NewID(), make(chan *xmpp.Error, 1)
	m.mu.Lock()
	m.lines[id] = answer
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.lines, id)
	}()
	line := xmpp.Message{To: m.room, Type: "groupchat", ID: id, Body: text}
	if nick != "" {
		line.To, line.Type = m.occupant(nick), "chat"
	}
	if err := m.x.Send(line); err != nil {
		return bot.ErrNotJoined
	}
	if nick != "" { // there is no echo, only an error, which arrives before the reply to the next request
		if err := m.x.Flush(ctx, m.room); err != nil {
			return bot.ErrNotJoined
		}
		select {
		case e := <-answer:
			return sayRefused(e)
		default:
			return nil
		}
	}
	select {
	case e, ok := <-answer:
		if !ok {
			return bot.ErrNotJoined
		}
		return sayRefused(e)
	case <-ctx.Done():
		return errors.New("jitsi: the room did not send the line back")
	}
}

// sayRefused returns why a line was refused, or nil if it was not.
func sayRefused(e *xmpp.Error) error {
	if e == nil {
		return nil
	}
	return refused(e.Condition())
}

func (m *member) answered(id string, e *xmpp.Error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.lines[id]; ok {
		delete(m.lines, id)
		c <- e
	}
}

// dropLines releases those who wait for an acknowledgement, as none will arrive.
func (m *member) dropLines() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.lines {
		close(c)
	}
	clear(m.lines)
}

// ask sends a request and waits until it has been carried out or refused.
func (m *member) ask(ctx context.Context, to string, content any) error {
	x, err := m.x.Ask(ctx, to, "set", content)
	switch {
	case errors.Is(err, xmpp.ErrClosed):
		return bot.ErrNotJoined
	case err != nil:
		return err //nolint:wrapcheck // it says what it is
	case x.Error != nil:
		return refused(x.Error.Condition())
	}
	return nil
}

// rename changes the bot's displayed name, and waits until the room shows it.
func (m *member) rename(ctx context.Context, name string) error {
	if name == "" {
		name = m.name
	}
	if err := m.x.Send(xmpp.Presence{To: m.occupant(m.self), Nick: &xmpp.Nick{Name: name}}); err != nil {
		return bot.ErrNotJoined
	}
	if err := m.x.Flush(ctx, m.room); err != nil {
		return bot.ErrNotJoined
	}
	if m.shownName() != clean(name) {
		return errors.New("jitsi: the room does not show the new name")
	}
	return nil
}
