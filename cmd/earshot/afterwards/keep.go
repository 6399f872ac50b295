package afterwards

import (
	"context"
	"log/slog"
	"time"

	"earshot/configs"
	"earshot/models"
)

const (
	sweepEvery = time.Hour       // how often the record is swept
	eraseEvery = 2 * time.Second // how often erasures are looked for that another process asked for
)

// Forgetter is what a Keeper needs of the store.
type Forgetter interface {
	ExpireEvidence(ctx context.Context, now time.Time) (int, error)
	Sweep(ctx context.Context, now time.Time, policy models.RetentionPolicy) (models.Swept, error)
	Erasing(ctx context.Context) (int, error)
	StaleFiles
}

// StaleFiles is what removing exported files needs of the store.
type StaleFiles interface {
	StaleFiles(ctx context.Context) ([]string, error)
	FilesRemoved(ctx context.Context, session string) error
	StaleSounds(ctx context.Context) ([]string, error)
	SoundsRemoved(ctx context.Context, session string) error
}

// Keeper sees to it that what is old goes, and that what somebody wants erased is erased.
type Keeper struct {
	Store  Forgetter
	Policy models.RetentionPolicy
	// Exports is the folder into which sessions are exported at their end; empty: none.
	Exports string
	Log     *slog.Logger
	// Forgotten is called when words were removed: what is held of them elsewhere is to go too.
	Forgotten func()
}

// Policy is the configured policy, with the clocks of every profile.
func Policy(c configs.Config) models.RetentionPolicy {
	out := models.RetentionPolicy{Default: Clocks(c.Retention), Profiles: map[string]models.Retention{}}
	for _, name := range c.ProfileNames() {
		own, _ := c.For(name)
		out.Profiles[name] = Clocks(own.Retention)
	}
	return out
}

// Clocks are how long what is kept lasts.
func Clocks(r configs.Retention) models.Retention {
	return models.Retention{Sound: time.Duration(r.Clips), Words: time.Duration(r.Transcripts), Flags: time.Duration(r.Flags)}
}

// Run sweeps now and then every hour, and carries out erasures, until the context ends. What fails is tried again.
func (k Keeper) Run(ctx context.Context) error {
	hour, moment := time.NewTicker(sweepEvery), time.NewTicker(eraseEvery)
	defer hour.Stop()
	defer moment.Stop()
	k.sweep(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hour.C:
			k.sweep(ctx)
		case <-moment.C:
			k.erase(ctx)
		}
	}
}

func (k Keeper) sweep(ctx context.Context) {
	now := time.Now()
	expired, err := k.Store.ExpireEvidence(ctx, now)
	k.warn(ctx, "sound whose time is over is not deleted yet", err)
	swept, err := k.Store.Sweep(ctx, now, k.Policy)
	k.warn(ctx, "what is too old is not removed yet", err)
	swept.Clips += expired
	k.warn(ctx, "the files of a session are not removed yet", RemoveFiles(ctx, k.Store, k.Exports))
	if swept.Utterances+swept.Flags+swept.Sessions > 0 {
		k.Forgotten()
	}
	if !swept.Nothing() {
		k.Log.Info("removed what was too old", "clips", swept.Clips, "lines", swept.Utterances, "flags", swept.Flags,
			"gaps", swept.Gaps, "decisions", swept.Decisions, "sessions", swept.Sessions, "invitations", swept.Invitations)
	}
}

func (k Keeper) erase(ctx context.Context) {
	n, err := k.Store.Erasing(ctx)
	k.warn(ctx, "an erasure is not finished yet", err)
	k.warn(ctx, "the files of a session are not removed yet", RemoveFiles(ctx, k.Store, k.Exports))
	if n > 0 {
		k.Forgotten()
	}
	if n > 0 && err == nil {
		k.Log.Info("erased what was asked for", "erasures", n)
	}
}

func (k Keeper) warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		k.Log.Warn(what, "err", err) //nolint:sloglint // a constant at every caller
	}
}
