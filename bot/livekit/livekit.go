package livekit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

// Config says which room to join and how to appear there.
type Config struct {
	// URL is livekit://host[:port]/room (encrypted, except to this machine), livekit+ws://… or livekit+wss://….
	URL  string
	Auth Credentials
	// Identity is the bot's participant identity, which only one participant at a time may have. Default "earshot". A ready-made
	// token brings its own.
	Identity string
	// Name is what people see; default "Earshot".
	Name string
	// Hidden keeps the bot out of the participant list. By default it is visible. A ready-made token decides for itself.
	Hidden bool
	Peer   *peer.Factory
	Log    *slog.Logger
}

// Connector implements bot.Connector for one room, and acts in it while it is there.
type Connector struct {
	cfg   Config
	at    address
	http  *http.Client
	admin lk.RoomService
	log   *slog.Logger

	mu    sync.Mutex
	token string // the latest renewal of a ready-made one
	now   *stay  // nil while not in the room

	// sources maps the identity of people who were moved to the audience to what they could publish before.
	sources sync.Map
}

// New validates the address and the credentials; it does not connect.
func New(c Config) (*Connector, error) {
	at, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	if err := c.Auth.check(); err != nil {
		return nil, err
	}
	return newConnector(c, at)
}

func newConnector(c Config, at address) (*Connector, error) {
	if c.Peer == nil {
		return nil, errors.New("livekit: a connector needs a peer factory")
	}
	if c.Identity == "" {
		c.Identity = "earshot"
	}
	if c.Name == "" {
		c.Name = "Earshot"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	x := &Connector{cfg: c, at: at, http: c.Peer.HTTPClient(), log: c.Log.With("room", at.room)}
	x.admin = lk.NewRoomServiceProtobufClient(at.http, x.http)
	x.token = c.Auth.Token
	return x, x.checkToken()
}

// checkToken refuses a ready-made token that cannot work, before anything is connected.
func (c *Connector) checkToken() error {
	if c.token == "" {
		return nil
	}
	claims, err := readClaims(c.token)
	switch {
	case err != nil:
		return models.WithHint(err, "a LiveKit access token has three parts, joined by dots")
	case claims.Video == nil || !claims.Video.RoomJoin:
		return models.WithHint(errors.New("livekit: the token does not let anybody join a room"), "make one with the roomJoin grant")
	case claims.Video.Room != "" && claims.Video.Room != c.at.room:
		return models.WithHint(errors.New("livekit: the token is for another room"), "make one for the room in the URL")
	}
	return nil
}

// joinToken is the token for the next join or resume.
func (c *Connector) joinToken(now time.Time) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" {
		return c.token, nil
	}
	yes, no := true, false
	return c.cfg.Auth.Sign(Claims{
		Identity: c.cfg.Identity, Name: c.cfg.Name, Kind: "agent",
		Video: &Grant{
			Room: c.at.room, RoomJoin: true, CanPublish: &no, CanSubscribe: &yes, CanPublishData: &yes,
			Agent: true, Recorder: true, Hidden: c.cfg.Hidden,
		},
	}, now, joinFor)
}

// adminToken is the token for one action.
func (c *Connector) adminToken(now time.Time) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cfg.Auth.Key == "" {
		return c.token, nil
	}
	return c.cfg.Auth.Sign(Claims{Identity: c.cfg.Identity, Video: &Grant{Room: c.at.room, RoomAdmin: true}}, now, actFor)
}

// refreshed keeps the server's renewal of a ready-made token.
func (c *Connector) refreshed(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && token != "" {
		c.token = token
	}
}

// Run stays in the room until the context ends or the connection is lost. A broken websocket is resumed while media keeps
// flowing; any other failure ends Run, and the next one joins again.
func (c *Connector) Run(ctx context.Context, handler bot.RoomHandler) error {
	defer c.http.CloseIdleConnections()
	err := c.run(ctx, handler)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (c *Connector) run(ctx context.Context, handler bot.RoomHandler) error {
	token, err := c.joinToken(time.Now())
	if err != nil {
		return err
	}
	sig, err := dial(ctx, c.cfg.Peer, c.at.ws, token, map[string][]string{})
	if err != nil {
		return refusal(err)
	}
	s := newStay(c, handler, sig)
	defer s.end()
	join, err := s.first(ctx)
	if err != nil {
		return err
	}
	if err := s.enter(ctx, join); err != nil {
		return err
	}
	c.setStay(s)
	defer c.setStay(nil)
	return s.follow(ctx)
}

func (c *Connector) setStay(s *stay) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = s
}

func (c *Connector) current() *stay {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}
