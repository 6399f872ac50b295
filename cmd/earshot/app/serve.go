// Package app is a running Earshot: the record, the models, the rules, the rooms and the pages, wired together.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/audio"
	"earshot/bot/fleet"
	"earshot/bot/lounge/server"
	"earshot/bot/peer"
	"earshot/bot/peer/guard"
	"earshot/bot/room"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/metrics"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/live"
	"earshot/moderation/notify"
	"earshot/moderation/review"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/transcribe"
	"earshot/transcribe/whisper"
)

// drainTime is how long decoding may go on after the rooms were left; what is left then lies in the spool.
const drainTime = 20 * time.Second

const (
	// ServiceLastTime is how long a service that is stopped waits for summaries. The next start makes those that are missing.
	ServiceLastTime = 10 * time.Second
	// closeTime is how long the rest may take: requests of the page, decoders, the database.
	closeTime = 10 * time.Second
	// stopTime is how long a service takes at most to stop when nothing answers: the rooms are left, their ends are stored, what was
	// heard is decoded, and sessions are summed up, with those that are being summed up then. systemd has to give it more.
	stopTime = room.StopTime + drainTime + drainTime + ServiceLastTime + 2*afterwards.EndTime + closeTime
)

// Station is one running Earshot: the store, the model, the rules, the lounge and the page, wired together.
type Station struct {
	cfg    configs.Config
	Log    *slog.Logger
	Store  Record
	Speech *speech.Model
	small  *speech.Model     // the model for backlog; nil: none
	vad    *whisper.VADModel // nil: the energy detector
	Hub    *events.Hub
	// members are who may open the pages.
	members *auth.Members
	// profiles are how rooms are treated.
	profiles Profiles
	// setupToken lets the first owner in from another machine. It is told to the terminal and kept nowhere.
	setupToken string
	// targets are told of flags.
	targets []notify.Target
	// unknownRooms are names in targets that no room had when they were read.
	unknownRooms []string
	Version      string
	Values       []configs.Value // the settings with where they come from, to be shown
	Sessions     *live.Sessions
	count        *metrics.Metrics
	quota        *live.Quota
	second       *live.Opinions // nil: nobody is asked
	text         *transcribe.Service
	lounge       *server.Server
	Peers        *peer.Factory
	// guard is before every media socket, of rooms elsewhere and of the lounge.
	guard *guard.Guard
	// summaries sums sessions up, at their end and when somebody asks.
	summaries afterwards.Summariser
	// Servers knows which room servers the bot may go to.
	Servers  *knownServers
	breakers fleet.Breakers
	// Inviter takes invitations; nil where there is no service.
	Inviter *Inviter
	stays   fleet.Attendance
	wrapUps *afterwards.Queue
	// LastTime is how long the end of the program waits for the sessions that are over to be summed up.
	LastTime time.Duration
	recovery recovery
	record   *recordWatch
	// Fleet keeps the bot in rooms.
	Fleet *fleet.Fleet
	// Sent brings the fleet into rooms that a LiveKit server sends it to; nil: none does.
	Sent *fleet.Dispatch
}

// OpenStation opens everything that can fail before anybody is heard. The caller closes it.
func OpenStation(ctx context.Context, cfg configs.Config, log *slog.Logger) (*Station, error) {
	return OpenStationWith(ctx, cfg, log, speech.Options{Waits: true})
}

// OpenStationWith is OpenStation with a model loaded as a command needs it.
func OpenStationWith(ctx context.Context, cfg configs.Config, log *slog.Logger, o speech.Options) (_ *Station, err error) {
	s := &Station{cfg: cfg, Log: log, Hub: events.NewHub(events.HubConfig{})}
	s.Fleet, s.Servers = fleet.New(s, log), &knownServers{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err = s.openModels(o); err != nil {
		return nil, err
	}
	if s.Store, err = OpenRecord(ctx, cfg); err != nil {
		return nil, err
	}
	s.Servers.allowed = s.Store
	s.record = newRecordWatch(s.Store, s.Hub, log)
	s.record.ended = s.sessionEnded
	s.members = auth.NewMembers(s.Store, nil)
	s.members.Known = func(ctx context.Context) ([]models.Room, error) { return KnownRooms(ctx, s.cfg, s.Store) }
	if err = s.setTargets(ctx); err != nil {
		return nil, err
	}
	if s.summaries, err = afterwards.NewSummariser(s.Store, cfg, os.Getenv(afterwards.SummaryKey), log); err != nil {
		return nil, err
	}
	ice, err := iceConfig(cfg.ICE, log)
	if err != nil {
		return nil, models.BadInput(err)
	}
	s.guard = &guard.Guard{}
	ice.Guard = s.guard
	if s.Peers, err = peer.New(ice); err != nil {
		return nil, models.BadInput(err)
	}
	s.setupToken = rand.Text()
	if err = s.openLounge(ice); err != nil {
		return nil, models.BadInput(err)
	}
	s.wrapUps = afterwards.New(afterwards.Config{Store: s.Store, Summaries: s.summaries, Export: cfg.Export, Log: log})
	s.LastTime = afterwards.SummaryTime
	if s.second, err = openOpinions(cfg.Opinion, log); err != nil {
		return nil, models.BadInput(err)
	}
	s.quota, s.count = live.NewQuota(s.Store, cfg.SpoolMB), metrics.New()
	s.Sessions = live.New(live.Config{
		Store: s.Store, Policies: s.profiles.policies(), Show: s.Hub, Count: s.count, Quota: s.quota, Sounds: audio.OggFiles{},
		Second: s.second, Log: log,
	})
	text, err := s.textConfig(transcribe.Config{
		Decoders:    s.Speech.Engines,
		Model:       s.Speech.Name,
		Decode:      audio.DecodeClip,
		NoteAttempt: s.Store.NoteAttempt,
		Logger:      log,
	})
	if err != nil {
		return nil, err
	}
	s.text, err = transcribe.New(text, s.Sessions.Done)
	s.Sessions.Into(s.text)
	s.count.Reads(s.figures)
	return s, err
}

// openModels reads the rules and checks the models; nothing is loaded yet.
func (s *Station) openModels(o speech.Options) (err error) {
	if s.profiles, err = openProfiles(s.cfg); err != nil {
		return err
	}
	if s.Speech, err = speech.Open(s.cfg, s.Log, o); err != nil {
		return models.BadInput(err)
	}
	if s.small, err = speech.OpenFallback(s.cfg, s.Log, o); err != nil {
		return models.BadInput(err)
	}
	s.vad, err = speech.OpenVAD(s.cfg)
	return models.BadInput(err)
}

// loadRules compiles the configured rule files; nil when none are configured.
func loadRules(cfg configs.Config) (*engine.Set, error) {
	if len(cfg.Rules) == 0 {
		return nil, nil
	}
	set, err := engine.Load(rulesOptionsOf(cfg), cfg.Rules...)
	return set, models.BadInput(err)
}

// rulesOptionsOf finds the shipped packs and says how far rules may go.
func rulesOptionsOf(cfg configs.Config) engine.LoadOptions {
	opts := RulesOptions()
	opts.Mode, opts.Confirm = cfg.Mode, !cfg.Automatic
	return opts
}

// Close frees what openStation opened.
func (s *Station) Close() error {
	var errs []error
	if s.Speech != nil {
		errs = append(errs, s.Speech.Close())
	}
	if s.small != nil {
		errs = append(errs, s.small.Close())
	}
	if s.vad != nil {
		errs = append(errs, s.vad.Close())
	}
	if s.Store != nil {
		errs = append(errs, s.Store.Close())
	}
	return errors.Join(errs...)
}

// handler is everything that the web server answers.
func (s *Station) handler(l net.Listener) http.Handler { return s.serving(s.pages(l)) }

// pages are those of the review.
func (s *Station) pages(l net.Listener) *review.Server {
	hosts := s.Sessions.Hosts()
	c := review.Config{
		Store: reviewStore{s.Store, hosts, s.Hub}, Actor: hosts, LeastHeard: hosts.LeastHeard, Summaries: s.summaries,
		Rules: rulebook{
			s.Store, s.profiles.sets,
		}, Sounds: afterwards.Sounds{Store: s.Store}, Hub: s.Hub, Hosts: s.cfg.Hosts, Notice: s.pageNotice(),
		Alarm: s.record.Alarm, Log: s.Log,
		Conditions: s.conditions, Settings: shownSettings(s.Values), Version: s.Version,
		Members: s.members, Mode: s.door(l), Local: s.private(l), Setup: s.setupToken, Listener: hosts,
	}
	if n := s.Inviter; n != nil { // else a nil in an interface
		c.Inviter, c.Links, c.Servers, c.States, c.Profiles = n, n, n, s.RoomStates, s.cfg.ProfileNames()
	}
	return review.New(c)
}

// serving puts around the pages what is served beside them.
func (s *Station) serving(page *review.Server) http.Handler {
	return web.NewProxies(s.cfg.Proxies).Believed(
		hooked(s.cfg.LiveKit.Webhook, s.Sent.Webhook(), page.OwnHost(s.observability(page, web.ByPath(s.lounge, profiled(page))))),
	)
}

// transcriptURL is where the lounge's page reads a room's lines: the newest live session there, by whatever address of this
// machine it was joined.
func (s *Station) transcriptURL(room string) string {
	live, err := s.Store.Sessions(context.Background(), models.SessionQuery{Live: true, Limit: 1000})
	if err != nil {
		return ""
	}
	for _, x := range live {
		if at, err := models.ParseAddress(x.URL); err == nil && at.RoomName() == room && s.Servers.ownLounge(at) {
			return "/api/sessions/" + x.ID + "/events"
		}
	}
	return ""
}

// Run serves the page and the lounge on l and decodes, while work is in its rooms. When work is over, what was heard is
// decoded for a while, and everything ends. Clips that an earlier run left in the spool are decoded first.
func (s *Station) Run(ctx context.Context, l net.Listener, work func(ctx context.Context) error) error {
	s.Servers.own = l.Addr().String()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, serving := errgroup.WithContext(serving)
	group.Go(func() error { return s.Speech.Run(serving) })
	if s.small != nil {
		group.Go(func() error { return s.small.Run(serving) })
	}
	group.Go(func() error { return s.text.Run(serving) })
	group.Go(func() error { return s.Sessions.Run(serving) })
	group.Go(func() error { return s.lounge.Run(serving) })
	group.Go(func() error { return s.watchRules(serving) })
	group.Go(func() error { return s.wrapUps.Run(serving) })
	group.Go(func() error { return s.record.run(serving) })
	group.Go(func() error {
		return afterwards.Keeper{
			Store: s.Store, Policy: afterwards.Policy(s.cfg), Exports: s.cfg.Export.Dir, Log: s.Log, Forgotten: s.Hub.Reset,
		}.Run(serving)
	})
	group.Go(func() error { return s.notify(serving, l) })
	group.Go(func() error {
		return web.ServeWeb(serving, l, web.NewProxies(s.cfg.Proxies), s.handler(l), s.Hub.Close, s.Log)
	})

	working, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(serving, cancel)() // a server that fails ends the work
	err := s.recover(working)
	if err == nil {
		group.Go(func() error { s.wrapUps.CatchUp(serving, s.Store); return nil })
		err = work(working)
	}
	err = errors.Join(err, s.Drain(ctx), s.record.left())
	s.finish(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

// finish waits a while until the sessions that are over are summed up.
func (s *Station) finish(ctx context.Context) {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.LastTime)
	defer cancel()
	s.wrapUps.Finish(grace)
}

// Drain waits for the queue to empty. Running out of time is no failure: the spool keeps the rest for the next start.
func (s *Station) Drain(ctx context.Context) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := s.text.Drain(grace); err != nil {
		s.Log.Warn("not everything was decoded; the next start will go on", "err", err)
	}
	return nil
}

// Database is the path of the record's database file.
func Database(c configs.Config) string { return filepath.Join(c.DataDir, "earshot.db") }
