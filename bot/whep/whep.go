// Package whep listens to WHEP endpoints (draft-ietf-wish-whep). An endpoint is one stream: the protocol has no rooms, speakers or
// actions. The stream counts as one speaker with the configured name.
package whep

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

// Config names a stream.
type Config struct {
	// URL is whep+http://… or whep+https://….
	URL string
	// Token is the bearer token; it may be empty. It is never logged.
	Token string
	// Name is the speaker's name; default: the URL's host and path.
	Name string
	Peer *peer.Factory
}

// Connector implements bot.Connector for one stream.
type Connector struct {
	endpoint string
	token    string
	name     string
	factory  *peer.Factory
}

// New validates the URL; nothing is connected yet.
func New(c Config) (*Connector, error) {
	const hint = "write whep+https://host/path; a token belongs into the environment, not into the URL"
	endpoint, ok := strings.CutPrefix(c.URL, "whep+")
	u, err := url.Parse(endpoint)
	if !ok || err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, models.WithHint(errors.New("whep: the URL is not the address of a WHEP stream"), hint)
	}
	if u.User != nil {
		return nil, models.WithHint(errors.New("whep: the URL holds a user name or password"), hint)
	}
	if c.Name == "" {
		c.Name = u.Host + u.Path
	}
	return &Connector{endpoint: endpoint, token: c.Token, name: c.Name, factory: c.Peer}, nil
}

// speakerID is the one speaker of a stream: the same in every session.
const speakerID = "stream"

// Run listens until the context ends or the stream is lost.
func (c *Connector) Run(ctx context.Context, h bot.RoomHandler) error {
	client := c.factory.HTTPClient()
	defer client.CloseIdleConnections()
	late := &lateSink{}
	defer late.End()
	l, err := c.factory.Listen(ctx, peer.Endpoint{URL: c.endpoint, Token: c.token, Discover: true, Client: client}, late)
	if err != nil {
		return reason(ctx, err)
	}
	defer l.Close()
	h.Joined(bot.Capabilities{})
	h.Speaker(models.Speaker{ID: speakerID, Name: c.name, Role: models.RoleSpeaker})
	late.open(h.Track(bot.TrackInfo{
		Track: speakerID, SpeakerID: speakerID, SpeakerName: c.name, Role: models.RoleSpeaker, Attribution: models.AttributionTrack,
	}))
	return reason(ctx, l.Wait(ctx))
}

// reason maps a failure to the reason of the session's end.
func reason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	err = fmt.Errorf("whep: %w", err)
	switch {
	case errors.Is(err, peer.ErrAuth):
		return bot.End(models.EndFailedAuth, err)
	case errors.Is(err, peer.ErrProtocol):
		return bot.End(models.EndDenied, err)
	case errors.Is(err, peer.ErrNoPath):
		return bot.Retry(models.EndFailedICE, err)
	case errors.Is(err, peer.ErrNotFound):
		return bot.Retry(models.EndRoomClosed, err) // a stream comes and goes; one that never came fails the first join
	}
	return bot.Retry(models.EndFailedServer, err)
}
