package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"earshot/bot/room"
	"earshot/configs"
)

func newServeCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Listen in the configured rooms, and in those it is invited to, until stopped",
		Long: `Listens in the rooms of the configuration (rooms) for good, and in rooms it is invited to ("earshot invite URL", or by a
LiveKit server: see livekit.url), with one model, one record and one page for all of them. The lounge is open too.

SIGHUP reads the rules again; a file with mistakes changes nothing. SIGTERM and Ctrl-C leave all rooms and decode for up
to 20 seconds; what is left is decoded at the next start.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	settingFlag(cmd.Flags(), "rooms", "rooms", "addresses of rooms, parted by commas")
	return cmd
}

const (
	// serviceLastTime is how long a service that is stopped waits for summaries. The next start makes those that are missing.
	serviceLastTime = 10 * time.Second
	// closeTime is how long the rest may take: requests of the page, decoders, the database.
	closeTime = 10 * time.Second
	// stopTime is how long a service takes at most to stop when nothing answers: the rooms are left, their ends are stored, what was
	// heard is decoded, and sessions are summed up, with those that are being summed up then. systemd has to give it more.
	stopTime = room.StopTime + drainTime + drainTime + serviceLastTime + 2*afterEnd + closeTime
)

func (a *app) serve(cmd *cobra.Command) error {
	r, err := a.report(cmd)
	if err != nil {
		return err
	}
	cfg := r.Config
	wishes, err := a.wishes(cfg)
	if err != nil {
		return badInput(err)
	}
	keys, err := a.keyring(cfg)
	if err != nil {
		return err
	}
	ctx, log := cmd.Context(), a.logger(cfg)
	l, err := listenOrInherit(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	s, err := openStation(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer s.Close()
	s.lastTime = serviceLastTime
	control, err := listenControl(ctx, cfg)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if s.speech.notice != "" {
		log.Warn(s.speech.notice) //nolint:sloglint // a constant of the practice model
	}
	s.keys = keys
	for _, variable := range keys.unused(a) {
		log.Warn("a secret is set that no server is given: the configuration names none that it could be for", "variable", variable)
	}
	if err := s.nameAccess(ctx); err != nil {
		return errors.Join(err, l.Close(), control.Close())
	}
	v := newService(s)
	s.inviter = &inviter{service: v, base: cmp.Or(cfg.Notices.Link, pageURL(l, "")), examine: v.examines(a, r), settings: r.Values}
	s.inviter.first = func() string { return s.firstLogin(l, strings.TrimSuffix(s.inviter.base, "/")) }
	s.inviter.host = func() string { return s.hostLink(strings.TrimSuffix(s.inviter.base, "/")) }
	if s.inviter.first() != "" { // the link itself is a secret, and logs are kept
		log.Warn("nobody can log in yet: \"earshot status --first-login\" prints a link to become the owner")
	}
	if s.invitations, err = newInvitations(v); err != nil {
		return errors.Join(badInput(err), l.Close(), control.Close())
	}
	log.Info(
		"serving", "page", pageURL(l, "/"), "lounge", pageURL(l, "/room/lounge"), "rooms", len(wishes), "model", s.speech.name, "rules",
		s.sessions.RulesName(""),
	)
	return s.run(ctx, l, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return serveWeb(ctx, control, nil, s.inviter.control(), func() {}, log) })
		group.Go(func() error { return v.run(ctx, wishes, s.invitations) })
		group.Go(func() error { return manager{log}.run(ctx, s.loaded, s.answers) })
		return group.Wait()
	})
}

// wishes are the rooms of the configuration.
func (a *app) wishes(cfg configs.Config) ([]wish, error) {
	out := make([]wish, len(cfg.Rooms))
	for i, r := range cfg.Rooms {
		agenda, err := newAgenda(r)
		if err != nil {
			return nil, err
		}
		out[i] = wish{address: r.URL, name: r.Name, profile: r.Profile, agenda: agenda}
	}
	return out, nil
}
