package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"earshot/bot/fleet"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/lounge/server"
	"earshot/bot/peer"
	"earshot/bot/room"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
	"earshot/models/waittest"
)

// examination runs the doctor as another process and returns its one finding of a check.
func examination(t *testing.T, env []string, check string, args ...string) (doctor.Finding, int) {
	t.Helper()
	cmd := programtest.Command(append([]string{"doctor", "--json"}, args...)...)
	cmd.Env = env
	out, _ := cmd.Output() // its exit status says whether something is bad
	var all []doctor.Finding
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatalf("doctor: %v in %s", err, out)
	}
	for _, f := range all {
		if f.Check == check {
			return f, cmd.ProcessState.ExitCode()
		}
	}
	t.Fatalf("no check %q in %s", check, out)
	return doctor.Finding{}, 0
}

// TestDoctorAsksTheService: only the service has the secrets of a real LiveKit server, and the doctor, another process, reports what
// the service can reach. Neither that doctor nor one that joins the room itself causes the bot to be removed.
func TestDoctorAsksTheService(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	server := liveKit(t)
	admin := adminOf(t, server, "stage")
	env := append(os.Environ(), "EARSHOT_DATA_DIR="+t.TempDir(), "EARSHOT_DECODERS=1", "EARSHOT_ROOMS="+server.URL("stage"))
	keys := []string{"LIVEKIT_API_KEY=" + livekittest.Key, "LIVEKIT_API_SECRET=" + livekittest.Secret}
	if f, code := examination(t, env, "rooms"); f.State != doctor.Bad || f.Service || code != 3 {
		t.Errorf("without a service and without secrets: %+v, %d", f, code)
	}

	serve := programtest.Serve(t, slices.Concat(env, keys))
	state := func() (s models.RoomState) {
		var rooms []models.RoomState
		if out, _ := programtest.Client(env, "status", "--json"); json.Unmarshal([]byte(out), &rooms) == nil && len(rooms) == 1 {
			s = rooms[0]
		}
		return s
	}
	waittest.Until(t, "the bot listens", func() bool { return state().State == string(room.StateListening) })
	before := state()

	f, code := examination(t, env, "rooms", "--join")
	if f.State != doctor.OK || !f.Service || !strings.Contains(f.Text, "the bot is there, and may: message") || code != 0 {
		t.Errorf("the service's room: %+v, %d", f, code)
	}
	if f, _ := examination(t, env, "service"); f.State != doctor.Note || !strings.Contains(f.Text, "settings that differ here: listen") {
		t.Errorf("the service's settings: %+v", f)
	}
	elsewhere := slices.Concat(env, keys, []string{"EARSHOT_DATA_DIR=" + t.TempDir()})
	if f, _ := examination(t, elsewhere, "rooms", "--join"); f.State != doctor.OK || f.Service ||
		!strings.Contains(f.Text, "the bot may: message") {
		t.Errorf("a visit beside the bot: %+v", f)
	}
	gone := func() bool { return !admin.There(doctorIdentity) }
	waittest.Until(t, "the visitor is gone", gone)
	if now := state(); !admin.There("earshot") || now.Session != before.Session || now.State != before.State {
		t.Errorf("the bot did not stay: %+v, before %+v", now, before)
	}

	if out, code := programtest.Client(env, "leave", "stage"); code != 0 || !strings.Contains(out, "returns") {
		t.Errorf("leave: %d, %s", code, out)
	}
	waittest.Until(t, "the bot has left", func() bool { return !admin.There("earshot") && state().State == string(room.StateWaiting) })
	if f, _ := examination(t, env, "rooms", "--join"); f.State != doctor.OK || !f.Service ||
		!strings.Contains(f.Text, "the bot may: message") {
		t.Errorf("a visit by the service: %+v", f)
	}
	waittest.Until(t, "the visitor is gone", gone)
	serve.Stop(t)
}

// TestDoctorVisitsNoRoomThatTheBotTries: the doctor does not join a room that the bot is in or is trying to join: the reason for its
// failure is known, and the doctor could take its place.
func TestDoctorVisitsNoRoomThatTheBotTries(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	full := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(full.Close)
	for address, want := range map[string]string{
		"whep+" + full.URL + "/stage":                       "the bot is trying to join, without success: ",
		"lounge://" + loungeElsewhere(t) + "/for-strangers": "which the bot may not do",
	} {
		s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_ROOMS="+address)
		defer l.Close()
		trust(s, noSecrets, address)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Fleet.Run(ctx, []fleet.JoinRequest{{Address: address, Standing: true}}, nil) }()
		waittest.Until(t, "the bot is there, or knows why not", func() bool {
			_, in, err := s.Fleet.Inside(idOf(t, address))
			return in || err != nil
		})
		c := s.examines(nil, configs.Report{Config: s.Config})(true)
		f := findings(t, c, "rooms")[0]
		if !strings.Contains(f.Text, want) || strings.HasPrefix(address, "whep") && f.State != doctor.Bad {
			t.Errorf("found of %s: %+v", address, f)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// loungeElsewhere returns the host of a lounge that gives strangers no rights; it is open until the test ends.
func loungeElsewhere(t *testing.T) string {
	t.Helper()
	rooms := server.New(server.Config{
		Peer: peer.Config{Loopback: true}, HostToken: "only for hosts of the room", Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- rooms.Run(ctx) }()
	web := httptest.NewServer(rooms)
	t.Cleanup(func() {
		web.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return web.Listener.Addr().String()
}
