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
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
)

// botNotice is what the bot says of itself in the room of an address.
func botNotice(c configs.Config, address string) bot.Notice {
	kind, err := fleet.KindOf(address)
	days := time.Duration(c.Retention.Transcripts) / (24 * time.Hour)
	if c.ModerateOnly {
		days = time.Duration(c.Retention.Flags) / (24 * time.Hour)
	}
	return bot.Notice{
		Name: fleet.BotName, Language: speech.MainLanguage(c), KeepDays: int(days), FlagsOnly: c.ModerateOnly, Words: c.Announcement,
		NoChat: err == nil && !kind.Chat,
	}
}

// Connector implements fleet.Host.
func (s *Station) Connector(ctx context.Context, r fleet.JoinRequest) (room models.Room, c bot.Connector, err error) {
	at, err := models.ParseAddress(r.Address)
	if err == nil {
		err = s.profiles.Check(r.Profile, s.cfg)
	}
	if err != nil {
		return room, nil, err
	}
	room = at.RoomAt(r.Address, r.Name)
	room.Profile = r.Profile
	reach, err := s.Servers.reach(ctx, at)
	if err != nil {
		return room, nil, err
	}
	c, err = fleet.Connect(fleet.Entrance{
		JoinRequest: r, Secret: s.Servers.secrets(at, reach), Peer: s.Peers.Within(reach), Hidden: s.cfg.LiveKit.Hidden,
		Label: botNotice(s.profiles.of(r.Profile).cfg, r.Address).Label(), Log: s.Log,
	})
	return room, c, err
}

// Dispatch is how the configured LiveKit server sends the bot into rooms; nil when none may. Nothing is connected yet.
func (s *Station) Dispatch() (*fleet.Dispatch, error) {
	c := s.cfg.LiveKit
	if c.URL == "" || c.Dispatch == "none" && c.Webhook == "" {
		return nil, nil
	}
	at, err := models.ParseServer(c.URL)
	if err != nil {
		return nil, fmt.Errorf("livekit.url: %w", err)
	}
	auth, err := fleet.LiveKitAuth(s.Servers.Keys.Of(at))
	if err != nil {
		return nil, err
	}
	if auth.Key == "" || auth.Secret == "" {
		return nil, models.WithHint(errors.New("livekit.url: the server's key and secret are missing"),
			"set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and LIVEKIT_URL where there are several servers, or name files for it under servers")
	}
	if err := s.profiles.Check(c.Profile, s.cfg); err != nil {
		return nil, fmt.Errorf("livekit.profile: %w", err)
	}
	auth.Token = "" // a ready token is for one room
	agent := c.Agent
	if c.Dispatch == "every" {
		agent = ""
	}
	decoding := func() fleet.Decoding {
		t := s.text.Stats()
		return fleet.Decoding{Audio: t.Audio, Busy: t.Busy, Lag: t.Lag}
	}
	return fleet.NewDispatch(fleet.DispatchConfig{
		Fleet: s.Fleet, URL: c.URL, Auth: auth, Jobs: c.Dispatch != "none", Agent: agent, Webhooks: c.Webhook != "", Profile: c.Profile,
		Hidden: c.Hidden, Full: c.LoadThreshold, Admit: s.quota.Admit, Decoders: len(s.Speech.Engines), Decoding: decoding,
		Peer: s.Peers, Log: s.Log,
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

// Wanted are the rooms of a configuration, in which the bot is to be for good.
func Wanted(cfg configs.Config) ([]fleet.JoinRequest, error) {
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
