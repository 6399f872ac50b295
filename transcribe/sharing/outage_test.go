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
