package app

import (
	"cmp"
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

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
	// stopTime is how long a service takes at most to stop when nothing answers: the rooms are left, their ends are stored, what was
	// heard is decoded, and sessions are summed up, with those that are being summed up then. systemd has to give it more.
	stopTime = room.StopTime + drainTime + drainTime + serviceLastTime + 2*afterwards.EndTime + closeTime
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
		return errors.Join(err, l.Close())
	}
	defer a.Close()
	socket, err := listenControl(ctx, o.Config)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	commands, err := a.openService(ctx, l, env, r)
	if err != nil {
		return errors.Join(err, l.Close(), socket.Close())
	}
	a.Log.Info(
		"serving", "page", web.PageURL(l, "/"), "lounge", web.PageURL(l, "/room/lounge"), "rooms", len(wanted), "model", a.Model().Name, "rules",
		a.Sessions.RulesName(""),
	)
	return a.Run(ctx, l, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return web.ServeWeb(ctx, socket, nil, commands.handler(), func() {}, a.Log) })
		group.Go(func() error { return a.Fleet.Run(ctx, wanted, a.dispatch.Run) })
		group.Go(func() error {
			alive := func(ctx context.Context) error { return web.Answers(ctx, l.Addr().String()) }
			return web.Manager{Log: a.Log}.Run(ctx, a.Model().Loaded, alive)
		})
		return group.Wait()
	})
}

// openService lets others invite the bot, and answers commands.
func (a *App) openService(ctx context.Context, l net.Listener, env secrets.Environ, r configs.Report) (c controls, err error) {
	if notice := a.Model().Notice; notice != "" {
		a.Log.Warn(notice) //nolint:sloglint // a constant of the practice model
	}
	for _, variable := range a.Keys.Unused(env) {
		a.Log.Warn("a secret is set that no server is given: the configuration names none that it could be for", "variable", variable)
	}
	if err := nameAccess(ctx, a.Config, a.Store, a.Log); err != nil {
		return c, err
	}
	a.invited(cmp.Or(a.Config.Notices.Link, web.PageURL(l, "")))
	base := strings.TrimSuffix(a.inviter.base, "/")
	c = controls{
		Inviter: a.inviter, members: a.door.members, examine: a.examines(env, r), settings: r.Values,
		first: func() string { return a.FirstLogin(l, base) }, host: func() string { return a.HostLink(base) },
	}
	if c.first() != "" { // the link itself is a secret, and logs are kept
		a.Log.Warn("nobody can log in yet: \"earshot status --first-login\" prints a link to become the owner")
	}
	a.dispatch, err = a.rooms.dispatch(a.Fleet)
	return c, models.BadInput(err)
}

// invited makes the app one whose bot can be invited. base is the page's address as hosts open it.
func (a *App) invited(base string) *Inviter {
	a.inviter = &Inviter{store: a.Store, sessions: a.Sessions, fleet: a.Fleet, rooms: a.rooms, base: base, log: a.Log}
	return a.inviter
}
