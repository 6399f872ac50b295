//go:build !race

package service

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/bot/lounge/server"
	"earshot/bot/peer"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/cli/clitest"
	"earshot/cmd/earshot/internal/programtest"
)

// TestConfigCheckConnects contacts the server of an existing room, and an address where nothing listens.
func TestConfigCheckConnects(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	server := httptest.NewServer(server.New(server.Config{Peer: peer.Config{Loopback: true}, Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(server.Close)
	there, nowhere := "lounge://"+strings.TrimPrefix(server.URL, "http://")+"/lounge", "lounge://127.0.0.1:1/lounge"
	for _, tt := range []struct {
		name, settings string
		code           int
		out            []string // substrings of the output
	}{
		{"there", "rooms: ['" + there + "']\n", 0, []string{"earshot.yaml is valid", "ok    rooms", there + ": its server answers"}},
		{"nowhere", "rooms: ['" + there + "', '" + nowhere + "']\n", cli.ExitChecks, []string{
			"ok    rooms", "bad   rooms", nowhere + ": its server does not answer", "connection refused", "→ start its server",
		}},
		{
			"a model that is not there", "summary: {url: 'http://127.0.0.1:1/v1'}\n", cli.ExitChecks,
			[]string{"bad   language models", "summary.url"},
		},
		{"no address", "rooms: ['https://meet.google.com/abc']\n", cli.ExitUsage, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "earshot.yaml")
			programtest.Write(t, file, "data_dir: "+filepath.Join(dir, "data")+"\n"+tt.settings)
			run := clitest.Runner{Commands: Commands, Environ: os.Environ()}
			code, out, errs := run.Run(t.Context(), "config", "check", file, "--connect")
			if code != tt.code {
				t.Errorf("exit %d, want %d: %s%s", code, tt.code, out, errs)
			}
			for _, part := range tt.out {
				if !strings.Contains(out, part) {
					t.Errorf("%q is not in: %s", part, out)
				}
			}
			code, out, _ = run.Run(t.Context(), "config", "check", file, "--connect", "--json")
			var told configJSON
			if err := json.Unmarshal([]byte(out), &told); err != nil || code != tt.code {
				t.Errorf("as JSON: exit %d, %v: %s", code, err, out)
			}
			if asked := tt.code != cli.ExitUsage; asked != (len(told.Servers) > 0) || asked == (len(told.Problems) > 0) {
				t.Errorf("as JSON: %+v", told)
			}
		})
	}
}
