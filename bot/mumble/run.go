package mumble

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

// Run stays in the room until the context ends, the connection is lost or the room ends.
func (c *Connector) Run(ctx context.Context, h bot.RoomHandler) error {
	err := c.run(ctx, h)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (c *Connector) run(ctx context.Context, h bot.RoomHandler) error {
	l, err := c.connect(ctx)
	if err != nil {
		return err
	}
	s := newStay(c, h, l)
	ctx, cancel := context.WithCancelCause(ctx)
	defer context.AfterFunc(ctx, l.close)()
	var group sync.WaitGroup
	group.Go(func() { cancel(l.keep(ctx)) })
	err = s.follow()
	c.now.CompareAndSwap(s, nil)
	if cause := context.Cause(ctx); cause != nil && s.cut { // the connection was closed for that
		err = bot.Retry(models.EndFailedServer, cause)
	}
	cancel(err)
	group.Wait()
	l.close()
	s.endTracks()
	return err
}

// connect opens a connection and asks to be admitted. It does not wait for the answer.
func (c *Connector) connect(ctx context.Context) (*link, error) {
	if wait := c.cfg.Store.pause(c.at.server, time.Now()); wait > 0 {
		err := fmt.Errorf("mumble: too many connections lately, the next in %v", wait.Round(time.Second))
		return nil, models.WithHint(bot.Retry(models.EndFailedServer, err),
			"servers shut out for minutes who connects too often (their setting autobanAttempts), so the bot waits")
	}
	cert, err := c.cfg.Store.identity(strings.ToLower(c.at.server)+"/"+strings.Join(c.at.channel, "/"), c.cfg.Name)
	if err != nil {
		return nil, bot.End(models.EndFailedAuth, err)
	}
	l, err := way{
		peer: c.cfg.Peer, server: c.at.server, reached: func() { c.cfg.Store.connected(c.at.server, time.Now()) },
		tls: &tls.Config{
			MinVersion: tls.VersionTLS12, ServerName: c.at.host, Certificates: []tls.Certificate{cert},
			InsecureSkipVerify: true, //nolint:gosec // VerifyConnection does it, since servers sign their certificates themselves
			VerifyConnection:   func(s tls.ConnectionState) error { return c.cfg.Store.known(c.at.server, c.at.host, s) },
		},
	}.dial(ctx)
	if err != nil {
		return nil, err
	}
	hello := greeting(wire.Authenticate{Name: c.name, Password: c.cfg.Password, Tokens: c.cfg.Tokens, Bot: true})
	if err := l.write(hello); err != nil {
		l.close()
		return nil, bot.Retry(models.EndFailedServer, err)
	}
	return l, nil
}

// follow handles what arrives until the stay ends.
func (s *stay) follow() error {
	for {
		t, body, err := s.l.next()
		if err != nil {
			return s.broken(err)
		}
		switch err := s.take(t, body); {
		case errors.Is(err, wire.ErrMalformed):
			if !s.noted {
				s.noted = true
				s.c.cfg.Log.Warn("the server sent what cannot be read: passed over", "type", int(t), "err", err)
			}
		case err != nil:
			return err
		case s.failed != nil:
			return s.failed
		}
	}
}

// broken explains what the end of the stream means.
func (s *stay) broken(err error) error {
	s.cut = true
	switch {
	case errors.Is(err, wire.ErrOversize) && !s.synced:
		return models.WithHint(bot.End(models.EndDenied, fmt.Errorf("mumble: what answers there is not a Mumble server: %w", err)),
			"check the port in the URL; Mumble's is 64738")
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		err = errors.New("the server closed the connection")
	}
	return bot.Retry(models.EndFailedServer, fmt.Errorf("mumble: %w", err))
}

// take handles a message.
func (s *stay) take(t wire.Type, body []byte) error {
	switch t {
	case wire.TypeVoice:
		return s.voice(body)
	case wire.TypeVersion:
		v, err := wire.ParseVersion(body)
		s.at15 = v.Number >= 1<<16|5<<8
		return err
	case wire.TypeReject:
		r, err := wire.ParseReject(body)
		if err != nil {
			return err
		}
		return rejected(r)
	case wire.TypeServerSync:
		return s.sync(body)
	case wire.TypeServerConfig:
		return s.configured(body)
	case wire.TypeChannelState, wire.TypeChannelRemove:
		return s.channels(t, body)
	case wire.TypeUserState:
		return s.userState(body)
	case wire.TypeUserRemove:
		return s.userRemove(body)
	case wire.TypeTextMessage:
		m, err := wire.ParseTextMessage(body)
		if err == nil && s.joined {
			s.said(m.Actor, m.Text)
		}
		return err
	case wire.TypePermissionQuery:
		return s.permission(body)
	case wire.TypeBanList:
		list, err := wire.ParseBanList(body)
		s.bans.set(list.Bans)
		return err
	}
	return nil // what a listener has no use for
}

func (s *stay) configured(body []byte) (err error) {
	s.config, err = wire.ParseServerConfig(body)
	if n := s.config.MessageLength; n > 0 {
		s.length.Store(int64(n))
	}
	return err
}
