package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/schedule"
	"earshot/cmd/earshot/secrets"
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
	c, err = fleet.Connect(fleet.Entrance{
		JoinRequest: r, Secret: h.servers.secrets(at, reach), Peer: h.peers.Within(reach), Hidden: h.cfg.LiveKit.Hidden,
		Label: botNotice(h.profiles.of(r.Profile).cfg, r.Address).Label(), Log: h.log,
	})
	return room, c, err
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
			"set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and LIVEKIT_URL where there are several servers, or name files for it under servers")
	}
	if err := h.profiles.Check(c.Profile, h.cfg); err != nil {
		return nil, fmt.Errorf("livekit.profile: %w", err)
	}
	auth.Token = "" // a ready token is for one room
	agent := c.Agent
	if c.Dispatch == "every" {
		agent = ""
	}
	decoding := func() fleet.Decoding {
		t := h.text.Stats()
		return fleet.Decoding{Audio: t.Audio, Busy: t.Busy, Lag: t.Lag}
	}
	return fleet.NewDispatch(fleet.DispatchConfig{
		Fleet: f, URL: c.URL, Auth: auth, Jobs: c.Dispatch != "none", Agent: agent, Webhooks: c.Webhook != "", Profile: c.Profile,
		Hidden: c.Hidden, Full: c.LoadThreshold, Admit: h.quota.Admit, Decoders: len(h.decoders.main.Engines), Decoding: decoding,
		Peer: h.peers, Log: h.log,
	})
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
