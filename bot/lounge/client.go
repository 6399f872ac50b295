package lounge

import (
	"log/slog"
	"net/http"
	"sync/atomic"

	"earshot/bot/peer"
)

// Client joins a lounge as a visible listener. It implements bot.Connector and bot.Moderator.
type Client struct {
	base    string // http(s)://host[:port]
	room    string
	name    string
	factory *peer.Factory
	http    *http.Client
	log     *slog.Logger
	token   string
	now     atomic.Pointer[seen] // of the Run that is connected; nil: none
}

// ClientConfig holds a Client's settings.
type ClientConfig struct {
	// URL is lounge://host:port/room, or lounge+https://host/room for a lounge behind TLS.
	URL string
	// Name is how the room sees the bot; default "Earshot".
	Name string
	Peer *peer.Factory
	// Token is the host's: with it the bot may act in the room. Empty: it listens and writes to the chat.
	Token string
	Log   *slog.Logger
}

// NewClient checks the address; nothing is connected yet.
func NewClient(c ClientConfig) (*Client, error) {
	base, room, err := ParseURL(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Name == "" {
		c.Name = "Earshot"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Client{base: base, room: room, name: c.Name, factory: c.Peer, http: c.Peer.HTTPClient(), log: c.Log, token: c.Token}, nil
}

func (c *Client) authorize(req *http.Request) {
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
}
