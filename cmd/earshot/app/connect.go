package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/ffmpeg"
	"earshot/bot/fleet"
	"earshot/bot/jitsi"
	"earshot/bot/mumble"
	"earshot/bot/schedule"
	"earshot/cmd/earshot/roomtimes"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
)

// Connector implements fleet.Host.
func (h *host) Connector(ctx context.Context, r fleet.JoinRequest) (room models.Room, c bot.Connector, err error) {
	at, err := models.ParseAddress(r.Address)
	if err == nil {
		err = h.profiles.Check(r.Profile, h.cfg)
	}
	if err != nil {
		return room, nil, err
	}
	room = at.RoomAt(r.Address, r.Name)
	room.Profile = r.Profile
	reach, err := h.servers.reach(ctx, at)
	if err != nil {
		return room, nil, err
	}
	var launcher *ffmpeg.Launcher
	if at.Heard() { // others need none, and are not to wait for the search
		launcher = speech.FFmpeg(os.Getenv("PATH"))
	}
	notice := botNotice(h.profiles.of(r.Profile).cfg, r.Address)
	c, err = fleet.Connect(fleet.ConnectRequest{
		JoinRequest: r, Secret: h.servers.secrets(at, reach), Peer: h.peers.Within(reach), Hidden: h.cfg.LiveKit.Hidden,
		Label: notice.Label(), Notice: notice.Text(), Mumble: h.mumble,
		Unseen: h.cfg.Streams.Unseen, FFmpeg: launcher, Log: h.log,
	})
	return room, c, err
}

// Last implements fleet.Host.
func (h *host) Last(ctx context.Context, room string) (models.Session, error) {
	list, err := h.store.Sessions(ctx, models.SessionQuery{Room: room, Limit: 1})
	if err != nil {
		return models.Session{}, err
	}
	if len(list) == 0 {
		return models.Session{}, models.ErrNotFound
	}
	return list[0].Session, nil
}

// full reports whether this machine has enough to do.
func (h *host) full() bool {
	return h.quota.Admit(context.Background()) != nil || h.load.Read() >= h.cfg.LiveKit.LoadThreshold
}

// mumbleStore is where the bot's certificates and those of Mumble servers are kept: beside the record.
func mumbleStore(c configs.Config) *mumble.Store {
	return mumble.NewStore(filepath.Join(c.DataDir, "mumble"))
}

// dispatch is how the configured LiveKit server sends the bot into a fleet's rooms; nil when it may not. Nothing is connected yet.
func (h *host) dispatch(f *fleet.Fleet) (*fleet.Dispatch, error) {
	c := h.cfg.LiveKit
	if c.URL == "" || c.Dispatch == "none" && c.Webhook == "" {
		return nil, nil
	}
	at, err := models.ParseServer(c.URL)
	if err != nil {
		return nil, fmt.Errorf("livekit.url: %w", err)
	}
	auth, err := fleet.LiveKitAuth(h.servers.keys.Of(at))
	if err != nil {
		return nil, err
	}
	if auth.Key == "" || auth.Secret == "" {
		return nil, models.WithHint(errors.New("livekit.url: the server's key and secret are missing"),
			"set LIVEKIT_API_KEY and LIVEKIT_API_SECRET (and LIVEKIT_URL if there are several servers), or list files with them under servers")
	}
	if err := h.profiles.Check(c.Profile, h.cfg); err != nil {
		return nil, fmt.Errorf("livekit.profile: %w", err)
	}
	auth.Token = "" // a ready token is for one room
	agent := c.Agent
	if c.Dispatch == "every" {
		agent = ""
	}
	return fleet.NewDispatch(fleet.DispatchConfig{
		Fleet: f, URL: c.URL, Auth: auth, Jobs: c.Dispatch != "none", Agent: agent, Webhooks: c.Webhook != "", Profile: c.Profile,
		Hidden: c.Hidden, Full: c.LoadThreshold, Admit: h.quota.Admit, Load: h.load,
		Peer: h.peers, Log: h.log,
	})
}

// bridges are those of the configured Jitsi server, which bring a fleet into its meetings; nil where there is none. Nothing is connected
// yet.
func (h *host) bridges(f *fleet.Fleet) (*fleet.Bridges, error) {
	c := h.cfg.Jitsi
	switch {
	case c.URL == "":
		return nil, nil
	case c.Path == "":
		return nil, models.WithHint(errors.New("jitsi.path: bridges need a path to connect to"), "write /jitsi")
	}
	server, token, err := h.jitsi(c)
	if err != nil {
		return nil, err
	}
	if err := h.profiles.Check(c.Profile, h.cfg); err != nil {
		return nil, fmt.Errorf("jitsi.profile: %w", err)
	}
	server.Language = botNotice(h.profiles.of(c.Profile).cfg, c.URL).Language
	return fleet.NewBridges(fleet.BridgesConfig{Fleet: f, Server: server, Token: token, Profile: c.Profile, Log: h.log})
}

// jitsi is how to be in the meetings of the configured Jitsi server, and what its bridges show.
func (h *host) jitsi(c configs.Jitsi) (server jitsi.Config, token string, err error) {
	at, err := models.ParseServer(c.URL)
	if err != nil {
		return server, "", fmt.Errorf("jitsi.url: %w", err)
	}
	server = jitsi.Config{
		URL: c.URL, XMPP: c.XMPP, Domain: c.Domain, MUC: c.MUC, User: c.User, Hidden: c.Hidden, Name: fleet.BotName, Peer: h.peers, Log: h.log,
	}
	secret := h.servers.keys.Of(at)
	for variable, into := range map[string]*string{
		"EARSHOT_JITSI_TOKEN": &token, "EARSHOT_JITSI_PASSWORD": &server.Password, "EARSHOT_JITSI_JWT": &server.JWT,
	} {
		if *into, err = secret(variable); err != nil {
			return server, "", err
		}
	}
	return server, token, nil
}

// newSchedule is when the bot is to be in a room of the configuration; nil for one without times, in which it always is.
func newSchedule(r configs.Room) (*schedule.Schedule, error) {
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

// wantedRooms are the rooms of a configuration, in which the bot is to be for good.
func wantedRooms(cfg configs.Config) ([]fleet.JoinRequest, error) {
	out := make([]fleet.JoinRequest, len(cfg.Rooms))
	for i, r := range cfg.Rooms {
		times, err := newSchedule(r)
		if err != nil {
			return nil, err
		}
		out[i] = fleet.JoinRequest{Address: r.URL, Name: r.Name, Profile: r.Profile, Standing: true, Schedule: times}
	}
	return out, nil
}

// times keeps the bot in rooms at the times that hosts add to those of the configuration, whose rooms a fleet is to be in as wanted says.
func (h *host) times(f *fleet.Fleet, wanted []fleet.JoinRequest) *roomtimes.Scheduler {
	return roomtimes.New(roomtimes.Config{
		Store: h.store, Fleet: f, Connector: h.Connector, Rooms: h.cfg.Rooms, Wanted: wanted, Log: h.log,
		KnownRooms: func(ctx context.Context) ([]models.Room, error) { return KnownRooms(ctx, h.cfg, h.store) },
	})
}

// senders are the servers that send the bot into their rooms.
type senders struct {
	dispatch *fleet.Dispatch // nil: no LiveKit server does
	bridges  *fleet.Bridges  // nil: no Jitsi server does
}

// senders are those of the configuration, for a fleet. Nothing is connected yet.
func (h *host) senders(f *fleet.Fleet) (s senders, err error) {
	if s.dispatch, err = h.dispatch(f); err == nil {
		s.bridges, err = h.bridges(f)
	}
	return s, err
}

// run waits for them until the context ends.
func (s senders) run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { s.dispatch.Run(ctx) })
	group.Go(func() { s.bridges.Run(ctx) })
	group.Wait()
}

// hooks puts before the pages what these servers call.
func (s senders) hooks(c configs.Config, pages http.Handler) http.Handler {
	return hooked(c.LiveKit.Webhook, s.dispatch.Webhook(), hooked(c.Jitsi.Path, s.bridges.Handler(), pages))
}
