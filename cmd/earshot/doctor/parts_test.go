package doctor

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/bot/peer"
	"earshot/configs"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// speech is a model that loads as a test wants.
type speech struct {
	loaded Loaded
	err    error
}

func (speech) Model() (Model, error)                     { return Model{Path: "ggml-base.bin", Bytes: 148 << 20}, nil }
func (s speech) Load(context.Context) (Loaded, error)    { return s.loaded, s.err }
func (speech) Backends() ([]string, error)               { return []string{"CPU"}, nil }
func (speech) Rules() ([]string, error)                  { return nil, nil }
func (speech) Targets() (int, error)                     { return 1, nil }
func (speech) Secret(string) error                       { return nil }
func (speech) Serving(context.Context) bool              { return false }
func (speech) Differs(context.Context) ([]string, error) { return nil, nil }
func (speech) Examine(context.Context, string, bool) ([]Finding, error) {
	return nil, errors.New("nobody is there")
}
func (speech) Detector() (Detector, string, error)  { return talker{}, "silero.bin", nil }
func (speech) Codec() (Codec, error)                { return opus{}, nil }
func (speech) Space(string) (uint64, uint64, error) { return 100 << 30, 1 << 20, nil }
func (speech) ClockKept() (bool, error)             { return true, nil }
func (speech) ICE() (peer.Config, error)            { return peer.Config{}, nil }
func (speech) Rooms(peer.Config) (Rooms, error)     { return nil, errors.New("no rules") }
func (s speech) Jitsi(context.Context) (string, error) {
	return "it lets the bot in", s.err
}

func (speech) Listen(ctx context.Context, address string) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(ctx, "tcp", address)
}

// talker takes everything for speech.
type talker struct{}

func (talker) Speech([]float32) float32 { return 1 }
func (talker) Close() error             { return nil }

// opus is a codec that can be broken: what it decodes has this many samples, as loud as this.
type opus struct {
	made, encodes, decodes error
	samples                int
	loud                   float32
}

func (o opus) Codec() (Codec, error)             { return o, o.made }
func (opus) Detector() (Detector, string, error) { return nil, "", nil }
func (o opus) Encode([]float32) ([]byte, error)  { return []byte{0xf8}, o.encodes }
func (o opus) Decode(_ []byte, out []float32) (int, error) {
	out[0] = o.loud
	return o.samples, o.decodes
}

// machine is a computer in a state of a test's choice.
type machine struct {
	bytes, files uint64
	kept         bool
	err          error
}

func (m machine) Space(string) (bytes, files uint64, err error) { return m.bytes, m.files, m.err }
func (m machine) ClockKept() (bool, error)                      { return m.kept, m.err }

// way is a network with this configuration.
type way struct {
	ice peer.Config
	err error
}

func (w way) ICE() (peer.Config, error)      { return w.ice, w.err }
func (way) Rooms(peer.Config) (Rooms, error) { return nil, errors.New("no rules") }
func (way) Listen(context.Context, string) (net.Listener, error) {
	return nil, errors.New("no network")
}

// records opens real ones.
// records is the one at the path.
type records string

func (r records) Read(ctx context.Context) (store.Store, error) {
	db, err := sqlite.OpenReadOnly(ctx, string(r))
	if err != nil {
		return nil, err
	}
	return db, nil
}

func (r records) Open(ctx context.Context) (store.Store, error) {
	db, err := sqlite.Open(ctx, string(r))
	if err != nil {
		return nil, err
	}
	return db, nil
}

// patient is a shipped configuration, with a change, where all is well.
func patient(t *testing.T, change ...func(*Config)) Config {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "record")
	settings, err := configs.Load(configs.Options{Environ: []string{"EARSHOT_DATA_DIR=" + dir, "EARSHOT_LISTEN=127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	all := speech{loaded: Loaded{Time: time.Millisecond, Confined: true}}
	c := Config{
		Settings: settings, File: "earshot.yaml", Database: filepath.Join(dir, "earshot.db"),
		Speech: all, Sound: all, Files: all, Records: records(filepath.Join(dir, "earshot.db")), Service: all, Network: all, Bridges: all,
		Machine: all,
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

// expect runs one check and holds its findings against what one of them should say.
func expect(t *testing.T, c Config, name string, state State, text, do string) {
	t.Helper()
	for _, check := range Checks(c) {
		if check.Name != name {
			continue
		}
		found := check.Look(t.Context())
		for _, f := range found {
			if f.State == state && strings.Contains(f.Text, text) && strings.Contains(f.Do, do) && (state != Bad || f.Do != "") {
				return
			}
		}
		t.Errorf("%s: found %+v, want %s %q with the advice %q", name, found, state, text, do)
		return
	}
	t.Fatalf("no check %q", name)
}

func TestMetricsAddress(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for at, want := range map[string]State{"": OK, "127.0.0.1:0": OK, "0.0.0.0:0": Note, taken.Addr().String(): Bad} {
		d := &doctor{Config{Network: speech{}, Service: speech{}}}
		d.Settings.Metrics.Listen = at
		if got := d.metrics(t.Context()).State; got != want {
			t.Errorf("%q: %q, want %q", at, got, want)
		}
	}
}
