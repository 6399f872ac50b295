package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
)

// countingStore fails every other sweep.
type countingStore struct {
	mu                         sync.Mutex
	sweeps, expiries, erasures int
	policy                     models.RetentionPolicy
}

func (c *countingStore) ExpireEvidence(context.Context, time.Time) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expiries++
	return 1, nil
}

func (c *countingStore) Sweep(_ context.Context, _ time.Time, p models.RetentionPolicy) (models.Swept, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweeps++
	c.policy = p
	if c.sweeps%2 == 0 {
		return models.Swept{}, errors.New("the disk is away")
	}
	return models.Swept{Utterances: 3}, nil
}

func (c *countingStore) StaleFiles(context.Context) ([]string, error)  { return nil, nil }
func (c *countingStore) FilesRemoved(context.Context, string) error    { return nil }
func (c *countingStore) StaleSounds(context.Context) ([]string, error) { return nil, nil }
func (c *countingStore) SoundsRemoved(context.Context, string) error   { return nil }

func (c *countingStore) Erasing(context.Context) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erasures++
	return 0, nil
}

func (c *countingStore) counts() (sweeps, expiries, erasures int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sweeps, c.expiries, c.erasures
}

// A sweep comes at the start and every hour, whatever became of the one before.
func TestKeeperSweepsAtTheStartAndHourly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		store, log := &countingStore{}, &bytes.Buffer{}
		k := keeper{
			store: store, policy: retention(testConfig(t, t.TempDir())), log: slog.New(slog.NewTextHandler(log, nil)),
			forgotten: func() {},
		}
		ended := make(chan error, 1)
		go func() { ended <- k.Run(ctx) }()
		synctest.Wait()
		if sweeps, expiries, _ := store.counts(); sweeps != 1 || expiries != 1 {
			t.Errorf("at the start: %d sweeps, %d expiries", sweeps, expiries)
		}
		time.Sleep(3*time.Hour + time.Minute)
		synctest.Wait()
		if sweeps, expiries, erasures := store.counts(); sweeps != 4 || expiries != 4 || erasures < 5000 {
			t.Errorf("after three hours: %d sweeps, %d expiries, %d looks for erasures", sweeps, expiries, erasures)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if got := strings.Count(log.String(), "the disk is away"); got != 2 {
			t.Errorf("%d failures were told", got)
		}
	})
	if day := 24 * time.Hour; retention(testConfig(
		t, t.TempDir(),
	)).Of(models.Session{Room: "any"}) != (models.Retention{Sound: 14 * day, Words: 30 * day, Flags: 180 * day}) {
		t.Error("the policy is not the configured one")
	}
}

// The command erases also while another Earshot writes to the record: that one does it.
func TestEraseWhileItRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	if err := programtest.WriteSample(dir); err != nil {
		t.Fatal(err)
	}
	s, l := openTestStation(t, dir)
	s.cfg.Retention = configs.Retention{} // the sample is old
	s.cfg.Export = configs.Export{Dir: t.TempDir(), Formats: []string{"txt", "json"}}
	if err := exportFiles(t.Context(), s.cfg.Export, s.Store, "open-mic-1"); err != nil {
		t.Fatal(err)
	}
	theirs := filepath.Join(s.cfg.Export.Dir, "open-mic-1.notes.txt")
	if err := os.WriteFile(theirs, []byte("a host's own file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := programtest.FilesWith(s.cfg.Export.Dir, "coin"); len(found) != 2 || err != nil {
		t.Fatalf("exported: %v, %v", found, err)
	}
	var out string
	err := s.Run(t.Context(), l, func(context.Context) error {
		var code int
		if out, code = programtest.Client(append(os.Environ(), "EARSHOT_DATA_DIR="+dir), "erase", "person", "benjamin", "--yes"); code != 0 {
			t.Errorf("exit code %d", code)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := programtest.FilesWith(dir, "coin"); len(found) > 0 || err != nil || !strings.Contains(out, "erased person b") {
		t.Errorf("the words are in %v (%v): %s", found, err, out)
	}
	if found, err := programtest.FilesWith(s.cfg.Export.Dir, "coin"); len(found) > 0 || err != nil {
		t.Errorf("exported files still hold it: %v, %v", found, err)
	}
	if _, err := os.Stat(theirs); err != nil {
		t.Errorf("a file that is not ours: %v", err)
	}
}
