package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/bot/fleet"
	"earshot/bot/janus"
	"earshot/bot/livekit"
	"earshot/bot/lounge"
	"earshot/bot/mumble"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// Target is where the demo takes place: a room, the connector that has the bot in it, and how the voices join.
type Target struct {
	Room      models.Room
	Connector playback.Connector
	Join      playback.Join
}

// Lounge is the lounge that s serves at an address.
func Lounge(s *app.App, address string) (v Target, err error) {
	url := "lounge://" + address + "/" + app.DemoRoom
	at, err := models.ParseAddress(url)
	if err != nil {
		return v, err
	}
	v.Room = at.RoomAt(url, "Lounge")
	v.Connector, err = lounge.NewClient(lounge.ClientConfig{
		URL: v.Room.URL, Name: fleet.BotName, Token: s.HostToken(), Peer: s.Peers, Log: s.Log,
	})
	v.Join = playback.Lounge{BaseURL: "http://" + address, Room: app.DemoRoom, Token: s.HostToken(), Peer: s.Peers}.Join
	return v, err
}

// secret finds a secret of one server by its environment variable; "": there is none.
type secret func(variable string) (string, error)

// joiner makes the function by which voices join a room. url is the room's.
type joiner func(s *app.App, url string, of secret) (playback.Join, error)

// At is a room of a LiveKit or Janus server, or of a Mumble server on this machine. of finds the server's secrets.
func At(ctx context.Context, s *app.App, url string, of func(models.Address) func(variable string) (string, error)) (v Target, err error) {
	at, err := models.ParseAddress(url)
	if err != nil {
		return v, err
	}
	join, ok := map[models.RoomKind]joiner{
		models.RoomLiveKit: joinLiveKit, models.RoomJanus: joinJanus, models.RoomMumble: joinMumble,
	}[at.Kind]
	if !ok {
		return v, models.WithHint(fmt.Errorf("voices can't be played in a room of kind %s", at.Kind),
			"name a room of a LiveKit, Janus or Mumble server, like livekit://127.0.0.1:7880/test; without --room they talk in the lounge")
	}
	room, connector, err := s.Connector(ctx, fleet.JoinRequest{Address: url})
	if err != nil {
		return v, err
	}
	v.Room = room
	if v.Connector, ok = connector.(playback.Connector); !ok {
		return v, fmt.Errorf("%s: the bot can't act in this kind of room", room.ID)
	}
	v.Join, err = join(s, url, of(at))
	return v, err
}

func joinLiveKit(s *app.App, url string, of secret) (playback.Join, error) {
	auth, err := fleet.LiveKitAuth(of)
	if err != nil {
		return nil, err
	}
	if auth.Key == "" || auth.Secret == "" {
		return nil, models.WithHint(errors.New("the voices need the server's key and secret to join as participants"),
			"set LIVEKIT_API_KEY and LIVEKIT_API_SECRET")
	}
	return func(ctx context.Context, v playback.Voice, joined func()) error {
		role := models.RoleSpeaker
		if v.Host {
			role = models.RoleHost
		}
		return livekit.Publish(ctx, livekit.PublishConfig{
			URL: url, Auth: auth, Identity: strings.ToLower(v.Name), Name: v.Name, Role: role, Peer: s.Peers, Next: v.Packets(),
			Ready: func(context.Context) { joined() },
		})
	}, nil
}

func joinJanus(s *app.App, url string, of secret) (playback.Join, error) {
	c := janus.PublishConfig{URL: url, Peer: s.Peers}
	for variable, into := range map[string]*string{
		"EARSHOT_JANUS_APISECRET": &c.APISecret, "EARSHOT_JANUS_PIN": &c.PIN, "EARSHOT_JANUS_ROOM_TOKEN": &c.RoomToken,
	} {
		var err error
		if *into, err = of(variable); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, v playback.Voice, joined func()) error {
		c := c
		c.Name, c.Next, c.Ready = v.Name, v.Packets(), func(context.Context, string) { joined() }
		return janus.Publish(ctx, c)
	}, nil
}

func joinMumble(s *app.App, url string, of secret) (playback.Join, error) {
	tokens, err := of("EARSHOT_MUMBLE_TOKENS")
	return func(ctx context.Context, v playback.Voice, joined func()) error {
		return mumble.Publish(ctx, mumble.PublishConfig{
			URL: url, Name: v.Name, Tokens: strings.Fields(tokens), Peer: s.Peers, Next: v.Packets(),
			Ready: func(context.Context, string) { joined() },
		})
	}, err
}
