package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"earshot/bot/fleet"
	"earshot/bot/jitsi"
	"earshot/bot/jitsi/jitsitest"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/demo"
	"earshot/cmd/earshot/playback"
)

// meeting is one meeting of a Jitsi server whose bridge dials us.
type meeting struct {
	server *jitsitest.Server
	ctx    context.Context //nolint:containedctx // it is the life of the meeting
	end    context.CancelFunc
	group  sync.WaitGroup
}

const (
	meetingRoom = "openmic"
	bridgeToken = "the bridge's own token"
)

// openMeeting runs Prosody, with a meeting in which the bot is to be a moderator.
func openMeeting(ctx context.Context, folder string) (v roomServer, err error) {
	m := &meeting{}
	if m.server, err = jitsitest.Start(ctx, folder); err != nil {
		return v, err
	}
	m.ctx, m.end = context.WithCancel(ctx)
	if err := m.server.Focus(m.ctx, meetingRoom); err != nil {
		m.close()
		return v, err
	}
	const note = "the chat room's server is a real Prosody; the bridge, the conductor and the people are stand-ins that behave as Jitsi's " +
		"do.\nFor a Jitsi server \"earshot serve\" waits for its bridges (docs/rooms.md)."
	return roomServer{place: m.bring, note: note, close: m.close}, nil
}

func (m *meeting) close() {
	m.end()
	m.group.Wait()
	m.server.Kill()
}

// bring lets the meeting's bridge dial an endpoint, as the service has one, and takes the room that it dials for.
func (m *meeting) bring(ctx context.Context, s *app.App) (v demo.Target, err error) {
	server := m.server.Config()
	server.User, server.Password, server.Name, server.Peer, server.Log = jitsitest.Moderator, jitsitest.Password, fleet.BotName, s.Peers, s.Log
	dialled := make(chan jitsi.Invitation, 1)
	endpoint, err := jitsi.NewEndpoint(jitsi.EndpointConfig{
		Server: server, Token: bridgeToken,
		Invited: func(ctx context.Context, i jitsi.Invitation) time.Duration {
			dialled <- i
			<-ctx.Done()
			return 0
		},
	})
	if err != nil {
		return v, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return v, err
	}
	web := &http.Server{Handler: endpoint, ReadHeaderTimeout: time.Minute}
	at := fmt.Sprintf("ws://%s/?sessionId=%s&room=%s", l.Addr(), jitsitest.MeetingID(meetingRoom), meetingRoom)
	bridge := jitsitest.NewBridge(at, bridgeToken)
	context.AfterFunc(m.ctx, func() { _ = web.Close() })
	m.group.Go(func() { _ = web.Serve(l) })
	m.group.Go(func() { endpoint.Run(m.ctx) })
	m.group.Go(func() { bridge.Run(m.ctx) })
	v.Join = func(ctx context.Context, voice playback.Voice, joined func()) error {
		return m.server.Attend(ctx, bridge, meetingRoom, voice.Name, voice.Packets(), func(*jitsitest.Person) { joined() })
	}
	select {
	case i := <-dialled:
		v.Room, v.Connector = i.Room, i.Connector.(playback.Connector)
		return v, nil
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}
