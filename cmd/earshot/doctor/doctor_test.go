package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/bot/peer"
	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
)

// TestFindings gives the doctor one trouble after another.
func TestFindings(t *testing.T) {
	t.Parallel()
	first := occupyUDP(t, 10)
	on := func(m machine) func(*Config) { return func(c *Config) { c.Machine = m } }
	with := func(o opus) func(*Config) { return func(c *Config) { c.Sound = o } }
	loads := func(s speech) func(*Config) { return func(c *Config) { c.Speech = s } }
	set := func(f func(*configs.Config)) func(*Config) { return func(c *Config) { f(&c.Settings) } }
	jitsi := func(err error, hidden bool) func(*Config) {
		return func(c *Config) {
			c.Settings.Jitsi.URL, c.Settings.Jitsi.Hidden, c.Bridges = "jitsi://meet.example", hidden, speech{err: err}
		}
	}
	file := filepath.Join(t.TempDir(), "record")
	if err := os.WriteFile(file, []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	stun := peer.Config{ICEServers: []peer.ICEServer{{URLs: []string{"stun:127.0.0.1:1"}}}}

	for _, tt := range []struct {
		check  string
		change func(*Config)
		state  State
		text   string // part of what is said
		do     string // part of the advice
	}{
		{"settings", nil, OK, "earshot.yaml", ""},
		{"settings", func(c *Config) { c.File = "" }, Note, "the defaults apply", "config path"},
		{"model", nil, OK, "ggml-base.bin, 148 MB", ""},
		{"decoder", nil, OK, "loads the model in 1 ms", ""},
		{"decoder", loads(speech{loaded: Loaded{Confined: true, Device: "Vulkan0 (Card)"}}), OK, "loads the model onto Vulkan0 (Card) in", ""},
		{"decoder", loads(speech{}), Note, "does not let it give up its rights", "Landlock"},
		{"decoder", loads(speech{err: fmt.Errorf("%w: no file", ErrNotTried)}), Note, "not tried", ""},
		{"decoder", loads(speech{err: errors.New("it ended")}), Bad, "it ended", "model pull"},
		{"ggml", nil, Note, "CPU; with BLAS", "libopenblas"},
		{"libopus", with(opus{samples: 320, loud: 0.4}), OK, "works", ""},
		{"libopus", with(opus{made: errors.New("internal error")}), Bad, "internal error", "reinstall libopus"},
		{"libopus", with(opus{encodes: errors.New("invalid state")}), Bad, "invalid state", "reinstall libopus"},
		{"libopus", with(opus{decodes: errors.New("corrupted stream")}), Bad, "corrupted stream", "reinstall libopus"},
		{"libopus", with(opus{samples: 160, loud: 0.4}), Bad, "160 samples", "reinstall libopus"},
		{"libopus", with(opus{samples: 320}), Bad, "0.00 of full scale", "reinstall libopus"},
		{"voice detection", nil, Bad, "silence for speech", "anew"},
		{"rules", nil, Note, "nothing is flagged", "rules"},
		{"data folder", nil, OK, "will be made", ""},
		{"data folder", set(func(c *configs.Config) { c.DataDir = file }), Bad, "is no folder", "data_dir"},
		{"data folder", set(func(c *configs.Config) { c.DataDir = filepath.Join(file, "deeper") }), Bad, "not a directory", "runuser -u earshot"},
		{"record", nil, OK, "none yet", ""},
		{"disk", nil, OK, "100 GB free", ""},
		{"disk", on(machine{bytes: 10 << 20, files: 1000}), Bad, "10 MB free", "free up space"},
		{"disk", on(machine{bytes: 100 << 30}), Bad, "inodes", "free up space"},
		{"disk", on(machine{bytes: 1 << 30, files: 1000}), Note, "1024 MB free", "spool_mb"},
		{"disk", on(machine{err: errors.New("stale file handle")}), Bad, "stale", "free up space"},
		{"clock", nil, OK, "kept right", ""},
		{"clock", on(machine{}), Note, "not synchronised", "timedatectl"},
		{"clock", on(machine{err: errors.New("not permitted")}), Note, "not permitted", "timedatectl"},
		{"page", nil, OK, "is free", ""},
		{"page", set(func(c *configs.Config) { c.Listen, c.Access = "0.0.0.0:0", "open" }), Note, "reads everything", "access: required"},
		{"udp ports", set(func(c *configs.Config) { c.Lounge.UDPPort = first }), Bad, "in use", "udp_port"},
		{"udp ports", set(func(c *configs.Config) { c.ICE.Ports = fmt.Sprintf("%d-%d", first, first+9) }), Bad, "none of", "ice.ports"},
		{"ice", nil, OK, "no servers are set", ""},
		{"ice", set(func(c *configs.Config) { c.ICE.RelayOnly = true }), Bad, "relay_only", "TURN"},
		{"ice", func(c *Config) { c.Network = way{ice: stun} }, Bad, "stun:127.0.0.1:1", "firewall"},
		{"ice", func(c *Config) { c.Network = way{err: errors.New("the password is gone")} }, Bad, "password", "turn_password_file"},
		{"rooms", nil, OK, "none are configured", ""},
		{"rooms", set(func(c *configs.Config) { c.Rooms = []configs.Room{{URL: "lounge://127.0.0.1:1/x"}} }), Note, "not tried: no rules", ""},
		{"jitsi", nil, OK, "no server", ""},
		{"jitsi", jitsi(nil, false), OK, "jitsi://meet.example: it lets the bot in; its bridges dial /jitsi", ""},
		{"jitsi", jitsi(nil, true), Note, "it lets the bot in", "jitsi.hidden"},
		{"jitsi", jitsi(errors.New("no such domain"), false), Bad, "no such domain", "docs/rooms.md"},
		{"secrets", nil, OK, "none are in files", ""},
		{"language models", nil, OK, "none", ""},
		{"language models", set(func(c *configs.Config) { c.Summary.URL = "http://127.0.0.1:1/v1" }), Bad, "summary.url", "start it"},
	} {
		t.Run(tt.check+" "+tt.text, func(t *testing.T) {
			t.Parallel()
			c := patient(t)
			if tt.change != nil {
				tt.change(&c)
			}
			expect(t, c, tt.check, tt.state, tt.text, tt.do)
		})
	}
}

// TestRunTellsEveryCheck: each finding has the name of its check, in their order, and the bad ones are counted.
func TestRunTellsEveryCheck(t *testing.T) {
	t.Parallel()
	c := patient(t, func(c *Config) { c.Machine = machine{kept: true} })
	var told []Finding
	bad, err := Run(t.Context(), c, func(f Finding) { told = append(told, f) })
	if err != nil {
		t.Fatal(err)
	}
	checks := Checks(c)
	if len(told) != len(checks) {
		t.Fatalf("%d findings of %d checks: %+v", len(told), len(checks), told)
	}
	want := 0
	for i, f := range told {
		if f.Check != checks[i].Name || f.Text == "" {
			t.Errorf("finding %d of %s is %+v", i, checks[i].Name, f)
		}
		if f.State == Bad {
			want++
		}
	}
	if bad != want || bad == 0 {
		t.Errorf("%d are bad, told %d", want, bad)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, c, func(f Finding) { t.Errorf("told %+v after the end", f) }); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
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

// openRecord makes a record that the doctor finds.
func openRecord(t *testing.T, c Config) *sqlite.Store {
	t.Helper()
	if err := os.MkdirAll(c.Settings.DataDir, 0o700); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), c.Database)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func closed(t *testing.T, store *sqlite.Store) {
	t.Helper()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestRecord: a damaged, a newer and a foreign database are bad; one that another process writes to too, unless it is the
// service's.
func TestRecord(t *testing.T) {
	t.Parallel()
	c := patient(t)
	closed(t, openRecord(t, c))
	expect(t, c, "record", OK, "in order", "")
	expect(t, c, "data folder", OK, c.Settings.DataDir, "")
	other := openRecord(t, c)
	expect(t, c, "record", Bad, "in use", "stop the other")
	closed(t, other)
	if err := os.Chmod(c.Settings.DataDir, 0o755); err != nil {
		t.Fatal(err)
	}
	expect(t, c, "data folder", Note, "open to others", "chmod 700")
	data, err := os.ReadFile(c.Database)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[8192:], strings.Repeat("\xa5", 40960))
	for text, want := range map[string]struct{ text, do string }{
		string(data): {"damaged", "backup"},
		"another program's file, long enough to be looked at": {"not an Earshot database", "data_dir"},
	} {
		if err := os.WriteFile(c.Database, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		expect(t, c, "record", Bad, want.text, want.do)
	}
}

// TestNoticesToATargetThatIsGone: who answered 410 is told nothing any more, and nobody but the doctor says so in time.
func TestNoticesToATargetThatIsGone(t *testing.T) {
	t.Parallel()
	c := patient(t)
	expect(t, c, "notices", OK, "1 target", "")
	store := openRecord(t, c)
	err := store.SetNoticeTargets(t.Context(), []models.NoticeTarget{{Name: "hosts"}})
	if err == nil {
		err = store.DisableTarget(t.Context(), "hosts", "it answered 410: it accepts no more notifications")
	}
	if err != nil {
		t.Fatal(err)
	}
	closed(t, store)
	expect(t, c, "notices", Bad, "hosts no longer accepts notifications: it answered 410", "notify test hosts")
}
