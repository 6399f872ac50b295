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

// Forgetter is what a Keeper needs from the store.
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

// Keeper applies the retention policy and carries out requested erasures.
type Keeper struct {
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
func (k Keeper) Run(ctx context.Context) error {
	hour, moment := time.NewTicker(sweepEvery), time.NewTicker(eraseEvery)
	defer hour.Stop()
	defer moment.Stop()
	k.failing = map[string]bool{}
	k.Alone.run(ctx, sweepWork, k.sweep)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hour.C:
			k.Alone.run(ctx, sweepWork, k.sweep)
		case <-moment.C:
			k.erase(ctx)
		}
	}
}

func (k Keeper) sweep(ctx context.Context) {
	now := time.Now()
	expired, err := k.Store.ExpireEvidence(ctx, now)
	k.warn(ctx, "expired audio has not been deleted yet", err)
	swept, err := k.Store.Sweep(ctx, now, k.Policy)
	k.warn(ctx, "expired data has not been removed yet", err)
	swept.Clips += expired
	k.warn(ctx, "the files of a session have not been removed yet", RemoveFiles(ctx, k.Store, k.Exports))
	if swept.Utterances+swept.Flags+swept.Sessions > 0 {
		k.Forgotten()
	}
	if !swept.Nothing() {
		k.Log.Info("removed expired data", "clips", swept.Clips, "lines", swept.Utterances, "flags", swept.Flags,
			"gaps", swept.Gaps, "decisions", swept.Decisions, "sessions", swept.Sessions, "invitations", swept.Invitations)
	}
}

func (k Keeper) erase(ctx context.Context) {
	n, err := k.Store.Erasing(ctx)
	k.warn(ctx, "erasures cannot be carried out yet", err)
	k.warn(ctx, "the files of a session have not been removed yet", RemoveFiles(ctx, k.Store, k.Exports))
	if n > 0 {
		k.Forgotten()
	}
	if n > 0 && err == nil {
		k.Log.Info("carried out an erasure request", "erasures", n)
	}
}

// warn logs the first of failures in a row: while a database is away, every attempt fails.
func (k Keeper) warn(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return
	}
	if err != nil && !k.failing[what] {
		k.Log.Warn(what, "err", err) //nolint:sloglint // a constant at every caller
	}
	k.failing[what] = err != nil
}
