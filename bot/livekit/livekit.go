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
	// Identity is what the room knows the bot by: one participant at a time may have it. Default "earshot". A ready token
	// brings its own.
	Identity string
	// Name is what people see; default "Earshot".
	Name string
	// Hidden keeps the bot out of the list of participants. The default is to be seen. A ready token decides for itself.
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
	token string // the newest of a ready one
	now   *stay  // nil while not in the room

	// sources has, by identity, what those could publish who were moved to the audience.
	sources sync.Map
}

// New checks the address and the credentials; nothing is connected yet.
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

// checkToken refuses a ready token that cannot work before anything is connected.
func (c *Connector) checkToken() error {
	if c.token == "" {
		return nil
	}
	claims, err := readClaims(c.token)
	switch {
	case err != nil:
		return models.WithHint(err, "a LiveKit access token has three parts, joined by dots")
	case claims.Video == nil || !claims.Video.RoomJoin:
		return models.WithHint(errors.New("livekit: the token does not let anybody join a room"), "make one with the grant roomJoin")
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

// refreshed keeps the newer token that the server sent in the place of a ready one.
func (c *Connector) refreshed(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && token != "" {
		c.token = token
	}
}

// Run is in the room until the context ends or the connection is over. A broken websocket is taken up again while the
// sound goes on; whatever else breaks ends Run, and the next one joins anew.
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
