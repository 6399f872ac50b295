package configs

import "earshot/models"

// Server is a room server with the secrets that are given for it, and for no other. Each is the absolute path of a file that
// holds the secret in its first line; empty for none.
type Server struct {
	// URL is the server's address as those of its rooms begin: "livekit://rooms.example".
	URL string `mapstructure:"url"`
	// APIKeyFile and APISecretFile are LiveKit's; Janus has an API secret too.
	APIKeyFile    string `mapstructure:"api_key_file"`
	APISecretFile string `mapstructure:"api_secret_file"`
	// TokenFile holds the host's token of a lounge, a WHEP server's bearer token, a Janus token, a ready one for LiveKit, the
	// access tokens of Mumble's channels, with spaces between, or what Jitsi's bridges show.
	TokenFile string `mapstructure:"token_file"`
	// PINFile, RoomTokenFile and SecretFile open rooms of a Janus server; with the last the bot may act. Jitsi's RoomTokenFile holds a
	// JWT.
	PINFile       string `mapstructure:"pin_file"`
	RoomTokenFile string `mapstructure:"room_token_file"`
	SecretFile    string `mapstructure:"secret_file"`
	// PasswordFile opens a Mumble server or a stream, or is that of the bot's XMPP account at a Jitsi server.
	PasswordFile string `mapstructure:"password_file"`
}

// serverFields are the keys of a room server.
func serverFields() []setting {
	out := []setting{{"url", serverAddress()}}
	for _, key := range []string{
		"api_key_file", "api_secret_file", "token_file", "pin_file", "room_token_file", "secret_file", "password_file",
	} {
		out = append(out, setting{key, file("the path of a file")})
	}
	return out
}

func serverAddress() kind {
	return kind{
		want: "a room server's address like livekit://rooms.example, without user and password",
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			_, err := models.ParseServer(s)
			return s, ok && err == nil
		},
		same: func(s string) string {
			at, _ := models.ParseServer(s) // it was read
			return at.Server()
		},
	}
}
