package main

import (
	"context"

	"earshot/bot/janus/janustest"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/mumble/mumbletest"
	"earshot/bot/mumble/wire"
	"earshot/cmd/earshot/commands/rooms"
)

// roomServer is a room of a server that runs: where the bot joins by itself its address, with the server's secrets as environment
// variables; else place, which brings the bot in. note is what to know about it.
type roomServer struct {
	room, note string
	secrets    []string
	place      rooms.Place
	close      func()
}

// servers start a server, by the kind of its rooms.
var servers = map[string]func(ctx context.Context, folder string) (roomServer, error){
	"janus": janus, "jitsi": openMeeting, "livekit": livekit, "mumble": mumble,
}

func livekit(ctx context.Context, folder string) (v roomServer, err error) {
	s, err := livekittest.Start(ctx, folder, "")
	if err != nil {
		return v, err
	}
	secrets := []string{"LIVEKIT_API_KEY=" + livekittest.Key, "LIVEKIT_API_SECRET=" + livekittest.Secret}
	return roomServer{room: s.URL("open-mic"), secrets: secrets, close: s.Kill}, nil
}

func janus(ctx context.Context, folder string) (v roomServer, err error) {
	s, err := janustest.Start(ctx, folder, janustest.Options{})
	if err != nil {
		return v, err
	}
	return roomServer{room: s.URL("room/1234"), secrets: []string{"EARSHOT_JANUS_SECRET=" + janustest.RoomSecret}, close: s.Kill}, nil
}

// mumble has a channel in which everybody may mute and move the others.
func mumble(ctx context.Context, folder string) (v roomServer, err error) {
	const channel = "Lobby"
	s, err := mumbletest.Start(ctx, folder, "")
	if err != nil {
		return v, err
	}
	err = s.Admin(ctx, func(a *mumbletest.Admin) error {
		if err := a.Channel("", channel); err != nil {
			return err
		}
		return a.Allow(channel, wire.PermissionMute|wire.PermissionMove)
	})
	if err != nil {
		s.Kill()
	}
	return roomServer{room: s.URL(channel), close: s.Kill}, err
}
