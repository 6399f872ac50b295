package app

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/web"
	"earshot/moderation/engine/reload"
	"earshot/moderation/live"
)

// rulesWatcher keeps the rules of every profile as their files are.
type rulesWatcher struct {
	profiles Profiles
	sessions *live.Sessions
	practice bool // see decoders.practice
	log      *slog.Logger
}

// Run reads the rules of every profile again when their files change and on SIGHUP, until the context ends. A set
// with mistakes changes nothing: the log, the metrics and the health page say so.
func (w rulesWatcher) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	var watchers []*reload.Watcher
	for _, p := range w.profiles {
		set := p.set()
		if set == nil {
			continue
		}
		files := reload.NewWatcher(rulesOptionsOf(p.cfg), set, func(r reload.Result) { w.reloaded(p, r) }, p.cfg.Rules...)
		watchers = append(watchers, files)
		group.Go(func() error { return files.Run(ctx) })
	}
	group.Go(func() error {
		web.Manager{Log: w.log}.OnHangup(ctx, func() {
			for _, files := range watchers {
				files.Reload()
			}
		})
		return nil
	})
	return group.Wait()
}

// reloaded takes new rules of a profile into every session, or says what is wrong with them.
func (w rulesWatcher) reloaded(p *profile, r reload.Result) {
	log := w.log
	if p.name != "" {
		log = log.With("profile", p.name)
	}
	p.mu.Lock()
	p.broken = r.Err
	p.mu.Unlock()
	if r.Set == nil {
		log.Error("the rules have mistakes; the old ones stay in force", "err", r.Err)
		return
	}
	if r.Err != nil {
		log.Warn("changes of some rule files will not be noticed; earshot reads them on SIGHUP", "err", r.Err)
	}
	if r.Set == p.set() { // as before
		return
	}
	p.mu.Lock()
	p.rules = r.Set
	p.mu.Unlock()
	if err := p.speak(w.practice); err != nil { // the languages were read before: it cannot fail
		log.Error("the vocabulary cannot be told to the model", "err", err)
	}
	w.sessions.Replace(p.name, r.Set)
	log.Info("rules reloaded", "rules", r.Set.String(), "change", r.Change.String())
}
