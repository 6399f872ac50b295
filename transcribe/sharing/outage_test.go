package sharing

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/models/store/storetest"
	"earshot/transcribe"
)

// flaky is a spool that holds nothing and may be away.
type flaky struct {
	Spool
	mu    sync.Mutex
	err   error
	asked int
}

func (f *flaky) ask() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	return f.err
}

// fail has every request fail from now on, or none with nil, and returns how many there were before.
func (f *flaky) fail(err error) (asked int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err, asked, f.asked = err, f.asked, 0
	return asked
}

func (f *flaky) ClaimClips(context.Context, models.ClipClaim) ([]models.Clip, error) {
	return nil, f.ask()
}

func (f *flaky) Backlog(context.Context) (models.Backlog, error) { return models.Backlog{}, f.ask() }

func (f *flaky) RenewClips(context.Context, string, time.Duration, []models.Key) error {
	return f.ask()
}

func (f *flaky) ReleaseClips(context.Context, string, []models.Key) error { return nil }

// slowResults has a line of another process, and still has it when it is looked for once more.
type slowResults struct {
	flaky
	line  models.Utterance
	looks int
}

func (*slowResults) ClaimClip(context.Context, models.Key, string, time.Duration) (int, error) {
	return 0, models.ErrConflict
}

func (s *slowResults) Results(context.Context, string) ([]models.Utterance, error) {
	if s.looks++; s.looks > 5 {
		return nil, nil
	}
	return []models.Utterance{s.line}, nil
}

// TestALineIsDeliveredOnce: a line that is still listed after it was delivered is not delivered again: it would be judged twice.
func TestALineIsDeliveredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clip, other := storetest.Clip("s1", 1, 1, []byte("sound")), storetest.Clip("s1", 1, 1, []byte("sound"))
		other.Track = "another, of which no line comes"
		spool, delivered := &slowResults{line: storetest.Line(clip, "words")}, 0
		s := New(Config{
			Spool: spool, Node: "n", Log: slog.New(slog.DiscardHandler),
			Done: func(context.Context, models.Utterance) error { delivered++; return nil },
		})
		text, err := transcribe.New(transcribe.Config{Decoders: []transcribe.Decoder{says{}}, Model: "m", NoteAttempt: s.Note}, s.Deliver)
		storetest.Must(t, err)
		s.Into(text)
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _ = text.Run(ctx) })
		all.Go(func() { _ = s.Run(ctx) })
		for _, c := range []models.Clip{clip, other} {
			c.PCM = make([]float32, 16000)
			text.Submit(c)
		}
		time.Sleep(time.Second)
		cancel()
		all.Wait()
		if spool.looks < 6 || delivered != 1 {
			t.Errorf("delivered %d times; looked for lines %d times", delivered, spool.looks)
		}
	})
}

// TestOutage: a database that is away is asked about once a second, and the log says so once; then all goes on.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		spool := &flaky{err: errors.New("gone")}
		s := New(Config{Spool: spool, Node: "n", Log: slog.New(slog.NewTextHandler(&log, nil))})
		text, err := transcribe.New(transcribe.Config{Decoders: []transcribe.Decoder{says{}}, Model: "m", NoteAttempt: s.Note}, s.Deliver)
		storetest.Must(t, err)
		s.Into(text)
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _ = text.Run(ctx) })
		all.Go(func() { _ = s.Run(ctx) })
		const minute = time.Minute
		time.Sleep(minute)
		if n := spool.fail(nil); n < 50 || n > 80 {
			t.Errorf("asked %d times in a minute while it was away", n)
		}
		time.Sleep(minute)
		if n := spool.fail(errors.New("gone")); n < 1000 {
			t.Errorf("asked %d times in a minute after it was back", n)
		}
		time.Sleep(minute)
		cancel()
		all.Wait()
		if warned := strings.Count(log.String(), "WARN"); warned != 2 {
			t.Errorf("warned %d times of 2 outages", warned)
		}
	})
}
