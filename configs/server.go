package configs

import (
	"net"
	"strings"

	"earshot/models"
)

// Server is a room server with the secrets that are given for it, and for no other. Each is the absolute path of a file that
// holds the secret in its first line; empty for none.
type Server struct {
	// URL is the server's address as those of its rooms begin: "livekit://rooms.example".
	URL string `mapstructure:"url"`
	// APIKeyFile and APISecretFile are LiveKit's; Janus has an API secret too.
	APIKeyFile    string `mapstructure:"api_key_file"`
	APISecretFile string `mapstructure:"api_secret_file"`
	// TokenFile holds the host's token of a lounge, a WHEP server's bearer token, a Janus token, or a ready one for LiveKit.
	TokenFile string `mapstructure:"token_file"`
	// PINFile, RoomTokenFile and SecretFile open rooms of a Janus server; with the last the bot may act.
	PINFile       string `mapstructure:"pin_file"`
	RoomTokenFile string `mapstructure:"room_token_file"`
	SecretFile    string `mapstructure:"secret_file"`
}

// serverFields are the keys of a room server.
func serverFields() []setting {
	out := []setting{{"url", serverAddress()}}
	for _, key := range []string{"api_key_file", "api_secret_file", "token_file", "pin_file", "room_token_file", "secret_file"} {
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

// ICEServer is a STUN or TURN server.
type ICEServer struct {
	// URL is as RFC 7064 and RFC 7065 write them: "stun:host:port", "turn:host:port?transport=udp",
	// "turns:host:port?transport=tcp".
	URL string `mapstructure:"url"`
	// User is the name for a TURN server, and PasswordFile the absolute path of a file with its password in the first line;
	// both empty: those of ICE.
	User         string `mapstructure:"user"`
	PasswordFile string `mapstructure:"password_file"`
}

// Host is the server's name or address, in lower case.
func (s ICEServer) Host() string {
	_, rest, _ := strings.Cut(s.URL, ":")
	rest, _, _ = strings.Cut(rest, "?")
	if host, _, err := net.SplitHostPort(rest); err == nil {
		rest = host
	}
	return strings.ToLower(rest)
}

// iceServerFields are the keys of a STUN or TURN server.
func iceServerFields() []setting {
	return []setting{
		{"url", kind{
			want: "the address of a STUN or TURN server, like stun:stun.example:3478 or turns:turn.example:5349?transport=tcp",
			read: func(g given) (any, bool) {
				s, ok := g.word("!!str")
				return s, ok && isICEServer(s)
			},
		}},
		{"user", oneWord(512)},
		{"password_file", file("the path of a file")},
	}
}
