package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"earshot/moderation"
)

// watchRules reads the rules again when their files change and on SIGHUP, until the context ends. A set with mistakes
// changes nothing but the log.
func (s *station) watchRules(ctx context.Context) error {
	m := manager{s.log}
	if s.rules == nil {
		m.onHangup(ctx, func() {})
		return nil
	}
	opts := rulesOptions()
	opts.Mode = s.cfg.Mode
	w := moderation.NewWatcher(opts, s.rules, s.reloaded, s.cfg.Rules...)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error { m.onHangup(ctx, w.Reload); return nil })
	return group.Wait()
}

// reloaded takes new rules into every session, or says what is wrong with them.
func (s *station) reloaded(r moderation.Reload) {
	if r.Err != nil {
		s.log.Error("the rules have mistakes; the old ones stay in force", "err", r.Err)
		return
	}
	s.desk.Replace(r.Set)
	s.log.Info("rules reloaded", "rules", r.Set.String(), "change", r.Change.String())
}
