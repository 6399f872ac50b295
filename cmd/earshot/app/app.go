// Package app is a running Earshot: the record, the models, the rules, the rooms and the pages, wired together.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/fleet"
	"earshot/bot/lounge/server"
	"earshot/bot/peer"
	"earshot/bot/peer/guard"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/metrics"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/live"
	"earshot/moderation/review"
	"earshot/moderation/review/events"
	"earshot/transcribe"
)

// Options are what an App is made of. Config and Log are required.
type Options struct {
	Config configs.Config
	Log    *slog.Logger
	// Models says how the models are loaded.
	Models speech.Options
	// Keys are the secrets of room servers; nil: there are none.
	Keys *secrets.Keyring
	// Version is the program's, Values are the settings with where they come from: both are shown.
	Version string
	Values  []configs.Value
	// LastTime is how long the end of the program waits for the sessions that are over to be summed up; 0: as long as a summary
	// may take.
	LastTime time.Duration
}

// App is one running Earshot: the record, the models, the rules, the rooms, the lounge and the page, wired together.
type App struct {
	Options
	Store    Record
	Hub      *events.Hub
	Sessions *live.Sessions
	Peers    *peer.Factory
	// Fleet keeps the bot in rooms, where it is a service.
	Fleet *fleet.Fleet

	profiles Profiles
	decoders *decoders
	text     *transcribe.Service
	rooms    *host
	lounge   *server.Server
	dispatch *fleet.Dispatch // nil: no LiveKit server sends the bot anywhere
	inviter  *Inviter        // nil: this is no service, and nobody can invite the bot
	door     *door
	targets  *targets
	record   *recordWatch
	recovery *recovery
	after    *afterwards.Queue
	health   *health
	figures  *figures
}

// New opens everything that can fail before anybody is heard. The caller closes it.
func New(ctx context.Context, o Options) (_ *App, err error) {
	a := &App{Options: o, Hub: events.NewHub(events.HubConfig{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	cfg, log := o.Config, o.Log
	if a.profiles, err = openProfiles(cfg); err != nil {
		return nil, err
	}
	if a.decoders, err = openDecoders(cfg, log, o.Models); err != nil {
		return nil, err
	}
	if a.Store, err = OpenRecord(ctx, cfg); err != nil {
		return nil, err
	}
	a.record, a.door = newRecordWatch(a.Store, a.Hub, log), openDoor(cfg, a.Store)
	a.targets = &targets{cfg: cfg, store: a.Store, profiles: a.profiles, log: log}
	if err = a.targets.set(ctx); err != nil {
		return nil, err
	}
	if err = a.openAfterwards(); err != nil {
		return nil, err
	}
	datagrams := &guard.Guard{}
	servers, err := a.openNetwork(datagrams)
	if err != nil {
		return nil, models.BadInput(err)
	}
	second, err := openOpinions(cfg.Opinion, log)
	if err != nil {
		return nil, models.BadInput(err)
	}
	count, quota := metrics.New(), live.NewQuota(a.Store, cfg.SpoolMB)
	a.Sessions = live.New(live.Config{
		Store: a.Store, Policies: a.profiles.policies(), Show: a.Hub, Count: count, Quota: quota, Sounds: audio.OggFiles{}, Second: second,
		Log: log,
	})
	if err = a.openText(count); err != nil {
		return nil, err
	}
	a.recovery = &recovery{store: a.Store, sessions: a.Sessions, text: a.text, log: log}
	a.rooms = &host{
		cfg: cfg, store: a.Store, hub: a.Hub, sessions: a.Sessions, quota: quota, text: a.text, decoders: a.decoders, profiles: a.profiles,
		servers: servers, peers: a.Peers, targets: a.targets, record: a.record, after: a.after, log: log,
	}
	a.record.ended = a.rooms.sessionEnded
	a.Fleet = fleet.New(a.rooms, log)
	a.health = &health{
		store: a.Store, record: a.record, recovery: a.recovery, rooms: &a.rooms.attendance, sessions: a.Sessions, text: a.text,
		model: a.decoders.main, second: second, profiles: a.profiles, targets: a.targets,
	}
	a.figures = &figures{
		count: count, store: a.Store, record: a.record, rooms: &a.rooms.attendance, sessions: a.Sessions, text: a.text, decoders: a.decoders,
		hub: a.Hub, profiles: a.profiles, guard: datagrams,
	}
	count.Reads(a.figures.read)
	return a, nil
}

// openAfterwards makes what sums sessions up.
func (a *App) openAfterwards() error {
	summaries, err := afterwards.NewSummariser(a.Store, a.Config, os.Getenv(afterwards.SummaryKey), a.Log)
	if err != nil {
		return err
	}
	a.after = afterwards.New(afterwards.Config{Store: a.Store, Summaries: summaries, Export: a.Config.Export, Log: a.Log})
	return nil
}

// openNetwork makes what reaches rooms elsewhere, and the lounge. The guard is before every media socket of both.
func (a *App) openNetwork(datagrams *guard.Guard) (*knownServers, error) {
	ice, err := iceConfig(a.Config.ICE, a.Log)
	if err != nil {
		return nil, err
	}
	ice.Guard = datagrams
	if a.Peers, err = peer.New(ice); err != nil {
		return nil, err
	}
	servers := &knownServers{cfg: a.Config, allowed: a.Store, keys: a.Keys}
	if servers.hostToken, err = loungeToken(a.Config.Lounge); err != nil {
		return nil, err
	}
	a.lounge = openLounge(a.Config, ice, transcripts{a.Store, servers}.url, servers.hostToken, a.Log)
	return servers, nil
}

// openText makes what turns speech into text, and hands the text to the sessions.
func (a *App) openText(count *metrics.Metrics) error {
	c, err := a.decoders.textOf(a.Config, a.profiles, a.Sessions, a.Store, count, a.Log)
	if err != nil {
		return err
	}
	a.text, err = transcribe.New(c, a.Sessions.Done)
	a.Sessions.Into(a.text)
	return err
}

// Close frees what New opened.
func (a *App) Close() error {
	var errs []error
	if a.decoders != nil {
		errs = append(errs, a.decoders.Close())
	}
	if a.Store != nil {
		errs = append(errs, a.Store.Close())
	}
	return errors.Join(errs...)
}

// Model is what turns speech into text.
func (a *App) Model() *speech.Model { return a.decoders.main }

// Connector makes what joins a room, as fleet.Host does.
func (a *App) Connector(ctx context.Context, r fleet.JoinRequest) (models.Room, bot.Connector, error) {
	return a.rooms.Connector(ctx, r)
}

// Listen joins a room and stores what is heard there until the context ends or the room is over. It returns the session with its
// end.
func (a *App) Listen(ctx context.Context, r fleet.SessionRequest) (models.Session, error) {
	return a.rooms.Listen(ctx, r)
}

// Run serves the page and the lounge on l and decodes, while work is in its rooms. When work is over, what was heard is
// decoded for a while, and everything ends. Clips that an earlier run left in the spool are decoded first.
func (a *App) Run(ctx context.Context, l net.Listener, work func(ctx context.Context) error) error {
	a.rooms.servers.own = l.Addr().String()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, serving := errgroup.WithContext(serving)
	for _, run := range a.parts(l) {
		group.Go(func() error { return run(serving) })
	}
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(serving, cancel)() // a server that fails ends the work
	err := a.recovery.run(working)
	if err == nil {
		group.Go(func() error { a.after.CatchUp(serving, a.Store); return nil })
		err = work(working)
	}
	err = errors.Join(err, a.Drain(ctx), a.record.left())
	a.finish(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

// parts is what runs as long as the app does.
func (a *App) parts(l net.Listener) []func(context.Context) error {
	return []func(context.Context) error{
		a.decoders.Run,
		a.text.Run,
		a.Sessions.Run,
		a.lounge.Run,
		rulesWatcher{a.profiles, a.Sessions, a.decoders.practice(), a.Log}.Run,
		a.after.Run,
		a.record.run,
		afterwards.Keeper{
			Store: a.Store, Policy: afterwards.Policy(a.Config), Exports: a.Config.Export.Dir, Log: a.Log, Forgotten: a.Hub.Reset,
		}.Run,
		func(ctx context.Context) error { return a.targets.run(ctx, l) },
		func(ctx context.Context) error {
			return web.ServeWeb(ctx, l, web.NewProxies(a.Config.Proxies), a.handler(l), a.Hub.Close, a.Log)
		},
	}
}

// finish waits a while until the sessions that are over are summed up.
func (a *App) finish(ctx context.Context) {
	last := a.LastTime
	if last == 0 {
		last = afterwards.SummaryTime
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), last)
	defer cancel()
	a.after.Finish(grace)
}

// Drain waits for the queue to empty. Running out of time is no failure: the spool keeps the rest for the next start.
func (a *App) Drain(ctx context.Context) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := a.text.Drain(grace); err != nil {
		a.Log.Warn("not everything was decoded; the next start will go on", "err", err)
	}
	return nil
}

// handler is everything that the web server answers.
func (a *App) handler(l net.Listener) http.Handler { return a.serving(a.pages(l)) }

// pages are those of the review.
func (a *App) pages(l net.Listener) *review.Server {
	hosts := a.Sessions.Hosts()
	c := review.Config{
		Store: reviewStore{a.Store, hosts, a.Hub}, Actor: hosts, LeastHeard: hosts.LeastHeard, Summaries: a.after.Summaries,
		Rules: rulebook{a.Store, a.profiles.sets}, Sounds: afterwards.Sounds{Store: a.Store}, Hub: a.Hub, Hosts: a.Config.Hosts,
		Notice: a.health.banner(), Alarm: a.record.Alarm, Log: a.Log,
		Conditions: a.health.conditions, Settings: shownSettings(a.Values), Version: a.Version,
		Members: a.door.members, Mode: a.door.mode(l), Local: a.door.private(l), Setup: a.door.setup, Listener: hosts,
	}
	if n := a.inviter; n != nil { // else a nil in an interface
		c.Inviter, c.Links, c.Servers, c.States, c.Profiles = n, n, n, n.States, a.Config.ProfileNames()
	}
	return review.New(c)
}

// serving puts around the pages what is served beside them.
func (a *App) serving(page *review.Server) http.Handler {
	served := page.OwnHost(a.figures.beside(page, web.ByPath(a.lounge, profiled(page))))
	return web.NewProxies(a.Config.Proxies).Believed(hooked(a.Config.LiveKit.Webhook, a.dispatch.Webhook(), served))
}
