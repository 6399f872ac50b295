// Package app wires together a running Earshot: the record, the models, the rules, the rooms and the pages.
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
	"earshot/models/ticks"
	"earshot/moderation/engine/draft"
	"earshot/moderation/live"
	"earshot/moderation/review"
	"earshot/moderation/review/events"
	"earshot/transcribe"
	"earshot/transcribe/sharing"
)

// Options configure an App. Config and Log are required.
type Options struct {
	Config configs.Config
	Log    *slog.Logger
	// Models says how the models are loaded.
	Models speech.Options
	// Keys are the secrets of room servers; nil if there are none.
	Keys *secrets.Keyring
	// Version is the program's version; Values are the settings with their sources. Both are only displayed.
	Version string
	Values  []configs.Value
	// LeaseTime is how long a room is this process's own, where several share the database, unless it renews the lease; 0 means
	// fleet.LeaseTime.
	LeaseTime time.Duration
	// LastTime limits how long the program, when it ends, waits for ended sessions to be summarised; 0 means as long as a summary
	// may take.
	LastTime time.Duration
}

// App is a running Earshot: the record, the models, the rules, the rooms, the lounge and the pages. Callers must Close it.
type App struct {
	Options
	Store    Record
	Hub      *events.Hub
	Sessions *live.Sessions
	Peers    *peer.Factory
	// Fleet keeps the bot in its rooms when Earshot runs as a service.
	Fleet *fleet.Fleet

	profiles Profiles
	decoders *decoders
	text     *transcribe.Service
	rooms    *host
	lounge   *server.Server
	senders
	inviter  *Inviter // nil: not a service, so nobody can invite the bot
	access   *pageAccess
	targets  *targets
	record   *recordWatch
	recovery *recovery
	after    *afterwards.Queue
	monitors
	processes
}

// monitors tell people and programs how a running Earshot is.
type monitors struct {
	health  *health
	figures *figures
}

// New opens everything that can fail before the bot joins a room. The caller closes the App.
func New(ctx context.Context, o Options) (_ *App, err error) {
	a := &App{Options: o, Hub: events.NewHub(events.HubConfig{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if o.Config.Only != "" && o.Config.Database == "" {
		return nil, models.BadInput(errAlone)
	}
	if o.Config.Only == configs.OnlyHear { // who decodes elsewhere sees only what is finished
		o.Config.Partials, a.Config.Partials = 0, 0
	}
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
	a.access = openPageAccess(cfg, a.Store)
	a.processes = a.openProcesses()
	a.record = newRecordWatch(a.Store, a.Hub, log)
	a.targets = &targets{cfg: cfg, store: a.Store, profiles: a.profiles, alone: a.alone(), log: log}
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
		Store: a.Store, Under: func(id string, epoch int, past func()) live.Store { return a.Store.Under(id, epoch, past) },
		Policies: a.profiles.policies(), Show: a.Hub, Count: count, Quota: quota, Sounds: audio.OggFiles{}, Second: second,
		Node: a.node.ID(), Reserved: a.reserved(), Alone: a.alone(), Log: log,
	})
	if err = a.openText(count); err != nil {
		return nil, err
	}
	a.recovery = &recovery{store: a.Store, sessions: a.Sessions, text: a.text, node: a.node, log: log}
	a.rooms = &host{
		cfg: cfg, store: a.Store, hub: a.Hub, sessions: a.Sessions, quota: quota, text: a.text, decoders: a.decoders, profiles: a.profiles,
		load:    fleet.NewLoadMeter(len(a.decoders.main.Engines), a.decoding),
		servers: servers, peers: a.Peers, mumble: mumbleStore(cfg), targets: a.targets, record: a.record, after: a.after, log: log,
	}
	a.record.ended, a.rooms.carryOn = a.rooms.sessionEnded, a.recovery.carryOn
	a.Fleet = fleet.New(a.rooms, log)
	if a.node.Shared() {
		a.Fleet.Share(fleet.Sharing{
			Leases: a.Store, Node: a.node.ID(), Peers: a.peers, Rebalance: cfg.Rebalance, Full: a.rooms.full, Lasts: o.LeaseTime,
		})
	}
	a.health = &health{
		store: a.Store, record: a.record, recovery: a.recovery, rooms: &a.rooms.attendance, sessions: a.Sessions, text: a.text,
		model: a.decoders.main, second: second, profiles: a.profiles, targets: a.targets, others: a.processes,
	}
	a.figures = &figures{
		count: count, store: a.Store, record: a.record, rooms: &a.rooms.attendance, sessions: a.Sessions, text: a.text, decoders: a.decoders,
		hub: a.watched, profiles: a.profiles, guard: datagrams, fleet: a.Fleet, others: a.processes,
	}
	count.Reads(a.figures.read)
	return a, nil
}

// openAfterwards makes the queue that summarises and exports sessions after they end.
func (a *App) openAfterwards() error {
	record := announced{a.Store, a.Hub}
	summaries, err := afterwards.NewSummariser(record, a.Config, os.Getenv(afterwards.SummaryKey), a.Log)
	if err != nil {
		return err
	}
	a.after = afterwards.New(afterwards.Config{Store: record, Summaries: summaries, Export: a.Config.Export, Alone: a.alone(), Log: a.Log})
	return nil
}

// alone is how work is done that only one process at a time may do; nil: no other shares the database.
func (a *App) alone() func(ctx context.Context, work string, do func(context.Context)) bool {
	if !a.node.Shared() {
		return nil
	}
	return a.node.Alone
}

// catchUpEvery is how often sessions are looked for whose process died before it had summarised them.
const catchUpEvery = time.Minute

// catchUp summarises the sessions that an earlier run, or a process that died, did not get to.
func (a *App) catchUp(ctx context.Context) error {
	for range ticks.AtOnceAndEvery(ctx, catchUpEvery) {
		a.after.CatchUp(ctx, a.Store)
		if !a.node.Shared() {
			break
		}
	}
	return nil
}

// openNetwork prepares connections to rooms elsewhere, and the lounge. The guard filters every media socket of both.
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

// openText prepares speech recognition and the path by which text reaches the sessions.
func (a *App) openText(count *metrics.Metrics) error {
	c, err := a.decoders.textOf(a.Config, a.profiles, a.Sessions.Profile, a.Store, a.Log)
	if err != nil {
		return err
	}
	if a.Config.Partials > 0 {
		c.Partial, c.FirstPartial = a.Sessions.Partial, count.FirstPartial
	}
	done := a.Sessions.Done
	if a.node.Shared() {
		a.sharer = sharing.New(sharing.Config{Spool: a.Store, Node: a.node.ID(), Done: done, Log: a.Log})
		c.NoteAttempt, done = a.sharer.Note, a.sharer.Deliver
	}
	if a.text, err = transcribe.New(c, done); err != nil {
		return err
	}
	a.Sessions.Into(a.text)
	if a.sharer != nil {
		a.sharer.Into(a.text)
	}
	return nil
}

// share decodes for others, and has others decode, until the context ends.
func (a *App) share(ctx context.Context) error {
	if a.sharer == nil {
		return nil
	}
	return a.sharer.Run(ctx)
}

// reserved is for how long only this process may decode what it heard.
func (a *App) reserved() time.Duration {
	if !a.decoders.main.Decodes() {
		return 0
	}
	return sharing.Reserve
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

// Model is the speech recognition model.
func (a *App) Model() *speech.Model { return a.decoders.main }

// Connector makes the connection to a room, as fleet.Host requires.
func (a *App) Connector(ctx context.Context, r fleet.JoinRequest) (models.Room, bot.Connector, error) {
	return a.rooms.Connector(ctx, r)
}

// Listen joins a room and stores what is heard there until the context ends or the room is over. It returns the session, including
// its end.
func (a *App) Listen(ctx context.Context, r fleet.SessionRequest) (models.Session, error) {
	return a.Fleet.Visit(ctx, r)
}

// ListensAt tells the app where it will serve its lounge, in which the bot may act, before Run does so: Connector has to know.
func (a *App) ListensAt(l net.Listener) { a.rooms.servers.own.Store(new(l.Addr().String())) }

// Run serves the pages and the lounge on l and decodes speech while work runs. When work returns, the remaining clips are decoded
// for a while and everything shuts down. Clips that an earlier run left in the spool are decoded first.
func (a *App) Run(ctx context.Context, l net.Listener, work func(ctx context.Context) error) error {
	a.ListensAt(l)
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, serving := errgroup.WithContext(serving)
	for _, run := range a.parts(l) {
		group.Go(func() error { return run(serving) })
	}
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(serving, cancel)() // a web server that fails ends the work
	err := a.recovery.run(working)
	switch {
	case ctx.Err() != nil: // stopped in the first moments: the next start looks again
		err = nil
	case err == nil:
		group.Go(func() error { return a.catchUp(serving) })
		err = work(working)
	}
	if a.sharer != nil {
		a.sharer.Rest(true)
	}
	err = errors.Join(err, a.Drain(ctx), a.record.left())
	a.finish(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

// parts runs everything that runs as long as the app does.
func (a *App) parts(l net.Listener) []func(context.Context) error {
	return []func(context.Context) error{
		a.decoders.Run,
		a.text.Run,
		a.share,
		a.recovery.adopt,
		a.Sessions.Run,
		a.lounge.Run,
		rulesWatcher{a.profiles, a.Sessions, a.Hub, a.decoders.practice(), a.Log}.Run,
		a.after.Run,
		a.record.run,
		a.processes.run,
		afterwards.Retention{
			Store: a.Store, Policy: afterwards.Policy(a.Config), Exports: a.Config.Export.Dir, Log: a.Log, Alone: a.alone(), Forgotten: a.Hub.Reset,
		}.Run,
		func(ctx context.Context) error { return a.targets.run(ctx, l) },
		func(ctx context.Context) error {
			return web.ServeWeb(ctx, l, web.NewProxies(a.Config.Proxies), a.handler(l), a.watched.Close, a.Log)
		},
	}
}

// finish waits a while for ended sessions to be summarised.
func (a *App) finish(ctx context.Context) {
	last := a.LastTime
	if last == 0 {
		last = afterwards.SummaryTime
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), last)
	defer cancel()
	a.after.Finish(grace)
}

// Drain waits for the decoding queue to empty. Running out of time is not an error: the rest stays in the spool for the next start.
func (a *App) Drain(ctx context.Context) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := a.text.Drain(grace); err != nil {
		a.Log.Warn("not everything was decoded; the next start will continue", "err", err)
	}
	return nil
}

// handler handles all requests to the web server.
func (a *App) handler(l net.Listener) http.Handler { return a.serving(a.pages(l)) }

// pages are the review pages.
func (a *App) pages(l net.Listener) *review.Server {
	hosts := a.Sessions.Hosts()
	c := review.Config{
		Store: reviewStore{a.Store, hosts, a.Hub}, Actor: hosts, LeastHeard: hosts.LeastHeard, Summaries: a.after.Summaries,
		Rules: rulebook{a.Store, a.profiles.sets}, RuleFiles: draft.New(a.profiles.sources, a.Store),
		Tuner:  tuner{a.Store, a.profiles.sets, a.Config},
		Sounds: afterwards.Sounds{Store: a.Store}, WAV: audio.OggFiles{}.WAV, Hub: a.watched, Publisher: a.Hub, Hosts: a.Config.Hosts,
		Notice: a.health.banner(), Alarm: a.record.Alarm, Log: a.Log,
		Conditions: a.health.conditions, Processes: a.processes.all, Settings: shownSettings(a.Values), Version: a.Version,
		Members: a.access.members, Mode: a.access.mode(l), Local: a.access.private(l), Setup: a.access.setup, Listener: hosts,
	}
	if n := a.inviter; n != nil { // a nil *Inviter in the interface would not be nil
		c.Inviter, c.Links, c.Servers, c.Scheduler, c.States, c.Profiles = n, n, n, n.times, n.States, a.Config.ProfileNames()
	}
	return review.New(c)
}

// serving adds what is served besides the pages.
func (a *App) serving(page *review.Server) http.Handler {
	served := page.OwnHost(a.figures.beside(page, web.ByPath(a.lounge, profiled(page))))
	return web.NewProxies(a.Config.Proxies).Believed(a.hooks(a.Config, served))
}
