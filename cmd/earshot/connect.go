package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"earshot/bot"
	"earshot/bot/janus"
	"earshot/bot/livekit"
	"earshot/bot/lounge"
	"earshot/bot/peer"
	"earshot/bot/whep"
	"earshot/configs"
	"earshot/models"
)

// botName is what the bot is called in rooms.
const botName = "Earshot"

// wish is a room that somebody wants the bot to join.
type wish struct {
	address string
	// name is what the speaker of a stream without names is called.
	name string
	// identity is what LiveKit knows the bot by; "": the usual one, which is in a room once.
	identity string
	// profile is how the room is treated; "" as the settings outside of profiles say.
	profile string
	// agenda is when the bot is to be there; nil: always.
	agenda *agenda
}

// roomKind is one kind of room server that Earshot knows.
type roomKind struct {
	// chat says that people can write to the bot there.
	chat bool
	// can is what the bot can do there with every right.
	can     bot.Capabilities
	connect func(*station, entrance) (bot.Connector, error)
}

// entrance is a room with what opens it.
type entrance struct {
	wish
	at models.Address
	// secret finds a secret by its environment variable; "": there is none for this server.
	secret func(variable string) (string, error)
	peers  *peer.Factory
}

// kindsOfRooms are the kinds of rooms.
func kindsOfRooms() map[models.RoomKind]roomKind {
	return map[models.RoomKind]roomKind{
		models.RoomLounge:  {true, lounge.Abilities(), connectLounge},
		models.RoomLiveKit: {true, livekit.Abilities(), connectLiveKit},
		models.RoomJanus:   {false, janus.Abilities(), connectJanus},
		models.RoomWHEP:    {false, bot.Capabilities{}, connectWHEP},
	}
}

// botNotice is what the bot says of itself in the room of an address.
func botNotice(c configs.Config, address string) bot.Notice {
	kind, err := kindOf(address)
	days := time.Duration(c.Retention.Transcripts) / (24 * time.Hour)
	if c.ModerateOnly {
		days = time.Duration(c.Retention.Flags) / (24 * time.Hour)
	}
	return bot.Notice{
		Name: botName, Language: mainLanguage(c), KeepDays: int(days), FlagsOnly: c.ModerateOnly, Words: c.Announcement,
		NoChat: err == nil && !kind.chat,
	}
}

func connectLounge(s *station, w entrance) (bot.Connector, error) {
	token, err := w.secret("EARSHOT_LOUNGE_TOKEN")
	if err != nil {
		return nil, err
	}
	if s.ownLounge(w.at) {
		token = s.hostToken // there the bot may act
	}
	return lounge.NewClient(lounge.ClientConfig{URL: w.address, Name: botName, Token: token, Peer: w.peers, Log: s.log})
}

func connectLiveKit(s *station, w entrance) (bot.Connector, error) {
	auth, err := liveKitAuth(w.secret)
	if err != nil {
		return nil, err
	}
	return livekit.New(livekit.Config{
		URL: w.address, Auth: auth, Name: botName, Identity: w.identity, Hidden: s.cfg.LiveKit.Hidden, Peer: w.peers, Log: s.log,
	})
}

// liveKitAuth reads what lets the bot into LiveKit's rooms: a token for one room, or the server's key and secret.
func liveKitAuth(secret func(string) (string, error)) (c livekit.Credentials, err error) {
	for variable, into := range map[string]*string{"EARSHOT_TOKEN": &c.Token, "LIVEKIT_API_KEY": &c.Key, "LIVEKIT_API_SECRET": &c.Secret} {
		if *into, err = secret(variable); err != nil {
			return c, err
		}
	}
	return c, nil
}

func connectJanus(s *station, w entrance) (bot.Connector, error) {
	c := janus.Config{URL: w.address, Name: botNotice(s.profiles.of(w.profile).cfg, w.address).Label(), Peer: w.peers, Log: s.log}
	for variable, into := range map[string]*string{
		"EARSHOT_JANUS_APISECRET": &c.APISecret, "EARSHOT_JANUS_TOKEN": &c.Token, "EARSHOT_JANUS_PIN": &c.PIN,
		"EARSHOT_JANUS_ROOM_TOKEN": &c.RoomToken, "EARSHOT_JANUS_SECRET": &c.Secret,
	} {
		var err error
		if *into, err = w.secret(variable); err != nil {
			return nil, err
		}
	}
	return janus.New(c)
}

func connectWHEP(_ *station, w entrance) (bot.Connector, error) {
	token, err := w.secret("EARSHOT_TOKEN")
	if err != nil {
		return nil, err
	}
	return whep.New(whep.Config{URL: w.address, Token: token, Name: w.name, Peer: w.peers})
}

// kindOf finds the kind of an address, or refuses it.
func kindOf(address string) (roomKind, error) {
	at, err := models.ParseAddress(address)
	if err != nil {
		return roomKind{}, err
	}
	return kindsOfRooms()[at.Kind], nil
}

// connector makes what joins a room. Nothing is connected yet. models.ErrForbidden: its server is not to be trusted.
func (s *station) connector(ctx context.Context, w wish) (room models.Room, c bot.Connector, err error) {
	at, err := models.ParseAddress(w.address)
	if err == nil {
		err = s.profiles.check(w.profile, s.cfg)
	}
	if err != nil {
		return room, nil, err
	}
	room = at.RoomAt(w.address, w.name)
	room.Profile = w.profile
	reach, err := s.reach(ctx, at)
	if err != nil {
		return room, nil, err
	}
	e := entrance{wish: w, at: at, secret: func(string) (string, error) { return "", nil }, peers: s.peers.Within(reach)}
	if reach == peer.Anywhere {
		e.secret = s.keys.of(at)
	}
	c, err = kindsOfRooms()[at.Kind].connect(s, e)
	return room, c, err
}

// maxSecret bounds a secret's file, in bytes.
const maxSecret = 64 << 10

// secret is the value of an environment variable, or the first line of the file that the variable with _FILE behind its
// name names; "" when neither is set.
func (a *app) secret(variable string) (string, error) {
	if v := a.getenv(variable); v != "" {
		return v, nil
	}
	name := a.getenv(variable + "_FILE")
	if name == "" {
		return "", nil
	}
	v, err := secretFile(name)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", variable, err)
	}
	return v, nil
}

// mounted is where container managers put secrets, readable by everybody in the container.
const mounted = "/run/secrets/"

// secretFile reads a secret, the first line of a small file. A file that everybody on the machine may read holds none.
func secretFile(name string) (string, error) {
	info, err := os.Stat(name)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxSecret) {
		err = errors.New("not a small file")
	}
	if err == nil && info.Mode().Perm()&0o007 != 0 && !strings.HasPrefix(name, mounted) {
		return "", models.WithHint(
			fmt.Errorf("everybody on this machine may read the secret in %s (mode %03o)", name, info.Mode().Perm()), "chmod 600 "+name,
		)
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return "", models.WithHint(fmt.Errorf("the secret cannot be read: %w", err), "name a file that holds the secret in its first line")
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line), nil
}
