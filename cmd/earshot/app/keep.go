package app

import (
	"context"
	"log/slog"
	"time"

	"earshot/models"
)

const (
	sweepEvery = time.Hour       // how often the record is swept
	eraseEvery = 2 * time.Second // how often erasures are looked for that another process asked for
)

// forgetter is what a keeper needs of the store.
type forgetter interface {
	ExpireEvidence(ctx context.Context, now time.Time) (int, error)
	Sweep(ctx context.Context, now time.Time, policy models.RetentionPolicy) (models.Swept, error)
	Erasing(ctx context.Context) (int, error)
	staleFiles
}

// staleFiles is what removing exported files needs of the store.
type staleFiles interface {
	StaleFiles(ctx context.Context) ([]string, error)
	FilesRemoved(ctx context.Context, session string) error
	StaleSounds(ctx context.Context) ([]string, error)
	SoundsRemoved(ctx context.Context, session string) error
}

// keeper sees to it that what is old goes, and that what somebody wants erased is erased.
type keeper struct {
	store  forgetter
	policy models.RetentionPolicy
	// exports is the folder into which sessions are exported at their end; empty: none.
	exports string
	log     *slog.Logger
	// forgotten is called when words were removed: what is held of them elsewhere is to go too.
	forgotten func()
}

// Run sweeps now and then every hour, and carries out erasures, until the context ends. What fails is tried again.
func (k keeper) Run(ctx context.Context) error {
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

func (k keeper) sweep(ctx context.Context) {
	now := time.Now()
	expired, err := k.store.ExpireEvidence(ctx, now)
	k.warn(ctx, "sound whose time is over is not deleted yet", err)
	swept, err := k.store.Sweep(ctx, now, k.policy)
	k.warn(ctx, "what is too old is not removed yet", err)
	swept.Clips += expired
	k.warn(ctx, "the files of a session are not removed yet", RemoveFiles(ctx, k.store, k.exports))
	if swept.Utterances+swept.Flags+swept.Sessions > 0 {
		k.forgotten()
	}
	if !swept.Nothing() {
		k.log.Info("removed what was too old", "clips", swept.Clips, "lines", swept.Utterances, "flags", swept.Flags,
			"gaps", swept.Gaps, "decisions", swept.Decisions, "sessions", swept.Sessions, "invitations", swept.Invitations)
	}
}

func (k keeper) erase(ctx context.Context) {
	n, err := k.store.Erasing(ctx)
	k.warn(ctx, "an erasure is not finished yet", err)
	k.warn(ctx, "the files of a session are not removed yet", RemoveFiles(ctx, k.store, k.exports))
	if n > 0 {
		k.forgotten()
	}
	if n > 0 && err == nil {
		k.log.Info("erased what was asked for", "erasures", n)
	}
}

func (k keeper) warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		k.log.Warn(what, "err", err) //nolint:sloglint // a constant at every caller
	}
}
