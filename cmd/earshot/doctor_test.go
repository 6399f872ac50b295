package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/peer"
	"earshot/configs"
	"earshot/models/sqlite"
)

// patient is a doctor's case: a shipped configuration with a change, on a machine where all is well.
func patient(t *testing.T, more ...string) *doctor {
	t.Helper()
	a := &app{environ: os.Environ()}
	return &doctor{
		app: a, cfg: testConfig(t, filepath.Join(t.TempDir(), "record"), more...), log: slog.New(slog.DiscardHandler),
		space: func(string) (uint64, uint64, error) { return 100 << 30, 1 << 20, nil },
		clock: func() (bool, error) { return true, nil },
	}
}

func junk(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	write(t, path, text)
	return path
}

// TestDoctorFinds gives the doctor one trouble after another.
func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	first := occupyUDP(t, 10)
	relay := patient(t)
	relay.cfg.ICE.RelayOnly = true
	full, crowded, little, unknown := patient(t), patient(t), patient(t), patient(t)
	full.space = func(string) (uint64, uint64, error) { return 10 << 20, 1000, nil }
	crowded.space = func(string) (uint64, uint64, error) { return 100 << 30, 0, nil }
	little.space = func(string) (uint64, uint64, error) { return 1 << 30, 1000, nil }
	unknown.space = func(string) (uint64, uint64, error) { return 0, 0, errors.New("stale file handle") }
	late, dark := patient(t), patient(t)
	late.clock = func() (bool, error) { return false, nil }
	dark.clock = func() (bool, error) { return false, errors.New("not permitted") }
	noFolder := patient(t)
	noFolder.cfg.DataDir = junk(t, "record", "a file")
	nowhere := patient(t)
	nowhere.cfg.DataDir = filepath.Join(junk(t, "record", "a file"), "deeper")
	told, closed, gone := patient(t), patient(t), patient(t)
	told.app.environ = []string{"LIVEKIT_API_SECRET_FILE=" + junk(t, "open", "s3cret")}
	if err := os.Chmod(strings.TrimPrefix(told.app.environ[0], "LIVEKIT_API_SECRET_FILE="), 0o644); err != nil {
		t.Fatal(err)
	}
	closed.app.environ = []string{"EARSHOT_TOKEN_FILE=" + junk(t, "closed", "s3cret")}
	gone.app.environ = []string{"EARSHOT_TOKEN_FILE=/none"}
	many := patient(t, "EARSHOT_ICE_SERVERS=stun:127.0.0.1:1")

	for _, tt := range []struct {
		check string
		d     *doctor
		state health
		text  string // part of what is said
		do    string // part of the advice
	}{
		{"model", patient(t), healthNote, "practice model", "model pull"},
		{"model", patient(t, "EARSHOT_MODEL=/none/ggml-tiny.bin"), healthBad, "does not exist", "model pull"},
		{"model", patient(t, "EARSHOT_MODEL="+junk(t, "ggml.bin", "no model at all")), healthBad, "", "model"},
		{"decoder", patient(t, "EARSHOT_MODEL=/none/ggml-tiny.bin"), healthNote, "not tried", ""},
		{"decoder", patient(t), healthOK, "loads the model", ""},
		{"ggml", patient(t), healthOK, "CPU", ""},
		{"libopus", patient(t), healthOK, "a tone comes back", ""},
		{"voice detection", patient(t), healthNote, "by the sound's energy", "model pull"},
		{"voice detection", patient(t, "EARSHOT_VAD_MODEL="+junk(t, "vad.bin", "none")), healthBad, "", ""},
		{"rules", patient(t, "EARSHOT_RULES="+junk(t, "bad.yaml", "rules: nonsense\n")), healthBad, "bad.yaml", ""},
		{"rules", patient(t), healthOK, "open-mic@", ""},
		{"data folder", patient(t), healthOK, "will be made", ""},
		{"data folder", noFolder, healthBad, "is no folder", "data_dir"},
		{"data folder", nowhere, healthBad, "not a directory", "sudo -u earshot"},
		{"record", patient(t), healthOK, "none yet", ""},
		{"disk", patient(t), healthOK, "100 GB free", ""},
		{"disk", full, healthBad, "10 MB free", "make room"},
		{"disk", crowded, healthBad, "inodes", "make room"},
		{"disk", little, healthNote, "1024 MB free", "spool_mb"},
		{"disk", unknown, healthBad, "stale", "make room"},
		{"clock", late, healthNote, "nothing keeps", "timedatectl"},
		{"clock", dark, healthNote, "not permitted", "timedatectl"},
		{"page", patient(t), healthOK, "is free", ""},
		{"page", patient(t, "EARSHOT_LISTEN="+taken.Addr().String()), healthBad, "in use", "another program"},
		{"page", patient(t, "EARSHOT_LISTEN=0.0.0.0:0", "EARSHOT_ACCESS=open"), healthNote, "reads everything", "access: required"},
		{"udp ports", patient(t, fmt.Sprintf("EARSHOT_LOUNGE_UDP_PORT=%d", first)), healthBad, "in use", "udp_port"},
		{"udp ports", patient(t, fmt.Sprintf("EARSHOT_ICE_PORTS=%d-%d", first, first+9)), healthBad, "none of", "ice.ports"},
		{"ice", patient(t), healthOK, "no servers are set", ""},
		{"ice", relay, healthBad, "relay_only", "TURN"},
		{"ice", many, healthBad, "stun:127.0.0.1:1", "firewall"},
		{"ice", patient(t, "EARSHOT_ICE_SERVERS=turn:127.0.0.1:1", "EARSHOT_ICE_TURN_USER=bot", "EARSHOT_ICE_TURN_PASSWORD_FILE=/none"), healthBad, "password", ""},
		{"secrets", patient(t), healthOK, "none are in files", ""},
		{"secrets", told, healthBad, "everybody on this machine", "chmod 600"},
		{"secrets", closed, healthOK, "EARSHOT_TOKEN_FILE", ""},
		{"secrets", gone, healthBad, "cannot be read", "first line"},
		{"notices", patient(t), healthOK, "nobody is told", ""},
		{"notices", patient(t, "EARSHOT_NOTICES_TARGETS=/none/targets.yaml"), healthBad, "no such file", "notices.targets"},
		{"language models", patient(t), healthOK, "none", ""},
		{"language models", patient(t, "EARSHOT_SUMMARY_URL=http://127.0.0.1:1/v1", "EARSHOT_SUMMARY_MODEL=x"), healthBad, "summary.url", "start it"},
	} {
		t.Run(tt.check+" "+tt.text, func(t *testing.T) {
			t.Parallel()
			tt.d.expect(t, tt.check, tt.state, tt.text, tt.do)
		})
	}
}

// expect runs one check and holds its last finding against what it should say.
func (d *doctor) expect(t *testing.T, name string, state health, text, do string) {
	t.Helper()
	for _, c := range d.checks() {
		if c.name != name {
			continue
		}
		found := c.look(t.Context())
		for _, f := range found {
			if f.State == state && strings.Contains(f.Text, text) && strings.Contains(f.Do, do) && (state != healthBad || f.Do != "") {
				return
			}
		}
		t.Errorf("%s: found %+v, want %s %q with the advice %q", name, found, state, text, do)
		return
	}
	t.Fatalf("no check %q", name)
}

// occupyUDP takes ports in a row until the test ends and gives the first.
func occupyUDP(t *testing.T, n int) int {
	t.Helper()
	for first := 47000; first < 60000; first += n {
		var all []net.PacketConn
		for port := first; port < first+n; port++ {
			c, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp4", fmt.Sprintf(":%d", port))
			if err != nil {
				break
			}
			all = append(all, c)
		}
		if len(all) == n {
			t.Cleanup(func() {
				for _, c := range all {
					c.Close()
				}
			})
			return first
		}
		for _, c := range all {
			c.Close()
		}
	}
	t.Fatal("no free ports")
	return 0
}

// TestDoctorReadsTheRecord: a damaged, a newer and a foreign database are bad; one that another process writes to too, unless
// it is the service's.
func TestDoctorReadsTheRecord(t *testing.T) {
	t.Parallel()
	d := patient(t)
	if err := writeSample(d.cfg.DataDir); err != nil {
		t.Fatal(err)
	}
	d.expect(t, "record", healthOK, "in order", "")
	d.expect(t, "data folder", healthOK, d.cfg.DataDir, "")
	other, err := sqlite.Open(t.Context(), database(d.cfg))
	if err != nil {
		t.Fatal(err)
	}
	d.expect(t, "record", healthBad, "in use", "stop the other")
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(d.cfg.DataDir, 0o755); err != nil {
		t.Fatal(err)
	}
	d.expect(t, "data folder", healthNote, "open to others", "chmod 700")
	data, err := os.ReadFile(database(d.cfg))
	if err != nil {
		t.Fatal(err)
	}
	copy(data[8192:], strings.Repeat("\xa5", 40960))
	write(t, database(d.cfg), string(data))
	d.expect(t, "record", healthBad, "damaged", "backup")
	write(t, database(d.cfg), "another program's file, long enough to be looked at")
	d.expect(t, "record", healthBad, "not an Earshot database", "data_dir")
}

// TestDoctorVisitsRooms: unreachable servers, wrong clocks and missing secrets are told; in a room of a real server it sees
// what the bot may do.
func TestDoctorVisitsRooms(t *testing.T) {
	t.Parallel()
	wrongClock := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	}))
	t.Cleanup(wrongClock.Close)
	server := lounge.New(lounge.Config{Peer: peer.Config{Loopback: true}, Log: slog.New(slog.DiscardHandler)})
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
		state health
		text  string
	}{
		{"lounge://127.0.0.1:1/lounge", false, healthBad, "does not answer"},
		{"whep+http://" + host(wrongClock) + "/stage", false, healthBad, "apart"},
		{"livekit://" + host(room) + "/open", false, healthBad, "no credentials"},
		{"lounge://" + host(room) + "/lounge", false, healthOK, "--join"},
		{"lounge://" + host(room) + "/lounge", true, healthNote, "the rules may ask for"},
		{"whep+http://" + host(room) + "/none", true, healthBad, "can't join"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			d := patient(t)
			d.app.environ, d.join = nil, tt.join
			d.cfg.Rooms = []configs.Room{{URL: tt.url}}
			d.expect(t, "rooms", tt.state, tt.text, "")
		})
	}
}
