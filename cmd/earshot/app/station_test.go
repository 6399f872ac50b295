package app

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"

	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe/fixture"
)

// testConfig is the shipped configuration with a record of its own and a free port.
func testConfig(t *testing.T, dir string, more ...string) configs.Config {
	t.Helper()
	cfg, err := configs.Load(configs.Options{Environ: append([]string{
		"EARSHOT_DATA_DIR=" + dir, "EARSHOT_LISTEN=127.0.0.1:0", "EARSHOT_DECODERS=1", "EARSHOT_LOUNGE_PER_ADDRESS=0",
	}, more...)})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// openTestStation opens the real wiring on a record in dir.
func openTestStation(t *testing.T, dir string) (*Station, net.Listener) {
	t.Helper()
	return openTestStationWith(t, dir)
}

// openTestStationWith is openTestStation with settings in the form of the environment.
func openTestStationWith(t *testing.T, dir string, more ...string) (*Station, net.Listener) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return openLoggedStation(t, log, testConfig(t, dir, more...))
}

// openLoggedStation opens the real wiring with a log of the test's own.
func openLoggedStation(t *testing.T, log *slog.Logger, cfg configs.Config) (*Station, net.Listener) {
	t.Helper()
	return openStationFor(t, log, cfg, speech.Options{Waits: true})
}

// openStationFor is openLoggedStation with a model loaded as the test wants. It closes the station at the test's end.
func openStationFor(t *testing.T, log *slog.Logger, cfg configs.Config, o speech.Options) (*Station, net.Listener) {
	t.Helper()
	s, err := OpenStationWith(t.Context(), cfg, log, o)
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

// logTo shows a program's log beside the test's own.
type logTo struct{ t *testing.T }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// lines reads a session's transcript.
func lines(t *testing.T, s *Station, session string) []models.Utterance {
	t.Helper()
	us, err := s.Store.Utterances(context.Background(), session)
	if err != nil {
		t.Fatal(err)
	}
	return us
}

// wordErrors compares what a speaker is on record with, in the order of time, with what was said.
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

// trust has a station know the servers of some addresses, with all secrets that a test has.
func trust(s *Station, secret func(variable string) (string, error), addresses ...string) {
	s.Servers.Keys = &secrets.Keyring{
		Environment: secret, Files: map[string]configs.Server{}, Intended: map[string]string{}, Named: map[string]bool{},
	}
	for _, address := range addresses {
		at, err := models.ParseServer(address)
		if err != nil {
			panic(err) // a mistake in the test
		}
		s.Servers.Keys.Named[at.Server()] = true
		for _, x := range secrets.RoomSecrets() {
			if slices.Contains(x.Kinds, at.Kind) {
				s.Servers.Keys.Intended[x.Variable] = at.Server()
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
