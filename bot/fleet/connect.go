package fleet

import (
	"errors"
	"log/slog"
	"strings"

	"earshot/bot"
	"earshot/bot/ffmpeg"
	"earshot/bot/janus"
	"earshot/bot/jitsi"
	"earshot/bot/livekit"
	"earshot/bot/lounge"
	"earshot/bot/mumble"
	"earshot/bot/peer"
	"earshot/bot/stream"
	"earshot/bot/whep"
	"earshot/models"
)

// BotName is the bot's name in rooms.
const BotName = "Earshot"

// Kind describes a kind of room server.
type Kind struct {
	// Chat says whether people can write to the bot there.
	Chat bool
	// Can is what the bot can do there if it is granted every permission.
	Can     bot.Capabilities
	connect func(ConnectRequest) (bot.Connector, error)
}

// Kinds returns the kinds of room servers that Earshot supports.
func Kinds() map[models.RoomKind]Kind {
	return map[models.RoomKind]Kind{
		models.RoomLounge:  {true, lounge.Abilities(), connectLounge},
		models.RoomLiveKit: {true, livekit.Abilities(), connectLiveKit},
		models.RoomJanus:   {false, janus.Abilities(), connectJanus},
		models.RoomWHEP:    {false, bot.Capabilities{}, connectWHEP},
		models.RoomMumble:  {true, mumble.Abilities(), connectMumble},
		models.RoomJitsi:   {true, jitsi.Abilities(), connectJitsi},
		models.RoomHLS:     {false, bot.Capabilities{}, connectStream},
		models.RoomIcecast: {false, bot.Capabilities{}, connectStream},
		models.RoomRTMP:    {false, bot.Capabilities{}, connectStream},
		models.RoomRTSP:    {false, bot.Capabilities{}, connectStream},
		models.RoomSRT:     {false, bot.Capabilities{}, connectStream},
		models.RoomFile:    {false, bot.Capabilities{}, connectStream},
		models.RoomDevice:  {false, bot.Capabilities{}, connectStream},
	}
}

// KindOf returns the kind of an address, or an error if it is unsupported.
func KindOf(address string) (Kind, error) {
	at, err := models.ParseAddress(address)
	if err != nil {
		return Kind{}, err
	}
	kind := Kinds()[at.Kind]
	if at.Kind == models.RoomMumble {
		kind.Can = mumble.AbilitiesAt(address)
	}
	return kind, nil
}

// ConnectRequest is a request to join a room, with everything needed to get in.
type ConnectRequest struct {
	JoinRequest
	// Secret returns a secret by the name of its environment variable, or "" if there is none for this server.
	Secret func(variable string) (string, error)
	Peer   *peer.Factory
	// Label is the bot's name where people can see nothing else of it; Notice is the full text about it.
	Label, Notice string
	// Mumble stores what the bot has to remember about Mumble servers.
	Mumble *mumble.Store
	// Hidden hides the bot from other participants, if the server supports that.
	Hidden bool
	// Unseen permits listening where nobody can see the bot. FFmpeg decodes streams, files and devices; if it is nil, they can't be heard.
	Unseen bool
	FFmpeg *ffmpeg.Launcher
	Log    *slog.Logger
}

// Connect returns a connector for a room. It connects to nothing yet.
func Connect(e ConnectRequest) (bot.Connector, error) {
	kind, err := KindOf(e.Address)
	if err != nil {
		return nil, err
	}
	return kind.connect(e)
}

func connectLounge(e ConnectRequest) (bot.Connector, error) {
	token, err := e.Secret("EARSHOT_LOUNGE_TOKEN")
	if err != nil {
		return nil, err
	}
	return lounge.NewClient(lounge.ClientConfig{URL: e.Address, Name: BotName, Token: token, Peer: e.Peer, Log: e.Log})
}

func connectLiveKit(e ConnectRequest) (bot.Connector, error) {
	auth, err := LiveKitAuth(e.Secret)
	if err != nil {
		return nil, err
	}
	return livekit.New(livekit.Config{
		URL: e.Address, Auth: auth, Name: BotName, Identity: e.Identity, Hidden: e.Hidden, Peer: e.Peer, Log: e.Log,
	})
}

// LiveKitAuth reads the credentials for LiveKit: a token for one room, or the server's API key and secret.
func LiveKitAuth(secret func(variable string) (string, error)) (c livekit.Credentials, err error) {
	for variable, into := range map[string]*string{"EARSHOT_TOKEN": &c.Token, "LIVEKIT_API_KEY": &c.Key, "LIVEKIT_API_SECRET": &c.Secret} {
		if *into, err = secret(variable); err != nil {
			return c, err
		}
	}
	return c, nil
}

func connectJanus(e ConnectRequest) (bot.Connector, error) {
	c := janus.Config{URL: e.Address, Name: e.Label, Peer: e.Peer, Log: e.Log}
	for variable, into := range map[string]*string{
		"EARSHOT_JANUS_APISECRET": &c.APISecret, "EARSHOT_JANUS_TOKEN": &c.Token, "EARSHOT_JANUS_PIN": &c.PIN,
		"EARSHOT_JANUS_ROOM_TOKEN": &c.RoomToken, "EARSHOT_JANUS_SECRET": &c.Secret,
	} {
		var err error
		if *into, err = e.Secret(variable); err != nil {
			return nil, err
		}
	}
	return janus.New(c)
}

func connectMumble(e ConnectRequest) (bot.Connector, error) {
	password, err := e.Secret("EARSHOT_MUMBLE_PASSWORD")
	if err != nil {
		return nil, err
	}
	tokens, err := e.Secret("EARSHOT_MUMBLE_TOKENS")
	if err != nil {
		return nil, err
	}
	return mumble.New(mumble.Config{
		URL: e.Address, Name: BotName, Comment: e.Notice, Password: password, Tokens: strings.Fields(tokens), Store: e.Mumble, Peer: e.Peer,
		Log: e.Log,
	})
}

// connectJitsi always returns an error: a meeting can only be heard once its bridge has dialled in, which Bridges waits for.
func connectJitsi(ConnectRequest) (bot.Connector, error) {
	return nil, models.WithHint(errors.New("a Jitsi meeting cannot be joined from here: its bridge invites the bot, by connecting here"),
		"set jitsi.url for \"earshot serve\", and turn transcription on in the meeting")
}

func connectWHEP(e ConnectRequest) (bot.Connector, error) {
	token, err := e.Secret("EARSHOT_TOKEN")
	if err != nil {
		return nil, err
	}
	return whep.New(whep.Config{URL: e.Address, Token: token, Name: e.Name, Peer: e.Peer})
}

func connectStream(e ConnectRequest) (bot.Connector, error) {
	password, err := e.Secret("EARSHOT_STREAM_PASSWORD")
	if err != nil {
		return nil, err
	}
	return stream.New(stream.Config{
		URL: e.Address, Password: password, Name: e.Name, Unseen: e.Unseen, FFmpeg: e.FFmpeg, Peer: e.Peer, Log: e.Log,
	})
}
