package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"earshot/moderation"
)

// watchRules reads the rules again when their files change and on SIGHUP, until the context ends. A set with mistakes
// changes nothing but the log.
func (s *station) watchRules(ctx context.Context) error {
	if s.rules == nil {
		<-ctx.Done()
		return nil
	}
	opts := rulesOptions()
	opts.Mode = s.cfg.Mode
	w := moderation.NewWatcher(opts, s.rules, s.reloaded, s.cfg.Rules...)
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watched := make(chan error, 1)
	go func() { watched <- w.Run(ctx) }()
	for {
		select {
		case <-hangup:
			w.Reload()
		case err := <-watched:
			return err
		}
	}
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
