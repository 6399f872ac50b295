package jitsi

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"

	"earshot/bot"
	"earshot/bot/jitsi/xmpp"
	"earshot/bot/peer"
	"earshot/models"
)

// Config configures how to join the meetings of a Jitsi server. Its secrets are never logged.
type Config struct {
	// URL is the server's jitsi://host, with which the addresses of its meetings begin.
	URL string
	// XMPP is the websocket of the XMPP server; the default is wss://host/xmpp-websocket.
	XMPP string
	// Domain is the XMPP domain of anonymous members; the default is the host. MUC is the domain of the meetings' chat rooms; the default is
	// conference.Domain.
	Domain, MUC string
	// User is an XMPP account such as bot@auth.host, and Password its password. Without a user, the bot is an anonymous member.
	User, Password string
	// JWT authenticates an anonymous member if the server requires a token.
	JWT string
	// Hidden keeps the bot out of the chat room: nobody can see it, and it learns no names.
	Hidden bool
	// Name is the name that people see; the default is "Earshot".
	Name string
	// Language is the language of the bot's own subtitles, an ISO 639-1 code; the default is "en".
	Language string
	Peer     *peer.Factory
	Log      *slog.Logger
}

// withDefaults fills in defaults and validates the configuration.
func (c Config) withDefaults() (Config, error) {
	at, err := models.ParseServer(c.URL)
	if err != nil || at.Kind != models.RoomJitsi {
		return c, models.WithHint(errors.New("jitsi: the URL is not the address of a Jitsi server"), "write jitsi://meet.example")
	}
	c.Domain = cmp.Or(c.Domain, at.Host)
	c.MUC = cmp.Or(c.MUC, "conference."+c.Domain)
	c.XMPP = cmp.Or(c.XMPP, "wss://"+strings.TrimPrefix(at.Server(), "jitsi://")+"/xmpp-websocket")
	c.Name, c.Language = cmp.Or(c.Name, "Earshot"), cmp.Or(c.Language, "en")
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.User != "" && !strings.Contains(c.User, "@") {
		return c, models.WithHint(errors.New("jitsi: the XMPP user has no domain"), "write it as bot@auth.meet.example")
	}
	return c, nil
}

// dialling returns how to reach the XMPP server for a room.
func (c Config) dialling(room string) xmpp.Config {
	x := xmpp.Config{URL: c.XMPP, Domain: c.Domain, Room: room, Token: c.JWT, Peer: c.Peer}
	if user, domain, ok := strings.Cut(c.User, "@"); ok {
		x.User, x.Password, x.Domain, x.Token = user, c.Password, domain, ""
	}
	return x
}

// roomAt returns a meeting's room by its name on the server.
func (c Config) roomAt(name string) (models.Room, error) {
	raw := strings.TrimSuffix(c.URL, "/") + "/" + url.PathEscape(name)
	at, err := models.ParseAddress(raw)
	if err != nil {
		return models.Room{}, fmt.Errorf("jitsi: the meeting's room: %w", err)
	}
	return at.RoomAt(raw, ""), nil
}

// Connector listens in a meeting whose bridge has dialled in. It implements bot.Connector, bot.Moderator, bot.Renamer and bot.Captioner.
type Connector struct {
	cfg     Config
	meeting *meeting
	room    string               // JID of the chat room
	now     atomic.Pointer[stay] // of the connected Run; nil: there is none
}

// Abilities returns what the bot can do in a meeting as its moderator.
func Abilities() bot.Capabilities {
	return bot.Capabilities{Message: true, PrivateMessage: true, Mute: true, Unmute: true, Remove: true, SelfUnmute: true}
}
