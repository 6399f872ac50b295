package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/web"
	"earshot/models"
	"earshot/moderation/engine/reload"
	"earshot/moderation/live"
	"earshot/moderation/review/events"
)

// rulesWatcher keeps the rules of every profile as their files are.
type rulesWatcher struct {
	profiles Profiles
	sessions *live.Sessions
	hub      *events.Hub
	practice bool // see decoders.practice
	log      *slog.Logger
}

// Run reads the rules of every profile again when their files change and on SIGHUP, until the context ends. A set
// with mistakes changes nothing: the log, the metrics and the health page say so.
func (w rulesWatcher) Run(ctx context.Context) error {
	if own := w.profiles[""]; own != nil { // it is watched before there is a file in it
		if err := os.MkdirAll(filepath.Dir(ownRules(own.cfg, "")), 0o750); err != nil {
			w.log.Warn("the folder for rules made on the pages cannot be made", "err", err)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	var watchers []*reload.Watcher
	for _, p := range w.profiles {
		set := p.set()
		if set == nil {
			continue
		}
		files := reload.NewWatcher(rulesOptionsOf(p.cfg, p.name), set, func(r reload.Result) { w.reloaded(p, r) }, p.cfg.Rules...)
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
		log.Error("the rules have errors; the previous ones stay in effect", "err", r.Err)
		return
	}
	if r.Err != nil {
		log.Warn("changes to some rule files will not be noticed automatically; send SIGHUP to reload them", "err", r.Err)
	}
	if r.Set == p.set() { // as before
		return
	}
	p.mu.Lock()
	p.rules = r.Set
	p.mu.Unlock()
	if err := p.speak(w.practice); err != nil { // the languages were read before: it cannot fail
		log.Error("the vocabulary could not be given to the model", "err", err)
	}
	w.sessions.Replace(p.name, r.Set)
	w.hub.Publish(models.Event{Rules: &models.RulesChange{
		Profile: p.name, Set: r.Set.String(), Added: r.Change.Added, Removed: r.Change.Removed, Changed: r.Change.Changed,
	}})
	log.Info("rules reloaded", "rules", r.Set.String(), "change", r.Change.String())
}
