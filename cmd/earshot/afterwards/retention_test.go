package afterwards

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

	"earshot/configs"
	"earshot/models"
)

// countingStore fails every other sweep.
type countingStore struct {
	mu                         sync.Mutex
	sweeps, expiries, erasures int
	policy                     models.RetentionPolicy
	away                       bool
}

func (c *countingStore) setAway(away bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.away = away
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

func (c *countingStore) StaleFiles(context.Context, string) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away {
		return nil, errors.New("the database is away")
	}
	return nil, nil
}

func (c *countingStore) FilesRemoved(context.Context, string, string) error    { return nil }
func (c *countingStore) StaleSounds(context.Context, string) ([]string, error) { return nil, nil }
func (c *countingStore) SoundsRemoved(context.Context, string, string) error   { return nil }

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
func TestRetentionSweepsAtTheStartAndHourly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		store, log := &countingStore{}, &bytes.Buffer{}
		k := Retention{Store: store, Log: slog.New(slog.NewTextHandler(log, nil)), Forgotten: func() {}}
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
}

// TestPolicyIsTheConfiguredOne holds the policy to the shipped settings.
func TestPolicyIsTheConfiguredOne(t *testing.T) {
	cfg, err := configs.Load(configs.Options{Environ: []string{"EARSHOT_DATA_DIR=" + t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	if got := Policy(cfg).Of(models.Session{Room: "any"}); got != (models.Retention{Sound: 14 * day, Words: 30 * day, Flags: 180 * day}) {
		t.Errorf("what is kept: %+v", got)
	}
}

// TestRetentionLogsAFailureOnce: a database that is away for an hour is a line in the log, not 1800.
func TestRetentionLogsAFailureOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		store, log := &countingStore{}, &bytes.Buffer{}
		k := Retention{Store: store, Log: slog.New(slog.NewTextHandler(log, nil)), Forgotten: func() {}}
		ended := make(chan error, 1)
		go func() { ended <- k.Run(ctx) }()
		for range 2 {
			store.setAway(true)
			time.Sleep(10 * time.Minute)
			store.setAway(false)
			time.Sleep(10 * time.Minute)
		}
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if n := strings.Count(log.String(), "the database is away"); n != 2 {
			t.Errorf("%d lines for two outages:\n%s", n, log)
		}
	})
}
