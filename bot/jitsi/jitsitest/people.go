package jitsitest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"earshot/bot/jitsi/xmpp"
)

const entersWithin = 2 * time.Minute

// client is an occupant of a meeting's chat room.
type client struct {
	x          *xmpp.Session
	room, nick string
	moderators sync.Map // by nick
	names      sync.Map // by nick
}

// dial logs in. It retries if the server does not respond in time because the machine is busy, as clients do.
func dial(ctx context.Context, c xmpp.Config) (x *xmpp.Session, err error) {
	for began := time.Now(); time.Since(began) < entersWithin; {
		var late interface{ Timeout() bool }
		if x, err = xmpp.Dial(ctx, c); err == nil || !errors.As(err, &late) || !late.Timeout() {
			break
		}
	}
	return x, err
}

// join enters a room, and returns once it is there.
func join(ctx context.Context, c xmpp.Config, room string, hello xmpp.Presence, nick string) (*client, error) {
	x, err := dial(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("jitsitest: %w", err)
	}
	k := &client{x: x, room: room + "@" + MUC, nick: nick}
	hello.To, hello.Join = k.room+"/"+nick, &xmpp.Join{}
	late := time.AfterFunc(entersWithin, x.Close)
	defer late.Stop()
	err = x.Send(hello)
	for err == nil {
		var s xmpp.Stanza
		if s, err = x.Next(nil); err == nil && k.presence(s) {
			return k, nil
		}
	}
	x.Close()
	return nil, fmt.Errorf("jitsitest: joining %s: %w", k.room, err)
}

// presence handles a presence, and reports whether it is the client's own.
func (k *client) presence(s xmpp.Stanza) (own bool) {
	if s.XMLName.Local != "presence" || s.Room == nil {
		return false
	}
	_, nick, _ := strings.Cut(s.From, "/")
	k.moderators.Store(nick, s.Room.Item.Role == "moderator")
	if s.Nick != nil {
		k.names.Store(nick, *s.Nick)
	}
	return s.Room.Has(xmpp.StatusSelf)
}

func (k *client) moderates(nick string) bool {
	yes, _ := k.moderators.Load(nick)
	return yes == true
}

// Focus runs a conference focus like Jicofo until the context ends: it is the first one in the room, and mutes people when a moderator asks
// it to.
func (s *Server) Focus(ctx context.Context, room string) error {
	user, domain, _ := strings.Cut(conductor, "@")
	k, err := join(ctx, xmpp.Config{URL: XMPP(s.Addr()), Domain: domain, User: user, Password: Password}, room, xmpp.Presence{}, "focus")
	if err != nil {
		return err
	}
	go func() { _ = k.x.Keep(ctx) }()
	context.AfterFunc(ctx, k.x.Close)
	go func() {
		for {
			x, err := k.x.Next(func(x xmpp.Stanza) bool {
				_, from, _ := strings.Cut(x.From, "/")
				if x.Mute == nil || !k.moderates(from) {
					return false
				}
				return k.x.Send(xmpp.IQ{To: x.Mute.JID, Type: "set", ID: k.x.NewID(), Content: xmpp.Mute{Actor: x.From, Mute: x.Mute.Mute}}) == nil
			})
			if err != nil {
				return
			}
			k.presence(x)
		}
	}()
	return nil
}

// Record joins a meeting like Jitsi's recorder, from a separate domain, until the context ends. It returns its nick.
func (s *Server) Record(ctx context.Context, room string) (nick string, err error) {
	const nickname = "0badcafe"
	hello := xmpp.Presence{Nick: &xmpp.Nick{Name: "Live stream"}}
	k, err := join(ctx, xmpp.Config{URL: XMPP(s.Addr()), Domain: "recorder." + Host}, room, hello, nickname)
	if err != nil {
		return "", err
	}
	context.AfterFunc(ctx, k.x.Close)
	go func() { _ = k.x.Keep(ctx) }()
	go func() {
		for {
			if _, err := k.x.Next(nil); err != nil {
				return
			}
		}
	}()
	return nickname, nil
}

// Destroy closes a room as its owner would.
func (s *Server) Destroy(ctx context.Context, room string) error {
	type destroy struct {
		XMLName xml.Name `xml:"http://jabber.org/protocol/muc#owner query"`
		Destroy struct{} `xml:"destroy"`
	}
	return s.own(ctx, room, func(*client) any { return destroy{} })
}

// Lock gives a room a password.
func (s *Server) Lock(ctx context.Context, room, password string) error {
	type field struct {
		Var   string `xml:"var,attr"`
		Value string `xml:"value"`
	}
	type form struct {
		Type   string  `xml:"type,attr"`
		Fields []field `xml:"field"`
	}
	type configure struct {
		XMLName xml.Name `xml:"http://jabber.org/protocol/muc#owner query"`
		Form    form     `xml:"jabber:x:data x"`
	}
	return s.own(ctx, room, func(*client) any {
		return configure{Form: form{"submit", []field{
			{"FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig"}, {"muc#roomconfig_roomsecret", password},
		}}}
	})
}

// Kick removes the occupant with the given name, as a moderator would.
func (s *Server) Kick(ctx context.Context, room, name string) error {
	return s.Role(ctx, room, name, "none")
}

// Role gives the occupant with the given name another role, as an owner would.
func (s *Server) Role(ctx context.Context, room, name, role string) error {
	return s.own(ctx, room, func(k *client) any {
		nick := ""
		k.names.Range(func(at, shown any) bool {
			if shown == name {
				nick = at.(string)
			}
			return nick == ""
		})
		return xmpp.Admin{Item: xmpp.Item{Nick: nick, Role: role}}
	})
}

// Names returns the names that a room shows.
func (s *Server) Names(ctx context.Context, room string) (names []string, err error) {
	err = s.own(ctx, room, func(k *client) any {
		k.names.Range(func(_, name any) bool { names = append(names, name.(string)); return true })
		return nil
	})
	return names, err
}

// own sends the request that what returns to a room as its owner; if what returns nil, it sends none.
func (s *Server) own(ctx context.Context, room string, what func(*client) any) error {
	user, domain, _ := strings.Cut(conductor, "@")
	k, err := join(ctx, xmpp.Config{URL: XMPP(s.Addr()), Domain: domain, User: user, Password: Password}, room, xmpp.Presence{}, "owner")
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	defer group.Wait()
	defer k.x.Close()
	group.Go(func() {
		for {
			if _, err := k.x.Next(nil); err != nil {
				return
			}
		}
	})
	do := what(k)
	if do == nil {
		return nil
	}
	answer, err := k.x.Ask(ctx, k.room, "set", do)
	if err == nil && answer.Error != nil {
		err = errors.New(answer.Error.Condition())
	}
	if err != nil {
		return fmt.Errorf("jitsitest: %w", err)
	}
	return nil
}

// Source returns the Opus packets of a recording and their times, and io.EOF after the last.
type Source = func() (opus []byte, at time.Duration, err error)

// Person is a participant of a meeting. Its methods may be called from any goroutine.
type Person struct {
	// Nick identifies the person to the bridge and in the chat room.
	Nick string
	k    *client

	mu    sync.Mutex
	lines []string
	muted bool
	seen  map[string]string // the names of others, by nick
}

// Attend joins a meeting under a name and plays a recording there in real time, until the recording is over, the context ends or a
// moderator removes the person. It calls here once they are there.
func (s *Server) Attend(ctx context.Context, b *Bridge, room, name string, next Source, here func(*Person)) error {
	id := make([]byte, 4)
	_, _ = rand.Read(id)
	p := &Person{Nick: hex.EncodeToString(id), seen: map[string]string{}}
	hello := xmpp.Presence{Nick: &xmpp.Nick{Name: name}, Sources: p.sources(false)}
	var err error
	if p.k, err = join(ctx, xmpp.Config{URL: XMPP(s.Addr()), Domain: Host, Room: room}, room, hello, p.Nick); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	group.Go(func() { _ = p.k.x.Keep(ctx) })
	group.Go(func() { defer cancel(); p.follow(hello) })
	defer p.k.x.Close()
	tag := p.Nick + "-a0"
	b.Start(tag, p.Nick, "opus")
	defer b.Stop(tag)
	here(p)
	return p.play(ctx, b, tag, next)
}

// sources returns the presence's SourceInfo, which says whether the person is muted.
func (p *Person) sources(muted bool) string {
	return fmt.Sprintf(`{"%s-a0":{"muted":%v},"%s-v0":{"muted":true}}`, p.Nick, muted, p.Nick)
}

// follow handles what the room sends until the person has left it, and does what the focus and the moderators ask for.
func (p *Person) follow(me xmpp.Presence) {
	mute := func(muted bool) bool {
		p.note(func() { p.muted = muted })
		now := me
		now.To, now.Join, now.Sources = p.k.room+"/"+p.Nick, nil, p.sources(muted)
		return p.k.x.Send(now) == nil
	}
	for {
		x, err := p.k.x.Next(func(x xmpp.Stanza) bool { return x.Mute != nil && x.Mute.Mute == "true" && mute(true) })
		if err != nil {
			return
		}
		_, nick, _ := strings.Cut(x.From, "/")
		switch own := p.k.presence(x); {
		case x.XMLName.Local == "presence" && x.Type == "unavailable":
			if own {
				return
			}
			p.note(func() { delete(p.seen, nick) })
		case x.XMLName.Local == "presence" && x.Nick != nil:
			p.note(func() { p.seen[nick] = *x.Nick })
		case x.JSON != nil && strings.Contains(*x.JSON, `"approved":true`):
			mute(false)
		case x.XMLName.Local == "message" && x.Body != "":
			p.note(func() { p.lines = append(p.lines, x.Body) })
		}
	}
}

func (p *Person) note(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// Lines returns the chat lines that the person has read.
func (p *Person) Lines() (out []string) {
	p.note(func() { out = append(out, p.lines...) })
	return out
}

// Sees returns the names of the others by nick.
func (p *Person) Sees() map[string]string {
	out := map[string]string{}
	p.note(func() {
		for nick, name := range p.seen {
			out[nick] = name
		}
	})
	return out
}

// Write writes a line to the chat.
func (p *Person) Write(text string) error {
	return p.k.x.Send(xmpp.Message{To: p.k.room, Type: "groupchat", ID: p.k.x.NewID(), Body: text})
}

// play plays a recording in real time. While muted, it sends nothing.
func (p *Person) play(ctx context.Context, b *Bridge, tag string, next Source) error {
	began := time.Now()
	for {
		opus, at, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		due := began.Add(at)
		t := time.NewTimer(time.Until(due))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return nil
		}
		muted := false
		p.note(func() { muted = p.muted })
		if !muted {
			b.Packet(tag, opus, due)
		}
	}
}
