package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
	"earshot/transcribe/whisper"
)

// openTestSpeech runs decoders of the practice model until the test ends.
func openTestSpeech(t testing.TB, slots int) *speech.Model {
	t.Helper()
	s, err := speech.Open(configs.Config{DataDir: t.TempDir(), Decoders: slots}, slog.New(slog.DiscardHandler), speech.Options{})
	if err != nil {
		t.Fatal(err)
	}
	runDecoders(t, s.Run, s.Close)
	return s
}

// runDecoders runs decoders until the test ends, and closes them.
func runDecoders(t testing.TB, run func(context.Context) error, closes func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, closes()); err != nil {
			t.Error(err)
		}
	})
}

// practiceEngine is the practice model, loaded in this process until the test ends.
func practiceEngine(t testing.TB) *whisper.State {
	t.Helper()
	path, err := fixture.Path(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	model, err := whisper.Load(path, whisper.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { model.Close() })
	state, err := model.NewState()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { state.Close() })
	return state
}

// sentences are the recorded sentences that the practice model was not trained on.
func sentences(t testing.TB) []eval.Sentence {
	t.Helper()
	all, err := eval.Sentences()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The results of a decoder process are identical to those of libwhisper in this process, although the decoder can no longer open
// files.
func TestDecodersHearTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	s := openTestSpeech(t, 2)
	state := practiceEngine(t)
	all := sentences(t)
	here, there := make([]transcribe.Result, len(all)), make([]transcribe.Result, len(all))
	for i, u := range all {
		var err error
		if here[i], err = state.Decode(t.Context(), transcribe.Sound{PCM: u.PCM}, transcribe.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	var group errgroup.Group
	for slot, e := range s.Engines {
		group.Go(func() (err error) {
			for i := slot; i < len(all) && err == nil; i += len(s.Engines) {
				there[i], err = e.Decode(t.Context(), transcribe.Sound{PCM: all[i].PCM}, transcribe.Options{})
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(here, there); d != "" {
		t.Errorf("-here +there:\n%s", d)
	}
}

// Fault 17, with everything real: decoders that are killed again and again during decodes cost attempts but no words; every line is
// stored once.
func TestFault17DecoderKilledWhilePeopleSpeak(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	s, l := openTestApp(t, t.TempDir())
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		session, err := s.Store.StartSession(ctx, models.Session{ID: "s", Room: "r", Started: time.Now().UTC()})
		if err != nil {
			return err
		}
		running, err := s.Sessions.Begin(ctx, session)
		if err != nil {
			return err
		}
		all, said, clips := sentences(t), "", 0
		more := func() { // so that there is always something to decode
			for ; s.text.Stats().Queued < 4; clips++ {
				u := all[clips%len(all)]
				said += u.Text + " "
				clip := models.Clip{
					Key: models.Key{Session: "s", Epoch: session.Epoch, Track: "t", Seq: clips + 1}, SpeakerName: "Ana",
					StartMS: int64(clips) * 10_000, EndMS: int64(clips)*10_000 + int64(len(u.PCM))/16, PCM: u.PCM, Opus: []byte("kept"),
				}
				if err := running.Clip(ctx, clip); err != nil {
					t.Fatal(err)
				}
			}
		}
		for kills := uint64(1); kills <= 4; kills++ {
			killDecoder(ctx, t, s, kills, more)
		}
		if err := s.text.Drain(ctx); err != nil {
			return err
		}
		us := lines(t, s, "s")
		if errs, n, heard := wordErrors(us, "Ana", said); len(us) != clips || errs > n/10 {
			t.Errorf("%d lines of %d, heard %q", len(us), clips, heard)
		}
		if st := s.text.Stats(); st.Failed != 0 || st.Retried == 0 || s.decoders.main.Stats().Restarts != 4 {
			t.Errorf("service %+v, pool %+v", st, s.decoders.main.Stats())
		}
		return s.Store.EndSession(ctx, "s", models.EndLeft, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// killDecoder kills the only decoder after another line was stored, that is, during the next decode, and waits for a new one to be
// ready. more submits clips when there are few.
func killDecoder(ctx context.Context, t *testing.T, s *App, kills uint64, more func()) {
	t.Helper()
	done := s.text.Stats().Decoded
	waittest.Holds(ctx, func() bool { more(); return s.text.Stats().Decoded >= done+2 })
	intoDecode(ctx, t, s.decoders.main.Stats().Processes[0].PID, 1, func() bool { more(); return false })
	killed := time.Now()
	for _, p := range s.decoders.main.Stats().Processes {
		if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	}
	waittest.Holds(ctx, func() bool { return s.decoders.main.Stats().Restarts >= kills })
	if err := s.decoders.main.Engines[0].(transcribe.Readier).Ready(ctx); err != nil {
		t.Error(err)
	}
	t.Logf("another decoder was ready after %v", time.Since(killed)) // 2 s is the aim; a busy machine takes longer
}

// intoDecode waits until a decoder with work has used some ticks of CPU time: it is in the middle of a decode, however slow this machine
// is. It waits no longer when the work is over.
func intoDecode(ctx context.Context, t *testing.T, pid, ticks int, over func() bool) {
	t.Helper()
	began := cpuTicks(t, pid)
	waittest.Holds(ctx, func() bool { return cpuTicks(t, pid) >= began+ticks || over() })
}

// cpuTicks is the CPU time of a process in hundredths of a second, as the kernel reports it (proc(5): utime and stime).
func cpuTicks(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(stat))
	if err != nil || len(fields) < 15 {
		t.Fatalf("no CPU time of process %d: %v", pid, err)
	}
	user, err := strconv.Atoi(fields[13])
	system, errS := strconv.Atoi(fields[14])
	if err := errors.Join(err, errS); err != nil {
		t.Fatal(err)
	}
	return user + system
}

// Fault 18: a file that is not a model, or not the one that its name claims, is refused at once, with advice, before any process
// opens it; the exit code is 2.
func TestFault18ModelFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	if _, err := programtest.Path(); err != nil { // it is built before anything is timed
		t.Fatal(err)
	}
	good, err := os.ReadFile(must(speech.ModelPath(configs.Config{})))
	if err != nil {
		t.Fatal(err)
	}
	badDims := slices.Clone(good)
	at := bytes.Index(badDims, []byte("encoder.positional_embedding")) - 20 // two dimensions, then the name
	if binary.LittleEndian.Uint32(badDims[at:]) != 2 {
		t.Fatal("the first weight is not where it should be")
	}
	binary.LittleEndian.PutUint32(badDims[at:], 20)
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		data []byte
		make func(path string) error
		want string
	}{
		"empty.bin":        {data: []byte{}, want: "is empty"},
		"eight-bytes.bin":  {data: good[:8], want: "cut short"},
		"truncated.bin":    {data: good[:len(good)/2], want: "cut short"},
		"twenty-dims.bin":  {data: badDims, want: "not a Whisper model"},
		"ggml-tiny.en.bin": {data: good, want: "not the model that its name says"},
		"fifo.bin":         {make: func(p string) error { return syscall.Mkfifo(p, 0o600) }, want: "not a regular file"},
		"sparse.bin": {data: good, make: func(p string) error {
			return errors.Join(os.WriteFile(p, good, 0o600), os.Truncate(p, 100<<30))
		}, want: "not a Whisper model"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if tt.make == nil {
				tt.make = func(p string) error { return os.WriteFile(p, tt.data, 0o600) }
			}
			if err := tt.make(path); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			told, code := programtest.Client(
				append(os.Environ(), "HOME="+dir), "transcribe", "../../../transcribe/fixture/eval/00.wav", "--model", path,
			)
			if code != 2 || !strings.Contains(told, tt.want) || !strings.Contains(told, name) {
				t.Errorf("exit code %d, %s", code, told)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}
