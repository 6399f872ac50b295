package decoder

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe"
)

// rows keeps what a service made of its clips, and when.
type rows struct {
	mu    sync.Mutex
	lines map[models.Key]models.Utterance
	at    map[models.Key]time.Time
}

func (r *rows) done(_ context.Context, u models.Utterance) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, twice := r.lines[u.Key]; twice {
		return errors.New("stored twice")
	}
	r.lines[u.Key], r.at[u.Key] = u, time.Now()
	return nil
}

// clipOf is short enough for several to fit into a pipe that nobody reads.
func clipOf(track string, seq, what int) models.Clip {
	return models.Clip{Key: models.Key{Session: "s", Epoch: 1, Track: track, Seq: seq}, EndMS: 1000, PCM: act(what, 100*time.Millisecond)}
}

// longClip is sound for which the time limit is eight times as long as for that of clipOf.
func longClip(track string) models.Clip {
	c := clipOf(track, 1, speak)
	c.EndMS, c.PCM = 10_000, act(speak, 10*time.Second)
	return c
}

// newService runs a service on a pool until the test ends.
func newService(t *testing.T, p *Pool, log *slog.Logger) (*transcribe.Service, *rows) {
	t.Helper()
	r := &rows{lines: map[models.Key]models.Utterance{}, at: map[models.Key]time.Time{}}
	s, err := transcribe.New(transcribe.Config{
		Decoders: p.Decoders(), Logger: log,
		Options: func(c models.Clip) transcribe.Options { return transcribe.Options{Prompt: c.Track} },
	}, r.done)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		must(t, <-ended)
	})
	return s, r
}

func drain(t *testing.T, s *transcribe.Service) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waittest.Patience)
	defer cancel()
	if err := s.Drain(ctx); err != nil {
		t.Fatal(err)
	}
}

// stored counts the lines.
func (r *rows) stored() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.lines)
}

// want holds the stored lines against the tracks that fail.
func (r *rows) want(t *testing.T, n int, failed ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) != n {
		t.Errorf("%d lines, want %d", len(r.lines), n)
	}
	for k, u := range r.lines {
		bad := false
		for _, f := range failed {
			bad = bad || f == k.Track
		}
		if bad && (u.State != models.UtteranceFailed || u.Text != "") || !bad && (u.State != models.UtteranceOK || u.Text != k.Track) {
			t.Errorf("%v: %s %q", k, u.State, u.Text)
		}
	}
}

// Fault 16: a decode that hangs is killed at its limit and tried once more; then its line is stored as failed. The same process decodes
// the next clip.
func TestFault16DecoderHangs(t *testing.T) {
	const limit = 2 * time.Second
	p := newPool(t, Config{Patience: limit.Seconds() / 5})
	s, r := newService(t, p, nil)
	began := time.Now()
	s.Submit(clipOf("hung", 1, hang))
	s.Submit(longClip("hung then well"))
	drain(t, s)
	r.want(t, 2, "hung")
	if st := p.Stats(); st.Hung != 2 || st.Crashed != 0 {
		t.Errorf("pool %+v", st)
	}
	if took := r.at[models.Key{Session: "s", Epoch: 1, Track: "hung", Seq: 1}].Sub(began); took < 2*limit {
		t.Errorf("failed after %v, the limit is %v", took, limit)
	}
}

// Fault 16: while a decode hangs, others, in another process, notice nothing: all are heard before its limit is anywhere near.
func TestFault16OthersAreHeardMeanwhile(t *testing.T) {
	p := openPool(t, Config{Processes: 2, Patience: 100})
	end := run(t, p)
	s, r := newService(t, p, nil)
	t.Cleanup(end) // before the service, which would wait for the decode that hangs
	s.Submit(clipOf("hung", 1, hang))
	for seq := range 20 {
		s.Submit(clipOf("other", seq+1, speak))
	}
	waittest.Until(t, "the others to be heard", func() bool { return r.stored() == 20 && s.Stats().Working == 1 })
	r.want(t, 20)
	if st, n := p.Stats(), s.Stats(); st.Restarts != 0 || n.Retried != 0 {
		t.Errorf("pool %+v, service %+v", st, n)
	}
}

// A decode may take 5 s, or 4 times the length of its sound; more with a model that is slow by its size.
func TestTimeLimit(t *testing.T) {
	for _, tt := range []struct {
		patience float64
		sound    int
		want     time.Duration
	}{{0, 0, 5 * time.Second}, {1, 1, 5 * time.Second}, {1, 20, 80 * time.Second}, {16, 1, 80 * time.Second}} {
		if got := openPool(t, Config{Patience: tt.patience}).limit(tt.sound * models.SampleRate); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// A device has longer to become ready than a processor, and a big model longer than a small one.
func TestLoadLimit(t *testing.T) {
	small, device := openPool(t, Config{}), openPool(t, Config{Device: "Vulkan0"})
	if small.loadLimit() != 30*time.Second || device.loadLimit() != 2*time.Minute {
		t.Errorf("%v, on a device %v", small.loadLimit(), device.loadLimit())
	}
}

// Fault 17: whatever way a decoder ends, another takes its place, the clip is tried again, and given up then.
func TestFault17DecoderCrashes(t *testing.T) {
	for name, what := range map[string]int{
		"SIGKILL": crash, "SIGSEGV": segfault, "SIGABRT": abort, "out of memory": overflow, "garbage": garbage, "lies": lie,
		"half an answer": half,
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			p := newPool(t, Config{MemoryBytes: 512 << 20})
			s, r := newService(t, p, slog.New(slog.NewTextHandler(&log, nil)))
			s.Submit(clipOf("first", 1, speak))
			s.Submit(clipOf("poison", 1, what))
			s.Submit(clipOf("next", 1, speak))
			drain(t, s)
			r.want(t, 3, "poison")
			if st, n := p.Stats(), s.Stats(); st.Restarts != 2 || st.Crashed+st.Garbage != 2 || st.Hung != 0 || n.Retried != 1 || n.Failed != 1 {
				t.Errorf("pool %+v, service %+v", st, n)
			}
			if name == "SIGSEGV" && !strings.Contains(log.String(), "fatal error: fault") {
				t.Errorf("it did not end as it should have:\n%s", &log)
			}
			if strings.Contains(log.String(), "somebody said") || name == "SIGABRT" && !strings.Contains(log.String(), "GGML_ASSERT") {
				t.Errorf("the log:\n%s", &log)
			}
		})
	}
}

// Fault 17: kill -9 and a stopped process in the middle of a decode cost the clip one attempt.
func TestFault17KilledDuringADecode(t *testing.T) {
	p := newPool(t, Config{})
	s, r := newService(t, p, nil)
	s.Submit(clipOf("before", 1, speak))
	drain(t, s)
	pid := p.Stats().Processes[0].PID
	stop(t, pid) // so that the decode is still going on when it ends
	s.Submit(clipOf("during", 1, speak))
	waittest.Until(t, "the decode to begin", func() bool { return p.workers[0].inFlight() == 1 })
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	drain(t, s) // before the time limit of the decode, which would count as a hang
	r.want(t, 2)
	if st, n := p.Stats(), s.Stats(); n.Retried != 1 || st.Crashed != 1 || st.Hung != 0 {
		t.Errorf("pool %+v, service %+v", st, n)
	}
}

// stop stops a process with all its threads.
func stop(t *testing.T, pid int) {
	t.Helper()
	must(t, syscall.Kill(pid, syscall.SIGSTOP))
	waittest.Until(t, "the process to stop", func() bool {
		threads, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task/*/stat"))
		must(t, err)
		for _, f := range threads {
			if data, err := os.ReadFile(f); err != nil || !strings.Contains(string(data), ") T ") {
				return false
			}
		}
		return len(threads) > 0
	})
}

// inFlight is how many calls the running process has.
func (w *worker) inFlight() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == nil {
		return 0
	}
	w.running.mu.Lock()
	defer w.running.mu.Unlock()
	return len(w.running.calls)
}

// A clip that takes others down with it is found out: they are tried alone after that, and only it fails.
func TestFault17PoisonInASharedProcess(t *testing.T) {
	p := newPool(t, Config{States: 4})
	s, r := newService(t, p, nil)
	s.Submit(clipOf("before", 1, speak))
	drain(t, s)
	pid := p.Stats().Processes[0].PID
	stop(t, pid)
	for _, track := range []string{"a", "b", "c"} {
		s.Submit(clipOf(track, 1, speak))
	}
	s.Submit(clipOf("poison", 1, crash))
	waittest.Until(t, "all to begin", func() bool { return p.workers[0].inFlight() == 4 })
	must(t, syscall.Kill(pid, syscall.SIGKILL)) // as if the poison had done it
	drain(t, s)
	r.want(t, 5, "poison")
	if st := p.Stats(); st.Crashed != 3 { // together, and twice alone
		t.Errorf("pool %+v", st)
	}
}

// The children of a program that is killed end with it, whatever they are doing.
func TestChildrenEndWithTheParent(t *testing.T) {
	parent := exec.Command(os.Args[0], "-test.run=^TestParent$")
	parent.Env = append(os.Environ(), "PARENT="+t.TempDir())
	out, err := parent.StdoutPipe()
	must(t, err)
	must(t, parent.Start())
	var pid [16]byte
	n, err := out.Read(pid[:])
	must(t, err)
	child, err := strconv.Atoi(strings.TrimSpace(string(pid[:n])))
	must(t, err)
	must(t, syscall.Kill(child, 0))
	must(t, parent.Process.Kill())
	_ = parent.Wait() // it was killed
	waittest.Until(t, "the child to end", func() bool { return ended(child) })
}

// What ends a program in order, such as Ctrl-C in its terminal, does not end its decoders: they are needed to the last.
func TestDecodersIgnoreSignals(t *testing.T) {
	p := newPool(t, Config{})
	e := p.Decoders()[0]
	say(t, e, "before")
	pid := p.Stats().Processes[0].PID
	if group, err := syscall.Getpgid(pid); err != nil || group != pid {
		t.Errorf("process %d is in group %d, with the terminal's: %v", pid, group, err)
	}
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		must(t, syscall.Kill(pid, s))
		say(t, e, "after "+s.String())
	}
	if s := p.Stats(); s.Restarts != 0 {
		t.Errorf("%+v", s)
	}
}

// ended reports whether a process that is not our child is gone, or a zombie that somebody else has to reap.
func ended(pid int) bool {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err != nil || strings.Contains(string(data), ") Z ")
}

// TestParent is the program that TestChildrenEndWithTheParent kills: it has a child that hangs in a decode.
func TestParent(t *testing.T) {
	if os.Getenv("PARENT") == "" {
		t.Skip("only as a process of its own")
	}
	p := newPool(t, Config{})
	e := p.Decoders()[0]
	say(t, e, "ready")
	go func() {
		_, _ = e.Decode(t.Context(), transcribe.Sound{PCM: act(hang, time.Minute/2)}, transcribe.Options{})
	}()
	waittest.Until(t, "the decode to begin", func() bool { return p.workers[0].inFlight() == 1 })
	os.Stdout.WriteString(strconv.Itoa(p.Stats().Processes[0].PID) + "\n")
	select {}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
