package app

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"earshot/bot/janus/janustest"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/mumble/mumbletest"
	"earshot/cmd/earshot/internal/programtest"
)

// venues start a room server of each kind in the quick starts, and return its rooms and secrets.
func venues(t *testing.T) map[string]func() (room string, env []string, err error) {
	t.Helper()
	return map[string]func() (string, []string, error){
		"livekit": func() (string, []string, error) {
			s, err := livekittest.Start(t.Context(), t.TempDir(), "")
			if err != nil {
				return "", nil, err
			}
			t.Cleanup(s.Kill)
			return s.URL("open-mic"), []string{"LIVEKIT_API_KEY=" + livekittest.Key, "LIVEKIT_API_SECRET=" + livekittest.Secret}, nil
		},
		"janus": func() (string, []string, error) {
			s, err := janustest.Start(t.Context(), t.TempDir(), janustest.Options{})
			if err != nil {
				return "", nil, err
			}
			t.Cleanup(s.Kill)
			return s.URL("room/1234"), []string{"EARSHOT_JANUS_SECRET=" + janustest.RoomSecret}, nil
		},
		"mumble": func() (string, []string, error) {
			s, err := mumbletest.Start(t.Context(), t.TempDir(), "")
			if err != nil {
				return "", nil, err
			}
			t.Cleanup(s.Kill)
			return s.URL(), nil, nil
		},
	}
}

// TestDemoInOtherRooms plays a recording in rooms of other servers, as the quick starts do.
func TestDemoInOtherRooms(t *testing.T) {
	if testing.Short() {
		t.Skip("runs room servers")
	}
	t.Parallel()
	for kind, start := range venues(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			room, env, err := start()
			if errors.Is(err, livekittest.ErrAbsent) || errors.Is(err, janustest.ErrAbsent) || errors.Is(err, mumbletest.ErrAbsent) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			out, err := playedBy(t, env, "--room", room, "--voice", "Ben=../../../transcribe/fixture/eval/16.wav")
			said := strings.ToLower(out)
			if err != nil || !strings.Contains(said, "stupid idiot and a liar") || !strings.Contains(said, "▲ insult") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// playedBy runs the demo to its end and returns its output.
func playedBy(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	var out programtest.Output
	demo := programtest.Command(append([]string{"demo", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir()}, args...)...)
	demo.Env, demo.Stdout, demo.Stderr = append(append(os.Environ(), "EARSHOT_DECODERS=1"), env...), &out, &out
	if err := demo.Start(); err != nil {
		return "", err
	}
	late, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	defer context.AfterFunc(late, func() { _ = demo.Process.Kill() })()
	err := demo.Wait()
	return out.String(), err
}

// TestDemoThatCannotBegin: a demo that cannot start says why, and exits.
func TestDemoThatCannotBegin(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"no credentials for this server": {"--room", "livekit://127.0.0.1:9/open-mic"},
		"can't be played in a room":      {"--room", "whep+http://127.0.0.1:9/stage"},
		"does not name a valid room":     {"--room", "janus+ws://127.0.0.1:9/nowhere"},
		"none.wav":                       {"--voice", "Ben=none.wav"},
	} {
		if out, err := playedBy(t, nil, args...); err == nil || !strings.Contains(out, want) {
			t.Errorf("%v: %v: %s", args, err, out)
		}
	}
}
