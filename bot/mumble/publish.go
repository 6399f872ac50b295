package mumble

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/bot/peer"
	"earshot/models"
)

// PublishConfig says what to play, in which room and under which name.
type PublishConfig struct {
	// URL is the room's, as in Config. The server must run on this machine, since its certificate is not checked.
	URL, Name string
	Tokens    []string
	// Next returns the recording's Opus packets with their times, and io.EOF after the last one.
	Next func() (opus []byte, at time.Duration, err error)
	Peer *peer.Factory
	// Ready, unless nil, is called with the person's id, as a Connector reports it, once they are in the channel. The recording's
	// clock starts when it returns.
	Ready func(ctx context.Context, id string)
	// Heard, unless nil, is called with each chat line that the person receives, as HTML.
	Heard func(text string)
	// Lines, unless nil, are written to the channel's chat.
	Lines <-chan string
	// From is the local address to connect from, or nil for any.
	From net.IP
}

// Publish joins a room as a person with a certificate of their own and plays a recording there in real time, for demonstrations and
// tests. It returns nil once the recording has been played, an EndError when the server ended the connection, or the context's cause.
func Publish(ctx context.Context, c PublishConfig) error {
	at, err := parseAddress(c.URL)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(at.host); ip == nil || !ip.IsLoopback() {
		return errors.New("mumble: publish: the server is not on this machine")
	}
	pem, err := newIdentity(c.Name)
	if err != nil {
		return fmt.Errorf("mumble: publish: %w", err)
	}
	cert, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		return fmt.Errorf("mumble: publish: %w", err)
	}
	l, err := way{peer: c.Peer, server: at.server, from: c.From, tls: &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}, InsecureSkipVerify: true, //nolint:gosec // on this machine
	}}.dial(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer context.AfterFunc(ctx, l.close)()
	p := &player{c: c, at: at, l: l, roster: newRoster(), in: make(chan struct{})}
	var group sync.WaitGroup
	group.Go(func() { cancel(l.keep(ctx)) })
	group.Go(func() { cancel(p.play(ctx)) })
	group.Go(func() { p.write(ctx) })
	if err = l.write(greeting(wire.Authenticate{Name: c.Name, Tokens: c.Tokens})); err == nil {
		err = p.follow()
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	cancel(err)
	group.Wait()
	l.close()
	if errors.Is(err, errPlayed) {
		return nil
	}
	return err
}

// errPlayed ends a performance whose recording has been played.
var errPlayed = errors.New("played")

// player is a person who plays a recording.
type player struct {
	c      PublishConfig
	at     address
	l      *link
	roster *roster
	id     string
	in     chan struct{} // closed when the person is in the channel
}

// follow handles messages until the server closes the connection.
func (p *player) follow() error {
	for {
		t, body, err := p.l.next()
		if err != nil {
			return bot.Retry(models.EndFailedServer, fmt.Errorf("mumble: publish: %w", err))
		}
		if err := p.take(t, body); err != nil {
			return err
		}
	}
}

func (p *player) take(t wire.Type, body []byte) error {
	switch t {
	case wire.TypeReject:
		r, err := wire.ParseReject(body)
		return errors.Join(err, rejected(r))
	case wire.TypeChannelState:
		c, err := wire.ParseChannelState(body)
		return errors.Join(err, p.roster.channel(c))
	case wire.TypeUserState:
		u, err := wire.ParseUserState(body)
		if err == nil {
			_, err = p.roster.user(u)
		}
		return err
	case wire.TypeServerSync:
		y, err := wire.ParseServerSync(body)
		p.roster.setSelf(y.Session)
		return errors.Join(err, p.enter())
	case wire.TypeUserRemove:
		u, err := wire.ParseUserRemove(body)
		if err == nil && u.Session == p.roster.selfSession() {
			return removed(u)
		}
		return err
	case wire.TypeTextMessage:
		m, err := wire.ParseTextMessage(body)
		if err == nil && p.c.Heard != nil {
			p.c.Heard(m.Text)
		}
		return err
	}
	return nil
}

// enter moves the player into the room's channel.
func (p *player) enter() error {
	if err := p.roster.choose(p.at); err != nil {
		return err
	}
	home, _, _ := p.roster.rooms()
	me := wire.UserState{Session: p.roster.selfSession(), Channel: &home} // of a message that moves nobody nothing is left
	return p.l.send(wire.Append(nil, wire.TypeUserState, me.Append()), func(_ *wire.PermissionDenied, err error) {
		if u, known := p.roster.bySession(p.roster.selfSession()); err == nil && known && u.channel == home {
			p.id = u.id
			close(p.in)
		}
	})
}

// play sends the recording and returns errPlayed at its end.
func (p *player) play(ctx context.Context) error {
	select {
	case <-p.in:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if p.c.Ready != nil {
		p.c.Ready(ctx, p.id)
	}
	const talkSpurt = 130 * time.Millisecond // longer than any packet: what follows later is another talk
	start, last := time.Now(), time.Duration(0)
	for {
		opus, at, err := p.c.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("mumble: publish: the recording: %w", err)
		}
		if err != nil || at-last > talkSpurt {
			if err := p.send(wire.Voice{Frame: int64(last/frameTime) + 2, Last: true}); err != nil {
				return err
			}
		}
		if err != nil {
			return errPlayed
		}
		t := time.NewTimer(time.Until(start.Add(at)))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return context.Cause(ctx)
		}
		if err := p.send(wire.Voice{Frame: int64(at / frameTime), Opus: opus}); err != nil {
			return err
		}
		last = at
	}
}

// write sends Lines to the chat until the context ends.
func (p *player) write(ctx context.Context) {
	for {
		select {
		case line := <-p.c.Lines:
			home, _, _ := p.roster.rooms()
			m := wire.TextMessage{Channels: []uint32{home}, Text: escaped(line)}
			if p.l.write(wire.Append(nil, wire.TypeTextMessage, m.Append())) != nil {
				return // the connection is broken, which is noticed where it is read
			}
		case <-ctx.Done():
			return
		}
	}
}

func (p *player) send(v wire.Voice) error {
	return p.l.write(wire.Append(nil, wire.TypeVoice, wire.AppendVoice(nil, v)))
}
