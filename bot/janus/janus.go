package janus

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

// Config is a room's address and credentials. Secrets are never logged.
type Config struct {
	// URL is janus+ws(s)://host[:port][/path]/room/ID or …/bridge/ID.
	URL string
	// Name is how the room sees the bot. Janus has no chat, so it should say what the bot does.
	Name string
	// APISecret and Token are the server's credentials, PIN and RoomToken the room's, where they are required.
	APISecret, Token, PIN, RoomToken string
	// Secret is the room's; with it the bot may mute and kick. Without it the bot only listens.
	Secret string
	Peer   *peer.Factory
	Log    *slog.Logger
}

// Connector joins one room. It implements bot.Connector and bot.Moderator.
type Connector struct {
	cfg Config
	at  address
	now atomic.Pointer[stay] // of the Run that is connected; nil: none
	// banned maps a person's id to the token that a ban removed from the room's list.
	banned sync.Map
}

// New validates the address; it does not connect.
func New(c Config) (*Connector, error) {
	at, err := parseAddress(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Name == "" {
		c.Name = "Earshot"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Connector{cfg: c, at: at}, nil
}

// Run stays in the room until the context ends, the connection is lost or the room closes. A websocket that breaks is
// reopened and the session claimed, if the server keeps sessions that long; media keeps flowing meanwhile.
func (c *Connector) Run(ctx context.Context, handler bot.RoomHandler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s, err := c.open(ctx)
	if err != nil {
		return cause(ctx, err)
	}
	st := &stay{c: c, s: s, handler: handler, cancel: cancel, slots: newSlots(handler), known: newKnown()}
	s.group.Go(func() { s.keep(ctx) })
	if c.at.bridge {
		err = st.bridge(ctx)
	} else {
		err = st.video(ctx)
	}
	c.now.Store(nil)
	err = cause(ctx, err)
	cancel(err)
	st.leave()
	s.group.Wait()
	return err
}

// cause is the context's cause once it has ended, else err.
func cause(ctx context.Context, err error) error {
	if e := context.Cause(ctx); e != nil {
		return e
	}
	return err
}

// Returned by event handlers when the stay is over for good.
var (
	errRoomClosed = bot.End(models.EndRoomClosed, errors.New("janus: the room was closed"))
	errKicked     = bot.End(models.EndRemoved, errors.New("janus: a moderator removed the bot"))
	errHangup     = bot.Retry(models.EndFailedServer, errors.New("janus: the server ended the media connection"))
	errTimeout    = bot.Retry(models.EndFailedServer, errors.New("janus: the server ended the session"))
)
