package decoder

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe"

	"github.com/google/go-cmp/cmp"
)

// newPool runs a pool of actors until the test ends, and sees to it that no process is left. Where the time limit is not what is tested,
// it is long: a busy machine is no mistake of a decoder.
func newPool(t testing.TB, cfg Config) *Pool {
	t.Helper()
	if cfg.Patience == 0 {
		cfg.Patience = 20
	}
	p := openPool(t, cfg)
	t.Cleanup(run(t, p))
	return p
}

// run runs a pool until end is called.
func run(t testing.TB, p *Pool) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		noChildren(t)
	})
}

func openPool(t testing.TB, cfg Config) *Pool {
	t.Helper()
	cfg.Model = filepath.Join(t.TempDir(), "model.bin")
	if err := os.WriteFile(cfg.Model, []byte("the model"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.Processes = max(1, cfg.Processes)
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// noChildren fails when a child of this process is left, also as a zombie.
func noChildren(t testing.TB) {
	t.Helper()
	if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); !errors.Is(err, syscall.ECHILD) {
		t.Errorf("a child is left: %d, %v", pid, err)
	}
}

// say has an engine decode a clip that must succeed.
func say(t testing.TB, e transcribe.Decoder, text string) {
	t.Helper()
	r, err := e.Decode(t.Context(), transcribe.Sound{PCM: act(speak, time.Second)}, transcribe.Options{Prompt: text})
	if err != nil || r.Text != text {
		t.Fatalf("heard %q: %v", r.Text, err)
	}
}

func TestPoolDecodes(t *testing.T) {
	p := newPool(t, Config{Processes: 2, States: 2})
	engines := p.Decoders()
	if len(engines) != 4 {
		t.Fatalf("%d engines", len(engines))
	}
	var wg sync.WaitGroup
	for _, e := range engines {
		wg.Go(func() {
			r, err := e.Decode(t.Context(), transcribe.Sound{PCM: act(speak, 20*time.Second)}, transcribe.Options{Prompt: "Hello there."})
			if err != nil {
				t.Error(err)
			}
			if d := cmp.Diff(spoken, r); d != "" {
				t.Errorf("-sent +received:\n%s", d)
			}
		})
	}
	wg.Wait()
	s := p.Stats()
	if len(s.Processes) != 2 || s.Restarts+s.Crashed+s.Garbage+s.Hung != 0 || s.CPU == 0 {
		t.Errorf("stats %+v", s)
	}
	for _, c := range s.Processes {
		if !c.Ready || c.RSS < 1<<20 {
			t.Errorf("process %+v", c)
		}
	}
}

func TestPoolPassesErrorsOn(t *testing.T) {
	e := newPool(t, Config{}).Decoders()[0]
	_, err := e.Decode(t.Context(), transcribe.Sound{PCM: act(tooLong, time.Second)}, transcribe.Options{})
	if !errors.Is(err, transcribe.ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	if _, err = e.Decode(
		t.Context(), transcribe.Sound{PCM: act(speak, 31*time.Second)}, transcribe.Options{},
	); !errors.Is(err, transcribe.ErrTooLong) {
		t.Errorf("longer than a frame: %v", err)
	}
	if _, err = e.Decode(t.Context(), transcribe.Sound{PCM: act(complain, time.Second)}, transcribe.Options{}); err == nil ||
		err.Error() != "decoder: code -7 [31m" || models.Hint(err) != "try again" {
		t.Errorf("the library's reason: %q, hint %q", err, models.Hint(err))
	}
	if _, err = e.Decode(t.Context(), transcribe.Sound{PCM: nil}, transcribe.Options{Prompt: strings.Repeat("x", maxOptions)}); err == nil {
		t.Error("options that don't fit were sent")
	}
	say(t, e, "still the same process")
}

// A cancelled decode ends soon, and the process goes on; one that does not end takes the process with it.
func TestPoolCancels(t *testing.T) {
	p := newPool(t, Config{})
	e := p.Decoders()[0]
	say(t, e, "first")
	for _, tt := range []struct {
		what     int
		restarts uint64
	}{{wait, 0}, {hang, 1}} {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := e.Decode(ctx, transcribe.Sound{PCM: act(tt.what, time.Minute/2)}, transcribe.Options{})
			ended <- err
		}()
		waittest.Until(t, "the decode to begin", func() bool { return p.workers[0].inFlight() == 1 })
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%d: %v", tt.what, err)
		}
		say(t, e, "next")
		if got := p.Stats(); got.Restarts != tt.restarts || got.Hung != tt.restarts {
			t.Errorf("stats %+v", got)
		}
	}
}

// The noise of a library disturbs nothing, however much there is.
func TestPoolDrainsNoise(t *testing.T) {
	e := newPool(t, Config{}).Decoders()[0]
	if r, err := e.Decode(t.Context(), transcribe.Sound{PCM: act(shout, time.Second)}, transcribe.Options{}); err != nil ||
		r.Text != spoken.Text {
		t.Errorf("%q, %v", r.Text, err)
	}
}

// A decoder can do nothing but decode: no file, no network, no program, no core file, none of the parent's secrets.
func TestDecoderIsConfined(t *testing.T) {
	t.Setenv("EARSHOT_TOKEN", "secret")
	p := newPool(t, Config{})
	r, err := p.Decoders()[0].Decode(t.Context(), transcribe.Sound{PCM: act(pry, time.Second)}, transcribe.Options{})
	if err != nil || r.Text != "" {
		t.Errorf("the decoder could: %s (%v)", r.Text, err)
	}
	if !p.Stats().Processes[0].Confined {
		t.Log("this kernel has no Landlock: only the limits hold")
	}
}

// With a device, which needs descriptors, a decoder can still open no file of others, no connection and no program.
func TestDecoderWithADeviceIsConfined(t *testing.T) {
	t.Setenv("EARSHOT_TOKEN", "secret")
	p := newPool(t, Config{Device: "Vulkan0"})
	r, err := p.Decoders()[0].Decode(t.Context(), transcribe.Sound{PCM: act(pry, time.Second)}, transcribe.Options{})
	if !p.Stats().Processes[0].Confined {
		t.Skip("this kernel has no Landlock")
	}
	if err != nil || r.Text != "" && r.Text != "udp" { // Landlock knows UDP only on the latest kernels
		t.Errorf("the decoder could: %s (%v)", r.Text, err)
	}
}

// A pool that can't begin says why, and its engines end with it.
func TestPoolThatCannotStart(t *testing.T) {
	for role, want := range map[string]string{"no load": "no backend", "crash": "signal: killed", "nothing": "no such file"} {
		t.Run(role, func(t *testing.T) {
			cfg := Config{Env: []string{"ACTOR=" + role}}
			if role == "nothing" {
				cfg.Command = Command{"/nowhere/earshot", []string{"earshot", "decoder"}}
			}
			p := openPool(t, cfg)
			heard := make(chan error)
			go func() { heard <- p.Decoders()[0].(transcribe.Readier).Ready(t.Context()) }()
			err := p.Run(t.Context())
			if err == nil || !strings.Contains(err.Error(), want) || errors.Is(err, ErrLoad) != (role == "no load") {
				t.Errorf("Run: %v", err)
			}
			if role == "no load" && (models.Hint(err) != "install one" || !strings.Contains(err.Error(), "model.bin")) {
				t.Errorf("Run: %v, hint %q", err, models.Hint(err))
			}
			if err := <-heard; !errors.Is(err, transcribe.ErrUnavailable) {
				t.Errorf("Ready: %v", err)
			}
			_, err = p.Decoders()[0].Decode(t.Context(), transcribe.Sound{PCM: act(speak, time.Second)}, transcribe.Options{})
			if !errors.Is(err, transcribe.ErrUnavailable) || !strings.Contains(err.Error(), want) {
				t.Errorf("Transcribe: %v", err)
			}
			noChildren(t)
		})
	}
}

// logged receives the lines of a log.
type logged chan string

func (l logged) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

// A model that takes long to load is in the log while it does: the first time, a GPU's driver may compile for minutes.
func TestLongLoadIsLogged(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	if err := syscall.Mkfifo(gate, 0o600); err != nil {
		t.Fatal(err)
	}
	log := make(logged, 8)
	p := openPool(t, Config{Env: []string{"ACTOR=late", "GATE=" + gate}, Logger: slog.New(slog.NewTextHandler(log, nil))})
	p.longLoad = time.Millisecond
	t.Cleanup(run(t, p))
	if line := <-log; !strings.Contains(line, "the model is still being loaded") {
		t.Errorf("logged: %s", line)
	}
	f, err := os.OpenFile(gate, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	say(t, p.Decoders()[0], "loaded")
	if line := <-log; !strings.Contains(line, "the model is loaded") {
		t.Errorf("logged: %s", line)
	}
}

func TestNewNeedsAModel(t *testing.T) {
	if _, err := New(Config{Processes: 1, Model: filepath.Join(t.TempDir(), "none")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := New(Config{}); err == nil {
		t.Error("a pool without processes")
	}
}

// The model that was checked is the one that a restart loads, whatever lies under its name by then.
func TestRestartLoadsTheSameModel(t *testing.T) {
	p := newPool(t, Config{})
	e := p.Decoders()[0]
	say(t, e, "before")
	if err := os.Remove(p.cfg.Model); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.cfg.Model, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := e.Decode(t.Context(), transcribe.Sound{PCM: act(crash, time.Second)}, transcribe.Options{})
	if !errors.Is(err, ErrDied) {
		t.Error(err)
	}
	say(t, e, "after")
}

func TestPlan(t *testing.T) {
	const mb, gb = 1 << 20, 1 << 30
	for _, tt := range []struct {
		weights, memory           int64
		slots, processes, perEach int
	}{
		{75 * mb, 4 * gb, 2, 2, 1},
		{1500 * mb, 4 * gb, 2, 1, 2},
		{1500 * mb, 64 * gb, 8, 8, 1},
		{3 * gb, 2 * gb, 1, 1, 1},
		{75 * mb, 0, 4, 4, 1},
		{500 * mb, 0, 4, 1, 4},
		{75 * mb, gb, 0, 1, 1},
	} {
		if p, s := Plan(tt.weights, tt.memory, tt.slots); p != tt.processes || s != tt.perEach {
			t.Errorf("%d MB of %d MB, %d slots: %d x %d", tt.weights/mb, tt.memory/mb, tt.slots, p, s)
		}
	}
	if m := Memory(); m < 256*mb || m > 1<<46 {
		t.Errorf("this machine has %d bytes", m)
	}
}
