package afterwards

import (
	"context"
	"log/slog"
	"time"

	"earshot/configs"
	"earshot/models"
)

const (
	sweepEvery = time.Hour       // how often the retention policy is applied
	eraseEvery = 2 * time.Second // how often to look for erasures that other processes requested
)

// sweepWork names what one process at a time does.
const sweepWork = "sweep"

// Forgetter is what Retention needs from the store.
type Forgetter interface {
	ExpireEvidence(ctx context.Context, now time.Time) (int, error)
	Sweep(ctx context.Context, now time.Time, policy models.RetentionPolicy) (models.Swept, error)
	Erasing(ctx context.Context) (int, error)
	StaleFiles
}

// StaleFiles is what removing exported files needs from the store.
type StaleFiles interface {
	StaleFiles(ctx context.Context, place string) ([]string, error)
	FilesRemoved(ctx context.Context, session, place string) error
	StaleSounds(ctx context.Context, place string) ([]string, error)
	SoundsRemoved(ctx context.Context, session, place string) error
}

// Alone does a piece of work unless another process with the same database is doing it, and reports whether it did.
type Alone func(ctx context.Context, work string, do func(context.Context)) bool

// run is Alone, also where there is only this process.
func (a Alone) run(ctx context.Context, work string, do func(context.Context)) {
	if a == nil {
		do(ctx)
		return
	}
	a(ctx, work, do)
}

// Retention applies the retention policy and carries out requested erasures.
type Retention struct {
	Store  Forgetter
	Policy models.RetentionPolicy
	// Exports is the folder into which sessions are exported when they end; empty for none.
	Exports string
	Log     *slog.Logger
	// Alone applies the policy unless another process is doing it; nil: there is only this process.
	Alone Alone
	// Forgotten is called after words were removed, so that copies held elsewhere can be dropped.
	Forgotten func()

	failing map[string]bool // what failed when it was last tried
}

// Policy is the configured retention policy, with the periods of every profile.
func Policy(c configs.Config) models.RetentionPolicy {
	out := models.RetentionPolicy{Default: Clocks(c.Retention), Profiles: map[string]models.Retention{}}
	for _, name := range c.ProfileNames() {
		own, _ := c.For(name)
		out.Profiles[name] = Clocks(own.Retention)
	}
	return out
}

// Clocks are the retention periods of one profile.
func Clocks(r configs.Retention) models.Retention {
	return models.Retention{Sound: time.Duration(r.Clips), Words: time.Duration(r.Transcripts), Flags: time.Duration(r.Flags)}
}

// Run applies the policy now and then every hour, and carries out erasures, until the context ends. Whatever fails is tried again.
func (r Retention) Run(ctx context.Context) error {
	hour, moment := time.NewTicker(sweepEvery), time.NewTicker(eraseEvery)
	defer hour.Stop()
	defer moment.Stop()
	r.failing = map[string]bool{}
	r.Alone.run(ctx, sweepWork, r.sweep)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hour.C:
			r.Alone.run(ctx, sweepWork, r.sweep)
		case <-moment.C:
			r.erase(ctx)
		}
	}
}

func (r Retention) sweep(ctx context.Context) {
	now := time.Now()
	expired, err := r.Store.ExpireEvidence(ctx, now)
	r.warn(ctx, "expired audio has not been deleted yet", err)
	swept, err := r.Store.Sweep(ctx, now, r.Policy)
	r.warn(ctx, "expired data has not been removed yet", err)
	swept.Clips += expired
	r.warn(ctx, "the files of a session have not been removed yet", RemoveFiles(ctx, r.Store, r.Exports))
	if swept.Utterances+swept.Flags+swept.Sessions > 0 {
		r.Forgotten()
	}
	if !swept.Nothing() {
		r.Log.Info("removed expired data", "clips", swept.Clips, "lines", swept.Utterances, "flags", swept.Flags,
			"gaps", swept.Gaps, "decisions", swept.Decisions, "sessions", swept.Sessions, "invitations", swept.Invitations)
	}
}

func (r Retention) erase(ctx context.Context) {
	n, err := r.Store.Erasing(ctx)
	r.warn(ctx, "erasures cannot be carried out yet", err)
	r.warn(ctx, "the files of a session have not been removed yet", RemoveFiles(ctx, r.Store, r.Exports))
	if n > 0 {
		r.Forgotten()
	}
	if n > 0 && err == nil {
		r.Log.Info("carried out an erasure request", "erasures", n)
	}
}

// warn logs the first of failures in a row: while a database is away, every attempt fails.
func (r Retention) warn(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return
	}
	if err != nil && !r.failing[what] {
		r.Log.Warn(what, "err", err) //nolint:sloglint // a constant at every caller
	}
	r.failing[what] = err != nil
}
