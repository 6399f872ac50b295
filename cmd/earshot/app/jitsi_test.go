package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot/fleet"
	"earshot/bot/jitsi/jitsitest"
	"earshot/bot/room"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/waittest"
)

// jitsiSecrets are the token that bridges need.
func jitsiSecrets(variable string) (string, error) {
	return map[string]string{"EARSHOT_JITSI_TOKEN": "the bridge's own token"}[variable], nil
}

// jitsiServer runs an XMPP server with the focus of a meeting, or skips the test.
func jitsiServer(t *testing.T, room string) *jitsitest.Server {
	t.Helper()
	server, err := jitsitest.Start(t.Context(), t.TempDir())
	if errors.Is(err, jitsitest.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	if err := server.Focus(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	return server
}

// serveJitsi runs a service that accepts the bridges of a server until the test ends, and returns the address that they dial.
func serveJitsi(t *testing.T, server *jitsitest.Server, more ...string) (s *App, url string) {
	t.Helper()
	const address = "jitsi://" + jitsitest.Host
	s, l := openTestAppWith(
		t, t.TempDir(), append(more, "EARSHOT_JITSI_URL="+address, "EARSHOT_JITSI_XMPP="+jitsitest.XMPP(server.Addr()))...,
	)
	trust(s, jitsiSecrets, address)
	var err error
	if s.senders, err = s.rooms.senders(s.Fleet); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, l, func(ctx context.Context) error { return s.Fleet.Run(ctx, nil, s.senders.run) })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s, "ws://" + l.Addr().String() + s.Config.Jitsi.Path
}

// TestJitsiPutsTheRightWordsUnderTheRightNames: a bridge dials the service, and the demo's voices play in the meeting. The bot is seen
// there by its name; the words come under the names that the chat room shows, and the session ends with the bridge's.
func TestJitsiPutsTheRightWordsUnderTheRightNames(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 45 seconds")
	}
	t.Parallel()
	const in = "openmic"
	server := jitsiServer(t, in)
	s, url := serveJitsi(t, server)
	bridge := jitsitest.NewBridge(url+"?sessionId="+jitsitest.MeetingID(in)+"&room="+in, "the bridge's own token")
	ctx, hangUp := context.WithCancel(t.Context())
	var dialling sync.WaitGroup
	dialling.Go(func() { bridge.Run(ctx) })
	defer func() { hangUp(); dialling.Wait() }()
	var state models.RoomState
	waittest.Until(t, "the bot in the meeting", func() bool {
		states := s.Fleet.States()
		if len(states) == 1 {
			state = states[0]
		}
		return state.State == string(room.StateListening)
	})
	if can, _, _ := s.Fleet.Inside(state.Room); state.Room != "jitsi://"+jitsitest.Host+"/"+in || can.String() != "message private_message" {
		t.Errorf("it is in %q, with the rights %q", state.Room, can)
	}
	names, err := server.Names(t.Context(), in)
	if err != nil || !slices.Contains(names, fleet.BotName) {
		t.Errorf("the room shows %q, %v", names, err)
	}
	voices, err := playback.Voices()
	if err != nil {
		t.Fatal(err)
	}
	talking, playing := errgroup.WithContext(t.Context())
	var coming sync.WaitGroup // until all are there, nobody begins: one who came late would say everything late
	coming.Add(len(voices))
	begin := make(chan struct{})
	go func() { coming.Wait(); close(begin) }()
	for _, v := range voices {
		v.Source = playback.SilenceUntil(v.Source, begin)
		talking.Go(func() error {
			here := sync.OnceFunc(coming.Done)
			defer here()
			return server.Attend(playing, bridge, in, v.Name, v.Packets(), func(*jitsitest.Person) { here() })
		})
	}
	if err := talking.Wait(); err != nil {
		t.Fatal(err)
	}
	hangUp()
	waittest.Until(t, "the end of the session", func() bool {
		info, err := s.Store.Session(t.Context(), state.Session)
		return err == nil && !info.Ended.IsZero() && info.Pending == 0
	})
	checkRightWords(t, s, state.Session, models.EndRoomClosed)
}

// TestTheDoctorLooksAtTheJitsiServer: the doctor checks which bridges have connected, and whether the server lets the bot in,
// without a meeting.
func TestTheDoctorLooksAtTheJitsiServer(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	server := jitsiServer(t, "openmic")
	at := "EARSHOT_JITSI_XMPP=" + jitsitest.XMPP(server.Addr())
	const url, token = "EARSHOT_JITSI_URL=jitsi://" + jitsitest.Host, "EARSHOT_JITSI_TOKEN=the bridge's own token"
	for _, x := range []struct {
		c        doctor.Config
		state    doctor.State
		text, do string
	}{
		{patient(t, []string{token}, url, at), doctor.OK, "lets the bot in, lists its rooms", ""},
		{patient(t, []string{token}, url, at, "EARSHOT_JITSI_MUC=rooms.meet.test"), doctor.Bad, "no chat rooms", "jitsi.muc"},
		{patient(t, nil, url, at), doctor.Bad, "token is missing", "EARSHOT_JITSI_TOKEN"},
		{patient(t, []string{token}, url, at, "EARSHOT_JITSI_PROFILE=nobody"), doctor.Bad, "jitsi.profile", "the configuration has"},
	} {
		f := findings(t, x.c, "jitsi")[0]
		if f.State != x.state || !strings.Contains(f.Text, x.text) || !strings.Contains(f.Do, x.do) {
			t.Errorf("found %+v, want %s %q, %q", f, x.state, x.text, x.do)
		}
	}
}

// TestJitsiRefusesStrangers: nobody can connect to the endpoint for bridges without the token, whoever they are, and no room is
// joined.
func TestJitsiRefusesStrangers(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	s, url := serveJitsi(t, jitsiServer(t, "openmic"))
	for name, x := range map[string]struct {
		token  string
		status int
	}{
		"no token": {"", http.StatusUnauthorized}, "a wrong one": {"Bearer x", http.StatusUnauthorized},
		"no websocket": {"Bearer the bridge's own token", http.StatusUpgradeRequired},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http"+strings.TrimPrefix(url, "ws")+"?sessionId=x&room=y", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", x.token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != x.status {
			t.Errorf("%s: HTTP %d, want %d", name, resp.StatusCode, x.status)
		}
	}
	if states := s.Fleet.States(); len(states) > 0 {
		t.Errorf("it is in %v", states)
	}
}
