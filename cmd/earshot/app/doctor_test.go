package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/bot/lounge/server"
	"earshot/bot/peer"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models/waittest"
	"earshot/moderation/notify"
)

// patient is the shipped configuration with a change, the real parts, and environment variables of its own.
func patient(t *testing.T, environ []string, more ...string) doctor.Config {
	t.Helper()
	cfg := testConfig(t, filepath.Join(t.TempDir(), "record"), more...)
	return Examine(environ, configs.Report{Config: cfg}, false, slog.New(slog.DiscardHandler))
}

func junk(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	programtest.Write(t, path, text)
	return path
}

// findings returns the findings of one check.
func findings(t *testing.T, c doctor.Config, name string) []doctor.Finding {
	t.Helper()
	for _, check := range doctor.Checks(c) {
		if check.Name == name {
			return check.Look(t.Context())
		}
	}
	t.Fatalf("no check %q", name)
	return nil
}

// TestDoctorLooksAtTheRealParts runs the checks on the program's own parts in various states.
func TestDoctorLooksAtTheRealParts(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	open := junk(t, "open", "s3cret")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	secret := func(name, file string) doctor.Config { return patient(t, []string{name + "=" + file}) }

	for _, tt := range []struct {
		check string
		c     doctor.Config
		state doctor.State
		text  string // part of what is said
		do    string // part of the advice
	}{
		{"settings", patient(t, nil), doctor.Note, "no file", "config path"},
		{"model", patient(t, nil), doctor.Note, "practice model", "model pull"},
		{"model", patient(t, nil, "EARSHOT_MODEL=/none/ggml-tiny.bin"), doctor.Bad, "does not exist", "model pull"},
		{"model", patient(t, nil, "EARSHOT_MODEL="+junk(t, "ggml.bin", "no model at all")), doctor.Bad, "", "model"},
		{"decoder", patient(t, nil, "EARSHOT_MODEL=/none/ggml-tiny.bin"), doctor.Note, "not tried", ""},
		{"decoder", patient(t, nil), doctor.OK, "loads the model", ""},
		{"ggml", patient(t, nil), doctor.OK, "CPU", ""},
		{"libopus", patient(t, nil), doctor.OK, "works", ""},
		{"voice detection", patient(t, nil), doctor.Note, "by sound level", "model pull"},
		{"voice detection", patient(t, nil, "EARSHOT_VAD_MODEL="+junk(t, "vad.bin", "none")), doctor.Bad, "", ""},
		{"rules", patient(t, nil, "EARSHOT_RULES="+junk(t, "bad.yaml", "rules: nonsense\n")), doctor.Bad, "bad.yaml", ""},
		{"rules", patient(t, nil), doctor.OK, "open-mic@", ""},
		{"disk", patient(t, nil), "", "free", ""},
		{"clock", patient(t, nil), "", "", ""},
		{"page", patient(t, nil), doctor.OK, "is free", ""},
		{"page", patient(t, nil, "EARSHOT_LISTEN="+taken.Addr().String()), doctor.Bad, "in use", "another program"},
		{
			"ice",
			patient(t, nil, "EARSHOT_ICE_SERVERS=turn:127.0.0.1:1", "EARSHOT_ICE_TURN_USER=bot", "EARSHOT_ICE_TURN_PASSWORD_FILE=/none"),
			doctor.Bad, "password", "",
		},
		{"secrets", patient(t, nil), doctor.OK, "none are in files", ""},
		{"secrets", secret("LIVEKIT_API_SECRET_FILE", open), doctor.Bad, "everybody on this machine", "chmod 600"},
		{"secrets", secret("EARSHOT_TOKEN_FILE", junk(t, "closed", "s3cret")), doctor.OK, "EARSHOT_TOKEN_FILE", ""},
		{"secrets", secret("EARSHOT_TOKEN_FILE", "/none"), doctor.Bad, "cannot be read", "first line"},
		{"notices", patient(t, nil), doctor.OK, "only on the page", ""},
		{"notices", patient(t, nil, "EARSHOT_NOTICES_TARGETS=/none/targets.yaml"), doctor.Bad, "no such file", "notices.targets"},
	} {
		t.Run(tt.check+" "+tt.text, func(t *testing.T) {
			t.Parallel()
			f := findings(t, tt.c, tt.check)[0]
			if tt.state != "" && f.State != tt.state || !strings.Contains(f.Text, tt.text) || !strings.Contains(f.Do, tt.do) ||
				f.State == doctor.Bad && f.Do == "" {
				t.Errorf("found %+v, want %s %q with the advice %q", f, tt.state, tt.text, tt.do)
			}
		})
	}
}

// TestDoctorTellsOfATargetThatIsGone: after a webhook has answered 410, the service sends it nothing more. The doctor reports that.
func TestDoctorTellsOfATargetThatIsGone(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	defer receiver.Close()
	file := junk(
		t, "targets.yaml",
		"targets:\n- name: hosts\n  kind: webhook\n  private: yes\n  url: "+receiver.URL+"\n  secret: "+notify.NewSecret()+"\n",
	)
	dir := filepath.Join(t.TempDir(), "record")
	// the sample is old
	settings := []string{"EARSHOT_NOTICES_TARGETS=" + file, "EARSHOT_RETENTION_TRANSCRIPTS=forever", "EARSHOT_RETENTION_FLAGS=forever"}
	s, l := bareApp(t, dir, settings...)
	if err := errors.Join(s.targets.set(t.Context()), programtest.WriteSampleTo(t.Context(), s.Store)); err != nil {
		t.Fatal(err)
	}
	err := s.Run(t.Context(), l, func(ctx context.Context) (err error) {
		waittest.Until(t, "the target is given up", func() bool {
			states, e := s.Store.NoticeTargets(ctx)
			err = e
			return e != nil || len(states) == 1 && states[0].Disabled != ""
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	closeApp(t, s)
	c := Examine(nil, configs.Report{Config: testConfig(t, dir, settings...)}, false, slog.New(slog.DiscardHandler))
	if f := findings(t, c, "notices")[0]; f.State != doctor.Bad ||
		!strings.Contains(f.Text, "hosts no longer accepts notifications: it answered 410") {
		t.Errorf("found %+v", f)
	}
}

// TestWithoutLibopusNothingStarts: the loader, which runs before the doctor could, names the missing library in the words that
// docs/hosting.md explains.
func TestWithoutLibopusNothingStarts(t *testing.T) {
	t.Parallel()
	self, err := programtest.Path()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	name, missing := []byte("\x00libopus.so.0\x00"), []byte("\x00libopus.so.!\x00")
	if !bytes.Contains(program, name) {
		t.Skip("libopus is part of this program")
	}
	broken := filepath.Join(t.TempDir(), "earshot")
	if err := os.WriteFile(broken, bytes.ReplaceAll(program, name, missing), 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(broken, "doctor").CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 127 ||
		!strings.Contains(string(out), "error while loading shared libraries: libopus.so.!") {
		t.Errorf("%v: %s", err, out)
	}
	page, err := os.ReadFile("../../../docs/hosting.md")
	if err != nil || !bytes.Contains(page, []byte("error while loading shared libraries: libopus.so.0")) {
		t.Errorf("docs/hosting.md does not explain it, %v", err)
	}
}

// TestDoctorVisitsRooms: unreachable servers, wrong clocks and missing secrets are reported; in a room of a real server the doctor
// sees what the bot is allowed to do.
func TestDoctorVisitsRooms(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	wrongClock := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	}))
	t.Cleanup(wrongClock.Close)
	server := server.New(server.Config{Peer: peer.Config{Loopback: true}, Log: slog.New(slog.DiscardHandler)})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	room := httptest.NewServer(server)
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		room.Close()
	})
	host := func(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }

	for _, tt := range []struct {
		url   string
		join  bool
		state doctor.State
		text  string
	}{
		{"lounge://127.0.0.1:1/lounge", false, doctor.Bad, "does not answer"},
		{"whep+http://" + host(wrongClock) + "/stage", false, doctor.Bad, "apart"},
		{"livekit://" + host(room) + "/open", false, doctor.Bad, "no credentials"},
		{"lounge://" + host(room) + "/lounge", false, doctor.OK, "--join"},
		{"lounge://" + host(room) + "/lounge", true, doctor.Note, "the rules may ask for"},
		{"whep+http://" + host(room) + "/none", true, doctor.Bad, "can't join"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			c := patient(t, nil, "EARSHOT_ROOMS="+tt.url)
			c.Join = tt.join
			if f := findings(t, c, "rooms")[0]; f.State != tt.state || !strings.Contains(f.Text, tt.text) || f.State == doctor.Bad && f.Do == "" {
				t.Errorf("found %+v, want %s %q", f, tt.state, tt.text)
			}
		})
	}
}
