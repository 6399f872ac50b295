package app

import (
	"context"
	"fmt"
	"time"

	"earshot/bot"
	"earshot/bot/janus"
	"earshot/bot/livekit"
	"earshot/bot/lounge"
	"earshot/bot/peer"
	"earshot/bot/schedule"
	"earshot/bot/whep"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
)

// BotName is what the bot is called in rooms.
const BotName = "Earshot"

// Wish is a room that somebody wants the bot to join.
type Wish struct {
	Address string
	// Name is what the speaker of a stream without names is called.
	Name string
	// identity is what LiveKit knows the bot by; "": the usual one, which is in a room once.
	identity string
	// Profile is how the room is treated; "" as the settings outside of profiles say.
	Profile string
	// Schedule is when the bot is to be there; nil: always.
	Schedule *schedule.Schedule
}

// roomKind is one kind of room server that Earshot knows.
type roomKind struct {
	// chat says that people can write to the bot there.
	chat bool
	// can is what the bot can do there with every right.
	can     bot.Capabilities
	connect func(*Station, entrance) (bot.Connector, error)
}

// entrance is a room with what opens it.
type entrance struct {
	Wish
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
	kind, err := KindOf(address)
	days := time.Duration(c.Retention.Transcripts) / (24 * time.Hour)
	if c.ModerateOnly {
		days = time.Duration(c.Retention.Flags) / (24 * time.Hour)
	}
	return bot.Notice{
		Name: BotName, Language: speech.MainLanguage(c), KeepDays: int(days), FlagsOnly: c.ModerateOnly, Words: c.Announcement,
		NoChat: err == nil && !kind.chat,
	}
}

func connectLounge(s *Station, w entrance) (bot.Connector, error) {
	token, err := w.secret("EARSHOT_LOUNGE_TOKEN")
	if err != nil {
		return nil, err
	}
	if s.ownLounge(w.at) {
		token = s.HostToken // there the bot may act
	}
	return lounge.NewClient(lounge.ClientConfig{URL: w.Address, Name: BotName, Token: token, Peer: w.peers, Log: s.Log})
}

func connectLiveKit(s *Station, w entrance) (bot.Connector, error) {
	auth, err := liveKitAuth(w.secret)
	if err != nil {
		return nil, err
	}
	return livekit.New(livekit.Config{
		URL: w.Address, Auth: auth, Name: BotName, Identity: w.identity, Hidden: s.cfg.LiveKit.Hidden, Peer: w.peers, Log: s.Log,
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

func connectJanus(s *Station, w entrance) (bot.Connector, error) {
	c := janus.Config{URL: w.Address, Name: botNotice(s.profiles.of(w.Profile).cfg, w.Address).Label(), Peer: w.peers, Log: s.Log}
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

func connectWHEP(_ *Station, w entrance) (bot.Connector, error) {
	token, err := w.secret("EARSHOT_TOKEN")
	if err != nil {
		return nil, err
	}
	return whep.New(whep.Config{URL: w.Address, Token: token, Name: w.Name, Peer: w.peers})
}

// KindOf finds the kind of an address, or refuses it.
func KindOf(address string) (roomKind, error) {
	at, err := models.ParseAddress(address)
	if err != nil {
		return roomKind{}, err
	}
	return kindsOfRooms()[at.Kind], nil
}

// Connector makes what joins a room. Nothing is connected yet. models.ErrForbidden: its server is not to be trusted.
func (s *Station) Connector(ctx context.Context, w Wish) (room models.Room, c bot.Connector, err error) {
	at, err := models.ParseAddress(w.Address)
	if err == nil {
		err = s.profiles.Check(w.Profile, s.cfg)
	}
	if err != nil {
		return room, nil, err
	}
	room = at.RoomAt(w.Address, w.Name)
	room.Profile = w.Profile
	reach, err := s.reach(ctx, at)
	if err != nil {
		return room, nil, err
	}
	e := entrance{Wish: w, at: at, secret: func(string) (string, error) { return "", nil }, peers: s.Peers.Within(reach)}
	if reach == peer.Anywhere {
		e.secret = s.Keys.Of(at)
	}
	c, err = kindsOfRooms()[at.Kind].connect(s, e)
	return room, c, err
}

// NewSchedule is when the bot is to be in a room of the configuration; nil for one without times, in which it always is.
func NewSchedule(r configs.Room) (*schedule.Schedule, error) {
	if len(r.Schedule) == 0 && r.Calendar == "" {
		return nil, nil
	}
	table, err := r.Timetable()
	if err != nil {
		return nil, fmt.Errorf("rooms: %w", err)
	}
	zone := time.Local
	if r.TimeZone != "" {
		zone, err = time.LoadLocation(r.TimeZone)
	}
	return schedule.New(schedule.Config{Table: table, Calendar: r.Calendar, Zone: zone, Secret: secrets.File}), err
}
