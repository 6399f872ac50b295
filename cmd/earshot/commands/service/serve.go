package service

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/web"
)

func newServeCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Listen in the configured rooms, and in those it is invited to, until stopped",
		Long: `Listens in the rooms of the configuration (rooms) for good, and in rooms it is invited to ("earshot invite URL", or by a
LiveKit server: see livekit.url), with one model, one record and one page for all of them. The lounge is open too.

SIGHUP reads the rules again; a file with mistakes changes nothing. SIGTERM and Ctrl-C leave all rooms and decode for up
to 20 seconds; what is left is decoded at the next start.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(env, cmd) },
	}
	cli.SettingFlag(cmd.Flags(), "model", "model", "ggml model file")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	cli.SettingFlag(cmd.Flags(), "rooms", "rooms", "addresses of rooms, parted by commas")
	return cmd
}

func serve(env *cli.Env, cmd *cobra.Command) error {
	r, err := env.Report(cmd)
	if err != nil {
		return err
	}
	cfg := r.Config
	wanted, err := app.Wanted(cfg)
	if err != nil {
		return cli.BadInput(err)
	}
	keys, err := secrets.OpenKeyring(env.Environ, cfg)
	if err != nil {
		return err
	}
	ctx, log := cmd.Context(), env.Logger(cfg)
	l, err := web.ListenOrInherit(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	s, err := app.OpenStation(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer s.Close()
	s.LastTime = app.ServiceLastTime
	control, err := app.ListenControl(ctx, cfg)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if s.Speech.Notice != "" {
		log.Warn(s.Speech.Notice) //nolint:sloglint // a constant of the practice model
	}
	s.Servers.Keys, s.Version = keys, env.Version
	for _, variable := range keys.Unused(env.Environ) {
		log.Warn("a secret is set that no server is given: the configuration names none that it could be for", "variable", variable)
	}
	if err := s.NameAccess(ctx); err != nil {
		return errors.Join(err, l.Close(), control.Close())
	}
	base := cmp.Or(cfg.Notices.Link, web.PageURL(l, ""))
	s.Inviter = &app.Inviter{Station: s, Base: base, Examine: s.Examines(env.Environ, r), Settings: r.Values}
	s.Inviter.First = func() string { return s.FirstLogin(l, strings.TrimSuffix(s.Inviter.Base, "/")) }
	s.Inviter.Host = func() string { return s.HostLink(strings.TrimSuffix(s.Inviter.Base, "/")) }
	if s.Inviter.First() != "" { // the link itself is a secret, and logs are kept
		log.Warn("nobody can log in yet: \"earshot status --first-login\" prints a link to become the owner")
	}
	if s.Sent, err = s.Dispatch(); err != nil {
		return errors.Join(cli.BadInput(err), l.Close(), control.Close())
	}
	log.Info(
		"serving", "page", web.PageURL(l, "/"), "lounge", web.PageURL(l, "/room/lounge"), "rooms", len(wanted), "model", s.Speech.Name, "rules",
		s.Sessions.RulesName(""),
	)
	return s.Run(ctx, l, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return web.ServeWeb(ctx, control, nil, s.Inviter.Control(), func() {}, log) })
		group.Go(func() error { return s.Fleet.Run(ctx, wanted, s.Sent.Run) })
		group.Go(func() error {
			return web.Manager{Log: log}.Run(ctx, s.Speech.Loaded, func(ctx context.Context) error { return web.Answers(ctx, l.Addr().String()) })
		})
		return group.Wait()
	})
}
