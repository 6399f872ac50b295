package app

import (
	"context"
	"log/slog"
	"slices"
	"syscall"
	"testing"
	"time"

	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe"
	"earshot/transcribe/fixture/eval"
)

// Fault 16, with everything real: a decoder that hangs is killed after its time limit, twice; then the line is stored as failed and its
// audio is kept. The other decoder keeps working throughout.
func TestFault16DecoderHangsWhilePeopleSpeak(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for two time limits")
	}
	t.Parallel()
	cfg := testConfig(t, t.TempDir())
	cfg.Decoders = 2
	s, err := New(t.Context(), Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Models: speech.Options{Waits: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l, err := web.Listen(t.Context(), cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	all := sentences(t)
	hung := models.Key{Session: "s", Epoch: 1, Track: "hung", Seq: 1}
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		if _, err := s.Store.StartSession(ctx, models.Session{ID: "s", Room: "r", Started: time.Now().UTC()}); err != nil {
			return err
		}
		stopped := readyDecoders(ctx, t, s)
		for pid := range stopped {
			sendTo(t, pid, syscall.SIGSTOP)
		}
		short := all[0]
		// 1 s of speech and 2 s of silence, so that the limit is 12 s: time enough for a busy machine to decode something else in.
		short.PCM = append(slices.Clone(short.PCM[:models.SampleRate]), make([]float32, 2*models.SampleRate)...)
		const limit = 12 * time.Second
		// The clock begins before the clip: a limit that begins with it can only seem longer from here.
		began := time.Now()
		submit(ctx, t, s, hung, short)
		waittest.Holds(ctx, func() bool { return s.text.Stats().Working == 1 })
		// Of two decoders that are suspended, the one without a clip is resumed: it is not killed.
		waittest.Holds(ctx, func() bool { return s.decoders.main.Stats().Hung == 1 })
		first := time.Since(began)
		for pid := range stopped {
			if s.running(pid) {
				sendTo(t, pid, syscall.SIGCONT)
			}
		}
		again := stopNew(ctx, t, s, stopped)
		other := func(i int) { submit(ctx, t, s, models.Key{Session: "s", Epoch: 1, Track: "other", Seq: i + 1}, all[i]) }
		other(0)
		waittest.Holds(ctx, func() bool { return s.text.Stats().Decoded > 0 })
		if !s.running(again) {
			t.Error("the others had to wait for the one that hung")
		}
		for i := range 5 {
			other(i + 1)
		}
		waittest.Holds(ctx, func() bool { return s.text.Stats().Decoded == 6 })
		if err := s.text.Drain(ctx); err != nil {
			return err
		}
		if both := time.Since(began); first < limit || first > time.Minute || both < 2*limit || both > 2*time.Minute {
			t.Errorf("killed after %v, and the second time after %v", first, both)
		}
		return s.Store.EndSession(ctx, "s", models.EndLeft, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range lines(t, s, "s") {
		if failed := u.Key == hung; failed != (u.State == models.UtteranceFailed) || failed != (u.Text == "") {
			t.Errorf("%v is %s, with %d letters", u.Key, u.State, len(u.Text))
		}
	}
	if c, err := s.Store.Clip(t.Context(), hung); err != nil || len(c.Opus) == 0 || len(lines(t, s, "s")) != 7 {
		t.Errorf("the sound of the failed line: %d bytes, %v", len(c.Opus), err)
	}
}

// readyDecoders waits for all decoders and returns their process ids.
func readyDecoders(ctx context.Context, t *testing.T, s *App) map[int]bool {
	t.Helper()
	for _, e := range s.decoders.main.Engines {
		if err := e.(transcribe.Readier).Ready(ctx); err != nil {
			t.Fatal(err)
		}
	}
	pids := map[int]bool{}
	for _, p := range s.decoders.main.Stats().Processes {
		pids[p.PID] = true
	}
	return pids
}

// stopNew waits for a decoder that is not among the old ones, and suspends it as soon as it is ready: the clip that is tried again
// is in it, or on its way there.
func stopNew(ctx context.Context, t *testing.T, s *App, old map[int]bool) (pid int) {
	t.Helper()
	waittest.Holds(ctx, func() bool {
		for _, p := range s.decoders.main.Stats().Processes {
			if !old[p.PID] && p.Ready {
				pid = p.PID
			}
		}
		return pid != 0
	})
	sendTo(t, pid, syscall.SIGSTOP)
	return pid
}

func (a *App) running(pid int) bool {
	for _, p := range a.decoders.main.Stats().Processes {
		if p.PID == pid {
			return true
		}
	}
	return false
}

func submit(ctx context.Context, t *testing.T, s *App, k models.Key, u eval.Sentence) {
	t.Helper()
	clip := models.Clip{
		Key: k, SpeakerName: k.Track, StartMS: int64(k.Seq) * 10_000, EndMS: int64(k.Seq)*10_000 + int64(len(u.PCM))/16, PCM: u.PCM,
		Opus: []byte("kept"),
	}
	session, err := s.Sessions.Session(ctx, k.Session)
	if err == nil {
		err = session.Clip(ctx, clip)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func sendTo(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		t.Error(err)
	}
}
