package fleet

import (
	"log/slog"

	"earshot/bot"
	"earshot/bot/janus"
	"earshot/bot/livekit"
	"earshot/bot/lounge"
	"earshot/bot/peer"
	"earshot/bot/whep"
	"earshot/models"
)

// BotName is what the bot is called in rooms.
const BotName = "Earshot"

// Kind is one kind of room server.
type Kind struct {
	// Chat says that people can write to the bot there.
	Chat bool
	// Can is what the bot can do there with every right.
	Can     bot.Capabilities
	connect func(Entrance) (bot.Connector, error)
}

// Kinds are the kinds of room servers that Earshot knows.
func Kinds() map[models.RoomKind]Kind {
	return map[models.RoomKind]Kind{
		models.RoomLounge:  {true, lounge.Abilities(), connectLounge},
		models.RoomLiveKit: {true, livekit.Abilities(), connectLiveKit},
		models.RoomJanus:   {false, janus.Abilities(), connectJanus},
		models.RoomWHEP:    {false, bot.Capabilities{}, connectWHEP},
	}
}

// KindOf finds the kind of an address, or refuses it.
func KindOf(address string) (Kind, error) {
	at, err := models.ParseAddress(address)
	if err != nil {
		return Kind{}, err
	}
	return Kinds()[at.Kind], nil
}

// Entrance is a room with what opens it.
type Entrance struct {
	JoinRequest
	// Secret finds a secret by its environment variable; "": there is none for this server.
	Secret func(variable string) (string, error)
	Peer   *peer.Factory
	// Label is what the bot is called where people can read nothing else of it.
	Label string
	// Hidden has the bot not be shown, where a server knows that.
	Hidden bool
	Log    *slog.Logger
}

// Connect makes what joins a room. Nothing is connected yet.
func Connect(e Entrance) (bot.Connector, error) {
	kind, err := KindOf(e.Address)
	if err != nil {
		return nil, err
	}
	return kind.connect(e)
}

func connectLounge(e Entrance) (bot.Connector, error) {
	token, err := e.Secret("EARSHOT_LOUNGE_TOKEN")
	if err != nil {
		return nil, err
	}
	return lounge.NewClient(lounge.ClientConfig{URL: e.Address, Name: BotName, Token: token, Peer: e.Peer, Log: e.Log})
}

func connectLiveKit(e Entrance) (bot.Connector, error) {
	auth, err := LiveKitAuth(e.Secret)
	if err != nil {
		return nil, err
	}
	return livekit.New(livekit.Config{
		URL: e.Address, Auth: auth, Name: BotName, Identity: e.Identity, Hidden: e.Hidden, Peer: e.Peer, Log: e.Log,
	})
}

// LiveKitAuth reads what lets the bot into LiveKit's rooms: a token for one room, or the server's key and secret.
func LiveKitAuth(secret func(variable string) (string, error)) (c livekit.Credentials, err error) {
	for variable, into := range map[string]*string{"EARSHOT_TOKEN": &c.Token, "LIVEKIT_API_KEY": &c.Key, "LIVEKIT_API_SECRET": &c.Secret} {
		if *into, err = secret(variable); err != nil {
			return c, err
		}
	}
	return c, nil
}

func connectJanus(e Entrance) (bot.Connector, error) {
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

func connectWHEP(e Entrance) (bot.Connector, error) {
	token, err := e.Secret("EARSHOT_TOKEN")
	if err != nil {
		return nil, err
	}
	return whep.New(whep.Config{URL: e.Address, Token: token, Name: e.Name, Peer: e.Peer})
}
