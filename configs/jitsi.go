package configs

// Jitsi holds the settings of the bot in the meetings of a Jitsi server, whose bridges dial this program.
type Jitsi struct {
	// URL is jitsi://host of the server; empty: no bridge is taken.
	URL string `mapstructure:"url"`
	// Path is the path at which the web server takes bridges.
	Path string `mapstructure:"path"`
	// XMPP is the websocket of its XMPP server; empty: the usual one of the host.
	XMPP string `mapstructure:"xmpp"`
	// Domain is the XMPP domain of anonymous members, and MUC the one of the meetings' chat rooms; empty: the usual ones.
	Domain string `mapstructure:"domain"`
	MUC    string `mapstructure:"muc"`
	// User is the bot's XMPP account, as bot@auth.host; empty: it is an anonymous member.
	User string `mapstructure:"user"`
	// Hidden keeps the bot out of the chat room.
	Hidden bool `mapstructure:"hidden"`
	// Profile is how the meetings are treated; empty: as the settings outside of profiles say.
	Profile string `mapstructure:"profile"`
}

// jitsiSettings are the settings of Jitsi.
func jitsiSettings() []setting {
	domain := matching(`^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)?$`, "a domain like conference.meet.example, or empty")
	return []setting{
		{"jitsi.url", matching(`^(jitsi://[^\s/?#@]+/?)?$`, `the address of a server like "jitsi://meet.example", without a room, or empty`)},
		{"jitsi.path", webPath()},
		{"jitsi.xmpp", matching(`^(wss?://[^\s/?#@]+/[^\s?#]*)?$`, `an address like "wss://meet.example/xmpp-websocket", or empty`)},
		{"jitsi.domain", domain},
		{"jitsi.muc", domain},
		{"jitsi.user", matching(`^([^\s@/]{1,64}@[A-Za-z0-9.-]{1,253})?$`, "an XMPP account like bot@auth.meet.example, or empty")},
		{"jitsi.hidden", truth()},
		{"jitsi.profile", matching(`^([a-z0-9][a-z0-9._-]{0,63})?$`, "the name of a profile, or empty")},
	}
}
