package configs

import (
	"strconv"
	"strings"

	"earshot/models"
)

// LiveKit holds the settings of the bot in LiveKit's rooms.
type LiveKit struct {
	// Hidden keeps the bot out of the list of participants.
	Hidden bool `mapstructure:"hidden"`
	// URL is livekit://host[:port] of the server that may invite the bot; empty: none may.
	URL string `mapstructure:"url"`
	// Dispatch is which rooms the server sends the bot to: "named" (where a program asks for Agent), "every" or "none".
	Dispatch string `mapstructure:"dispatch"`
	// Agent is the name under which programs ask for the bot; never empty.
	Agent string `mapstructure:"agent"`
	// LoadThreshold is the load, more than 0 and at most 1, from which on the bot takes no further room by dispatch.
	LoadThreshold float64 `mapstructure:"load_threshold"`
	// Profile is how rooms that the bot is invited to are treated; empty: as the settings outside of profiles say.
	Profile string `mapstructure:"profile"`
	// Webhook is the path at which the web server takes the server's webhooks; empty: it takes none.
	Webhook string `mapstructure:"webhook"`
}

// liveKitSettings are the settings of LiveKit.
func liveKitSettings() []setting {
	serverAddress := matching(
		`^(livekit(\+wss?)?://[^\s/?#@]+(/[^\s?#]*)?)?$`, `the address of a server like "livekit://rooms.example", without a room, or empty`,
	)
	serverAddress.meant = func(text string) string {
		meant, _ := models.FromLiveKit(text)
		return meant
	}
	return []setting{
		{"livekit.hidden", truth()},
		{"livekit.url", serverAddress},
		{"livekit.dispatch", choice("named", "every", "none")},
		{"livekit.agent", matching(`^[A-Za-z0-9._-]{1,64}$`, "a name of letters, digits, dots, dashes and underscores")},
		{"livekit.load_threshold", share()},
		{"livekit.profile", matching(`^([a-z0-9][a-z0-9._-]{0,63})?$`, "the name of a profile, or empty")},
		{"livekit.webhook", webPath()},
	}
}

// Streams holds the settings of what is heard without being in a room.
type Streams struct {
	// Unseen lets the bot hear streams and sound devices, where nobody can see it.
	Unseen bool `mapstructure:"unseen"`
}

// share is a part of a whole.
func share() kind {
	return kind{
		want: "a number from 0.05 to 1, like 0.7",
		read: func(g given) (any, bool) {
			x, err := strconv.ParseFloat(g.text, 64)
			number := g.tag == "" || g.tag == "!!float" || g.tag == "!!int"
			return x, g.list == nil && number && err == nil && x >= 0.05 && x <= 1
		},
	}
}

// webPath is a path of the web server that is no page's.
func webPath() kind {
	named := matching(`^(/[A-Za-z0-9._~-]+){1,8}$`, `a path like "/livekit/webhook", or empty`)
	return kind{want: named.want, read: func(g given) (any, bool) {
		if s, ok := g.word("!!str"); ok && s == "" {
			return s, true
		}
		s, ok := named.read(g)
		text, _ := s.(string)
		return s, ok && !strings.Contains(text, "/.")
	}}
}
