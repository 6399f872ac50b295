package app

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe/fixture"
)

// withPartials turns partial text on, as in the shipped configuration. Tests that do not look at it avoid decoding everything twice.
const withPartials = "EARSHOT_PARTIALS=1500ms"

// testConfig is the shipped configuration with a database of its own, a free port, and final text only.
func testConfig(t *testing.T, dir string, more ...string) configs.Config {
	t.Helper()
	cfg, err := configs.Load(configs.Options{Environ: append([]string{
		"EARSHOT_DATA_DIR=" + dir, "EARSHOT_LISTEN=127.0.0.1:0", "EARSHOT_DECODERS=1", "EARSHOT_LOUNGE_PER_ADDRESS=0",
		"EARSHOT_PARTIALS=0",
	}, more...)})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// openTestApp opens the real app with its database in dir.
func openTestApp(t *testing.T, dir string) (*App, net.Listener) {
	t.Helper()
	return openTestAppWith(t, dir)
}

// openTestAppWith is openTestApp with settings given as environment variables.
func openTestAppWith(t *testing.T, dir string, more ...string) (*App, net.Listener) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return openLoggedApp(t, log, testConfig(t, dir, more...))
}

// openLoggedApp opens the real app with a log that the test reads.
func openLoggedApp(t *testing.T, log *slog.Logger, cfg configs.Config) (*App, net.Listener) {
	t.Helper()
	return openAppFor(t, log, cfg, speech.Options{Waits: true})
}

// leaseTime is longer than usual, since a machine that runs other tests too may delay a process by seconds.
const leaseTime = 12 * time.Second

// openAppFor is openLoggedApp with a model loaded as the test requires. It closes the app when the test ends.
func openAppFor(t *testing.T, log *slog.Logger, cfg configs.Config, o speech.Options) (*App, net.Listener) {
	t.Helper()
	s, err := New(t.Context(), Options{Config: cfg, Log: log, Models: o, LeaseTime: leaseTime})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	l, err := web.Listen(t.Context(), cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	return s, l
}

// logTo shows a program's log together with the test's own.
type logTo struct{ t *testing.T }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// lines reads a session's transcript.
func lines(t *testing.T, s *App, session string) []models.Utterance {
	t.Helper()
	us, err := s.Store.Utterances(context.Background(), session)
	if err != nil {
		t.Fatal(err)
	}
	return us
}

// wordErrors compares the stored lines of a speaker, in order of time, with what was said.
func wordErrors(us []models.Utterance, speaker, said string) (errs, words int, heard string) {
	var b strings.Builder
	for _, u := range us {
		if u.SpeakerName == speaker {
			b.WriteString(u.Text + " ")
		}
	}
	errs, words = fixture.WER(said, b.String())
	return errs, words, b.String()
}

// trust makes an app accept the servers of some addresses, with all secrets that a test has.
func trust(s *App, secret func(variable string) (string, error), addresses ...string) {
	s.rooms.servers.keys = &secrets.Keyring{
		Environment: secret, Files: map[string]configs.Server{}, Intended: map[string]string{}, Named: map[string]bool{},
	}
	for _, address := range addresses {
		at, err := models.ParseServer(address)
		if err != nil {
			panic(err) // a mistake in the test
		}
		s.rooms.servers.keys.Named[at.Server()] = true
		for _, x := range secrets.RoomSecrets() {
			if slices.Contains(x.Kinds, at.Kind) {
				s.rooms.servers.keys.Intended[x.Variable] = at.Server()
			}
		}
	}
}

func noSecrets(string) (string, error) { return "", nil }

// idOf is the identity of an address.
func idOf(t *testing.T, address string) string {
	t.Helper()
	at, err := models.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	return at.ID()
}
