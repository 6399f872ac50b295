package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/lounge"
	"earshot/bot/room"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe/fixture/eval"
)

// invitee is a service that waits to be invited.
type invitee struct {
	s *App
}

// waitForInvitations runs a service until the test ends.
func waitForInvitations(t *testing.T, server string, more ...string) *invitee {
	t.Helper()
	s, l := openTestAppWith(t, t.TempDir(), append([]string{"EARSHOT_LIVEKIT_URL=" + server}, more...)...)
	var err error
	trust(s, liveKitSecrets, server)
	if s.dispatch, err = s.rooms.dispatch(s.Fleet); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, l, func(ctx context.Context) error { return s.Fleet.Run(ctx, nil, s.dispatch.Run) })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return &invitee{s}
}

// in reports whether the service listens in a room, and returns the session.
func (i *invitee) in(name string) (session string, listening bool) {
	for _, state := range i.s.Fleet.States() {
		if state.Name == name {
			return state.Session, state.State == string(room.StateListening)
		}
	}
	return "", false
}

// adminOf returns an administrator of a room.
func adminOf(t *testing.T, server *livekittest.Server, room string) *livekittest.Admin {
	t.Helper()
	a, err := server.Admin(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// paused returns a recorded sentence with silence before and after it.
func paused(t *testing.T, line eval.Sentence) lounge.Source {
	t.Helper()
	pause := make([]float32, 16000)
	pcm := append(append(append(append([]float32{}, pause...), pause...), line.PCM...), pause...)
	var ogg bytes.Buffer
	if err := audio.EncodeOgg(&ogg, pcm, audio.EncoderConfig{}); err != nil {
		t.Fatal(err)
	}
	src, err := lounge.ReadOgg(&ogg, 0)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// sayIn has somebody say one of the fixture's sentences in a room, once the bot of an app hears them.
func sayIn(t *testing.T, s *App, server *livekittest.Server, room, name string, line eval.Sentence) error {
	t.Helper()
	listens, before := make(chan struct{}), s.rooms.attendance.Sum().Packets
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		waittest.Holds(ctx, func() bool { return s.rooms.attendance.Sum().Packets > before })
		close(listens)
	}()
	src := playback.SilenceUntil(paused(t, line), listens)
	return livekit.Publish(t.Context(), livekit.PublishConfig{
		URL: server.URL(room), Auth: livekit.Credentials{Key: livekittest.Key, Secret: livekittest.Secret},
		Identity: "id-of-" + name, Name: name, Peer: s.Peers,
		Next: func() ([]byte, time.Duration, error) { f, err := src.Next(); return f.Opus, f.At, err },
	})
}

// checkHeard waits until the line is stored.
func (i *invitee) checkHeard(t *testing.T, session, name, want string) {
	t.Helper()
	waittest.Until(t, "the line of "+name, func() bool {
		errs, words, _ := wordErrors(lines(t, i.s, session), name, want)
		return errs*10 <= words
	})
}

// checkEnd waits for the end of a stay.
func (i *invitee) checkEnd(t *testing.T, session string, want models.EndReason) {
	t.Helper()
	var info models.SessionInfo
	waittest.Until(t, "the end of "+session, func() bool {
		var err error
		info, err = i.s.Store.Session(t.Context(), session)
		return err == nil && !info.Ended.IsZero()
	})
	if info.Reason != want || info.Profile != i.s.Config.LiveKit.Profile {
		t.Errorf("it ended as %q with profile %q, want %q", info.Reason, info.Profile, want)
	}
}

// TestLiveKitDispatch: a program asks a real server for the bot in two rooms, and each of two services gets one, since a new room
// counts as load. The bot hears what is said, and leaves when the dispatch is deleted or the room is.
func TestLiveKitDispatch(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	server, all := liveKit(t), evalSentences(t)
	address := strings.TrimSuffix(server.URL(""), "/")
	file := filepath.Join(t.TempDir(), "earshot.yaml")
	programtest.Write(t, file, "livekit: {load_threshold: 0.2, profile: stage}\nprofiles:\n  - name: stage\n    mode: watch\n")
	crew := []*invitee{waitForInvitations(t, address, "EARSHOT_CONFIG="+file), waitForInvitations(t, address, "EARSHOT_CONFIG="+file)}
	waittest.Until(t, "both wait for invitations", func() bool { // dispatches that come before a worker are not kept
		log, err := os.ReadFile(server.Log())
		return err == nil && strings.Count(string(log), "worker registered") >= len(crew)
	})
	var who [2]*invitee
	var sessions, dispatches [2]string
	for n, room := range []string{"one", "two"} {
		admin := adminOf(t, server, room)
		var err error
		if dispatches[n], err = admin.Dispatch("earshot"); err != nil {
			t.Fatal(err)
		}
		waittest.Until(t, "somebody comes to "+room, func() bool {
			for _, i := range crew {
				if session, ok := i.in(room); ok {
					who[n], sessions[n] = i, session
				}
			}
			return who[n] != nil
		})
	}
	if who[0] == who[1] {
		t.Error("one service has both rooms")
	}
	if err := sayIn(t, who[0].s, server, "one", "Ana", all[3]); err != nil {
		t.Error(err)
	}
	who[0].checkHeard(t, sessions[0], "Ana", all[3].Text)

	if err := adminOf(t, server, "one").TakeBack(dispatches[0]); err != nil {
		t.Fatal(err)
	}
	who[0].checkEnd(t, sessions[0], models.EndLeft)
	if err := adminOf(t, server, "two").Delete(); err != nil {
		t.Fatal(err)
	}
	who[1].checkEnd(t, sessions[1], models.EndRoomClosed)
	for _, i := range crew {
		waittest.Until(t, "no service is in a room", func() bool { return len(i.s.Fleet.States()) == 0 })
	}
}

// TestLiveKitWebhooks: the server reports that somebody joined a room, and the bot joins; when it is sent away, it does not return
// before the room has ended. Joins by the bot itself have no effect.
func TestLiveKitWebhooks(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	// The server is given a webhook address before the service has it.
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var inside http.Handler
	var finished atomic.Int32 // rooms whose end the service was told
	ready := make(chan struct{})
	web := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-ready
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		inside.ServeHTTP(w, r)
		if bytes.Contains(body, []byte(`"room_finished"`)) {
			finished.Add(1)
		}
	})}}
	web.Start()
	t.Cleanup(web.Close)
	server, err := livekittest.Start(
		t.Context(), t.TempDir(), "webhook: {api_key: "+livekittest.Key+", urls: ['"+web.URL+"/hooks/livekit']}\n",
	)
	if errors.Is(err, livekittest.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	i := waitForInvitations(
		t, strings.TrimSuffix(server.URL(""), "/"), "EARSHOT_LIVEKIT_DISPATCH=none", "EARSHOT_LIVEKIT_WEBHOOK=/hooks/livekit",
		"EARSHOT_ACCESS=required",
	)
	inside = i.s.handler(l)
	close(ready)
	if res, err := http.Post(web.URL+"/hooks/livekit", "application/json", strings.NewReader("{}")); err != nil ||
		res.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unsigned webhook: %v, %v", res, err)
	} else {
		_ = res.Body.Close()
	}

	all := evalSentences(t)
	admin := adminOf(t, server, "stage")
	visit := func(name string) {
		done := make(chan struct{})
		go func() { defer close(done); _ = sayIn(t, i.s, server, "stage", name, all[5]) }() // the room may close before the end
		t.Cleanup(func() { <-done })
	}
	var session string
	visit("Ben")
	waittest.Until(t, "the bot comes", func() (there bool) { session, there = i.in("stage"); return there })
	i.checkHeard(t, session, "Ben", all[5].Text)
	if err := admin.Remove("earshot"); err != nil {
		t.Fatal(err)
	}
	i.checkEnd(t, session, models.EndRemoved)
	visit("Cem")
	waittest.Until(t, "Cem is there", func() bool { return admin.There("id-of-Cem") })
	if err := admin.Delete(); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "the room's end is known", func() bool { return finished.Load() > 0 })
	visit("Dia")
	waittest.Until(t, "the bot comes to the next room of this name", func() (there bool) { session, there = i.in("stage"); return there })
	i.checkHeard(t, session, "Dia", all[5].Text)
	kept, err := i.s.Store.Sessions(t.Context(), models.SessionQuery{Room: idOf(t, server.URL("stage")), Limit: 10})
	if err != nil || len(kept) != 2 {
		t.Errorf("%d sessions, %v; want two: it must not come back to a room that sent it away", len(kept), err)
	}
}

// TestLiveKitInvitationsNeedSecrets: invitations by a server need its key and secret; without them the service does not wait for
// any.
func TestLiveKitInvitationsNeedSecrets(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_LIVEKIT_URL=livekit://rooms.example", "EARSHOT_LIVEKIT_PROFILE=strict")
	defer l.Close()
	trust(s, liveKitSecrets, "livekit://rooms.example")
	if _, err := s.rooms.dispatch(s.Fleet); !errors.Is(err, errNoProfile) {
		t.Errorf("an unknown profile: %v", err)
	}
	for setting, want := range map[string]bool{"livekit://rooms.example": true, "": false} {
		s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_LIVEKIT_URL="+setting)
		defer l.Close()
		n, err := s.rooms.dispatch(s.Fleet)
		if (err != nil) != want || n != nil || want && !strings.Contains(models.Hint(err), "LIVEKIT_API_SECRET") {
			t.Errorf("url %q: %v, %v (hint %q)", setting, n, err, models.Hint(err))
		}
	}
}
