package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"earshot/bot"
	"earshot/bot/janus"
	"earshot/bot/livekit"
	"earshot/bot/lounge"
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
	// profile is how the room is treated; "" as the settings outside of profiles say.
	profile string
	// agenda is when the bot is to be there; nil: always.
	agenda *agenda
	// secret finds a secret by its environment variable.
	secret func(variable string) (string, error)
}

// roomKind is one kind of room server that Earshot knows.
type roomKind struct {
	schemes []string
	example string
	// chat says that people can write to the bot there.
	chat    bool
	connect func(*station, wish) (bot.Connector, error)
}

// roomKinds are the kinds of rooms, as "earshot join" lists them.
func roomKinds() []roomKind {
	return []roomKind{
		{[]string{"lounge", "lounge+http", "lounge+https"}, "lounge://127.0.0.1:8484/lounge", true, connectLounge},
		{[]string{"livekit", "livekit+ws", "livekit+wss"}, "livekit://rooms.example/open-mic", true, connectLiveKit},
		{[]string{"janus+ws", "janus+wss"}, "janus+ws://rooms.example:8188/room/1234", false, connectJanus},
		{[]string{"whep+http", "whep+https"}, "whep+https://media.example/whep/stage", false, connectWHEP},
	}
}

// botNotice is what the bot says of itself in the room of an address.
func botNotice(c configs.Config, address string) bot.Notice {
	kind, err := kindOf(address)
	days := time.Duration(c.Retention.Transcripts) / (24 * time.Hour)
	if c.ModerateOnly {
		days = time.Duration(c.Retention.Flags) / (24 * time.Hour)
	}
	return bot.Notice{Name: botName, Language: mainLanguage(c), KeepDays: int(days), FlagsOnly: c.ModerateOnly, Words: c.Announcement, NoChat: err == nil && !kind.chat}
}

func connectLounge(s *station, w wish) (bot.Connector, error) {
	token, err := w.secret("EARSHOT_LOUNGE_TOKEN")
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(w.address); err == nil && s.isOwn(u) {
		token = s.hostToken // in its own lounge the bot may act
	}
	return lounge.NewClient(lounge.ClientConfig{URL: w.address, Name: botName, Token: token, Peer: s.peers, Log: s.log})
}

func connectLiveKit(s *station, w wish) (bot.Connector, error) {
	auth, err := liveKitAuth(w.secret)
	if err != nil {
		return nil, err
	}
	return livekit.New(livekit.Config{
		URL: w.address, Auth: auth, Name: botName, Hidden: s.cfg.LiveKit.Hidden, Peer: s.peers, Log: s.log,
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

func connectJanus(s *station, w wish) (bot.Connector, error) {
	c := janus.Config{URL: w.address, Name: botNotice(s.profiles.of(w.profile).cfg, w.address).Label(), Peer: s.peers, Log: s.log}
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

func connectWHEP(s *station, w wish) (bot.Connector, error) {
	token, err := w.secret("EARSHOT_TOKEN")
	if err != nil {
		return nil, err
	}
	return whep.New(whep.Config{URL: w.address, Token: token, Name: w.name, Peer: s.peers})
}

// kindOf finds the kind of an address, or refuses it.
func kindOf(address string) (roomKind, error) {
	u, err := url.Parse(address)
	var examples []string
	for _, k := range roomKinds() {
		if err == nil && slices.Contains(k.schemes, u.Scheme) {
			return k, nil
		}
		examples = append(examples, k.example)
	}
	hint := "for example " + strings.Join(examples, " or ")
	if err != nil {
		return roomKind{}, models.WithHint(errors.New("the room's address is no URL"), hint)
	}
	return roomKind{}, models.WithHint(fmt.Errorf("%q: %q is no kind of room that Earshot knows", u.Redacted(), u.Scheme), hint)
}

// connector makes what joins a room. Nothing is connected yet.
func (s *station) connector(w wish) (models.Room, bot.Connector, error) {
	kind, err := kindOf(w.address)
	if err == nil {
		err = s.profiles.check(w.profile, s.cfg)
	}
	if err != nil {
		return models.Room{}, nil, err
	}
	c, err := kind.connect(s, w)
	room := roomOf(w.address, w.name)
	room.Profile = w.profile
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
		return "", models.WithHint(fmt.Errorf("everybody on this machine may read the secret in %s (mode %03o)", name, info.Mode().Perm()), "chmod 600 "+name)
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

var notInID = regexp.MustCompile(`[^a-z0-9._-]+`)

// roomOf names the room of an address by the last part of its path, unless it is given a name. Credentials in the
// address are left out.
func roomOf(address, name string) models.Room {
	u, err := url.Parse(address)
	if err != nil { // checked before
		return models.Room{ID: "room", Name: name}
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	last := path.Base(u.Path)
	if last == "." || last == "/" {
		last = u.Hostname()
	}
	id := strings.Trim(notInID.ReplaceAllString(strings.ToLower(last), "-"), "-.")
	if id == "" {
		id = "room"
	}
	if name == "" {
		name = last
	}
	return models.Room{ID: id, Name: name, URL: u.String()}
}
