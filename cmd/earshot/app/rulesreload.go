package app

import (
	"context"

	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/web"
	"earshot/moderation/engine/reload"
)

// watchRules reads the rules of every profile again when their files change and on SIGHUP, until the context ends. A set
// with mistakes changes nothing: the log, the metrics and the health page say so.
func (s *Station) watchRules(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	var watchers []*reload.Watcher
	for _, p := range s.profiles {
		set := p.set()
		if set == nil {
			continue
		}
		w := reload.NewWatcher(rulesOptionsOf(p.cfg), set, func(r reload.Result) { s.reloaded(p, r) }, p.cfg.Rules...)
		watchers = append(watchers, w)
		group.Go(func() error { return w.Run(ctx) })
	}
	group.Go(func() error {
		web.Manager{Log: s.Log}.OnHangup(ctx, func() {
			for _, w := range watchers {
				w.Reload()
			}
		})
		return nil
	})
	return group.Wait()
}

// reloaded takes new rules of a profile into every session, or says what is wrong with them.
func (s *Station) reloaded(p *profile, r reload.Result) {
	log := s.Log
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
	if err := p.speak(s.Speech.Notice != ""); err != nil { // the languages were read before: it cannot fail
		log.Error("the vocabulary cannot be told to the model", "err", err)
	}
	s.Sessions.Replace(p.name, r.Set)
	log.Info("rules reloaded", "rules", r.Set.String(), "change", r.Change.String())
}
