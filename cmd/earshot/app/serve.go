package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/fleet"
	"earshot/bot/room"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
)

const (
	// serviceLastTime is how long a service that is stopped waits for summaries. The next start makes those that are missing.
	serviceLastTime = 10 * time.Second
	// closeTime is how long the rest may take: requests of the page, decoders, the database.
	closeTime = 10 * time.Second
	// stopTime is how long a service takes at most to stop when nothing answers: the rooms are handed over or left,
	// their ends are stored, what was heard is decoded, and sessions are summed up, with those that are being summed up then. systemd
	// has to give it more.
	stopTime = fleet.HandOverTime + room.StopTime + drainTime + drainTime + serviceLastTime + 2*afterwards.EndTime + closeTime
)

// Serve is the service: it listens in the rooms of a configuration for good, and in others when somebody invites it, until the
// context ends. It takes the listener, and closes it.
func Serve(ctx context.Context, l net.Listener, o Options, env secrets.Environ, r configs.Report) error {
	wanted, err := wantedRooms(o.Config)
	if err != nil {
		return errors.Join(models.BadInput(err), l.Close())
	}
	o.LastTime = serviceLastTime
	a, err := New(ctx, o)
	if err != nil {
		return errors.Join(unlessStopped(ctx, err, o.Log), l.Close())
	}
	defer a.Close()
	socket, err := listenControl(ctx, o.Config)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	scraped, err := listenMetrics(ctx, o.Config)
	if err != nil {
		return errors.Join(err, l.Close(), socket.Close())
	}
	commands, err := a.openService(ctx, l, env, r, wanted)
	if err != nil {
		return errors.Join(unlessStopped(ctx, err, o.Log), l.Close(), socket.Close(), closeIf(scraped))
	}
	a.Log.Info(
		"serving", "page", web.PageURL(l, "/"), "lounge", web.PageURL(l, "/room/lounge"), "rooms", len(wanted), "model", a.Model().Name, "rules",
		a.Sessions.RulesName(""),
	)
	return a.Run(ctx, l, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return web.ServeWeb(ctx, socket, nil, commands.handler(), func() {}, a.Log) })
		group.Go(func() error { return a.figures.serve(ctx, scraped, a.Log) })
		group.Go(func() error {
			return (&roomWatch{hub: a.Hub, states: a.inviter.States, health: a.health.unannounced}).run(ctx)
		})
		group.Go(func() error {
			return a.Fleet.Run(ctx, wanted, func(ctx context.Context) {
				var senders sync.WaitGroup
				senders.Go(func() { a.inviter.times.Run(ctx) })
				senders.Go(func() { a.senders.run(ctx) })
				senders.Wait()
			})
		})
		group.Go(func() error {
			alive := func(ctx context.Context) error { return web.Answers(ctx, l.Addr().String()) }
			return web.Manager{Log: a.Log}.Run(ctx, a.Model().Loaded, alive)
		})
		return group.Wait()
	})
}

// unlessStopped returns the error that kept a service from starting, or nil if that was only that it was stopped.
func unlessStopped(ctx context.Context, err error, log *slog.Logger) error {
	if ctx.Err() == nil || !errors.Is(err, context.Canceled) {
		return err
	}
	log.Info("stopped before it had started")
	return nil
}

// closeIf closes a listener that may be nil.
func closeIf(l net.Listener) error {
	if l == nil {
		return nil
	}
	return l.Close()
}

// openService lets others invite the bot, and answers commands.
func (a *App) openService(
	ctx context.Context, l net.Listener, env secrets.Environ, r configs.Report, wanted []fleet.JoinRequest,
) (c controls, err error) {
	if notice := a.Model().Notice; notice != "" {
		a.Log.Warn(notice) //nolint:sloglint // a constant of the practice model
	}
	for _, variable := range a.Keys.Unused(env) {
		a.Log.Warn("a secret is set but unused: the configuration has no server it could be for", "variable", variable)
	}
	if err := nameAccess(ctx, a.Config, a.Store, a.Log); err != nil {
		return c, err
	}
	a.invited(cmp.Or(a.Config.Notices.Link, web.PageURL(l, "")), wanted...)
	c = a.controls(l, a.inviter.base, env, r)
	if c.first() != "" { // the link itself is a secret, and logs are kept
		a.Log.Warn("nobody can log in yet: \"earshot status --first-login\" prints a link to create the owner account")
	}
	a.senders, err = a.rooms.senders(a.Fleet)
	return c, models.BadInput(err)
}

// invited makes the app one whose bot can be invited. base is the page's address as hosts open it, and wanted are the requests for the
// rooms of the configuration.
func (a *App) invited(base string, wanted ...fleet.JoinRequest) *Inviter {
	a.inviter = &Inviter{
		store: a.Store, sessions: a.Sessions, fleet: a.Fleet, rooms: a.rooms, times: a.rooms.times(a.Fleet, wanted), base: base, log: a.Log,
	}
	return a.inviter
}
