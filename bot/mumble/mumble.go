package mumble

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"unicode"

	"earshot/bot"
	"earshot/bot/peer"
)

// Config says which room to join and how the bot appears there. Secrets are never logged.
type Config struct {
	// URL is mumble://host[:port]/channel[/subchannel…]; without a channel it means the root.
	URL string
	// Name is the name that people see, by default "Earshot". Outside the root the channel's name is appended, since a server admits a
	// name only once.
	Name string
	// Comment is what people read when they open the bot's comment: what it does.
	Comment string
	// Password is the server's password, Tokens are access tokens for its channels; both may be empty.
	Password string
	Tokens   []string
	// Store keeps certificates. All connectors share one.
	Store *Store
	Peer  *peer.Factory
	Log   *slog.Logger
}

// Connector joins one room. It implements bot.Connector, bot.Moderator and bot.Renamer.
type Connector struct {
	cfg  Config
	at   address
	name string
	now  atomic.Pointer[stay] // of the Run that is connected; nil: none
	// banned holds the bans that the bot has set, by the person's id.
	banned sync.Map
}

// New checks the address. It does not connect.
func New(c Config) (*Connector, error) {
	at, err := parseAddress(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Store == nil {
		return nil, errors.New("mumble: a connector needs a store for certificates")
	}
	if c.Name == "" {
		c.Name = "Earshot"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Connector{cfg: c, at: at, name: nameIn(c.Name, at.channel)}, nil
}

// nameIn returns the bot's name in a channel, in the characters that servers allow: by default spaces are not among them.
func nameIn(name string, channel []string) string {
	if len(channel) == 0 {
		return name
	}
	const most = 24
	var in []rune
	for _, r := range channel[len(channel)-1] {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			in = append(in, r)
		}
	}
	if len(in) > 0 {
		return name + "-" + string(in[:min(len(in), most)])
	}
	return name
}

// AbilitiesAt returns what a bot with all permissions can do in the room at an address: people can be moved to the audience only if the
// address names a channel for it.
func AbilitiesAt(url string) bot.Capabilities {
	can := Abilities()
	at, err := parseAddress(url)
	can.ToAudience = err == nil && at.audience != nil
	return can
}

// Abilities returns what a bot with all permissions can do in a Mumble room that has a channel for the audience.
func Abilities() bot.Capabilities {
	return bot.Capabilities{
		Message: true, PrivateMessage: true, Mute: true, Unmute: true, ToAudience: true, Remove: true, Ban: true, BanByAddress: true,
	}
}
