package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/audio"
	"earshot/bot/lounge"
	"earshot/bot/peer"
	"earshot/bot/peer/guard"
	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
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

// station is one running Earshot: the store, the model, the rules, the lounge and the page, wired together.
type station struct {
	cfg    configs.Config
	log    *slog.Logger
	store  *sqlite.Store
	speech *speech
	small  *speech           // the model for backlog; nil: none
	vad    *whisper.VADModel // nil: the energy detector
	hub    *events.Hub
	// members are who may open the pages.
	members *auth.Members
	// profiles are how rooms are treated.
	profiles profiles
	// setupToken lets the first owner in from another machine. It is told to the terminal and kept nowhere.
	setupToken string
	// targets are told of flags.
	targets []notify.Target
	// unknownRooms are names in targets that no room had when they were read.
	unknownRooms []string
	values       []configs.Value // the settings with where they come from, to be shown
	sessions     *live.Sessions
	count        *metrics
	quota        *live.Quota
	second       *live.Opinions // nil: nobody is asked
	text         *transcribe.Service
	lounge       *lounge.Server
	peers        *peer.Factory
	// guard is before every media socket, of rooms elsewhere and of the lounge.
	guard *guard.Guard
	// summaries sums sessions up, at their end and when somebody asks.
	summaries summariser
	// keys are the secrets of room servers; nil: there are none.
	keys *keyring
	// hostToken makes people hosts of this program's own lounge.
	hostToken string
	own       string // host:port of its web server, while it runs
	breakers  breakers
	// inviter takes invitations; nil where there is no service.
	inviter *inviter
	stays   attendance
	wrapUps *wrapUps
	// lastTime is how long the end of the program waits for the sessions that are over to be summed up.
	lastTime time.Duration
	recovery recovery
	record   *recordWatch
	// invitations bring the service into rooms; nil: nobody sends any.
	invitations *invitations
}

// openStation opens everything that can fail before anybody is heard. The caller closes it.
func openStation(ctx context.Context, cfg configs.Config, log *slog.Logger) (*station, error) {
	return openStationWith(ctx, cfg, log, speechOptions{waits: true})
}

func openStationWith(ctx context.Context, cfg configs.Config, log *slog.Logger, o speechOptions) (_ *station, err error) {
	s := &station{cfg: cfg, log: log, hub: events.NewHub(events.HubConfig{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err = s.openModels(o); err != nil {
		return nil, err
	}
	if s.store, err = sqlite.Open(ctx, database(cfg)); err != nil {
		return nil, err
	}
	s.record = newRecordWatch(s.store, s.hub, log)
	s.record.ended = s.sessionEnded
	s.members = auth.NewMembers(s.store, nil)
	s.members.Known = func(ctx context.Context) ([]models.Room, error) { return knownRooms(ctx, s.cfg, s.store) }
	if err = s.setTargets(ctx); err != nil {
		return nil, err
	}
	if s.summaries, err = newSummariser(s.store, cfg, os.Getenv(summaryKey), log); err != nil {
		return nil, err
	}
	ice, err := iceConfig(cfg.ICE, log)
	if err != nil {
		return nil, badInput(err)
	}
	s.guard = &guard.Guard{}
	ice.Guard = s.guard
	if s.peers, err = peer.New(ice); err != nil {
		return nil, badInput(err)
	}
	s.setupToken = rand.Text()
	if err = s.openLounge(ice); err != nil {
		return nil, badInput(err)
	}
	s.wrapUps, s.lastTime = s.newWrapUps(), summaryTime
	if s.second, err = openOpinions(cfg.Opinion, log); err != nil {
		return nil, badInput(err)
	}
	s.quota, s.count = live.NewQuota(s.store, cfg.SpoolMB), newMetrics()
	s.sessions = live.New(live.Config{
		Store: s.store, Policies: s.profiles.policies(), Show: s.hub, Count: s.count, Quota: s.quota, Sounds: audio.OggFiles{},
		Second: s.second, Log: log,
	})
	text, err := s.textConfig(transcribe.Config{
		Decoders:    s.speech.engines,
		Model:       s.speech.name,
		Decode:      audio.DecodeClip,
		NoteAttempt: s.store.NoteAttempt,
		Logger:      log,
	})
	if err != nil {
		return nil, err
	}
	s.text, err = transcribe.New(text, s.sessions.Done)
	s.sessions.Into(s.text)
	s.count.registry.MustRegister(state{s})
	return s, err
}

// openModels reads the rules and checks the models; nothing is loaded yet.
func (s *station) openModels(o speechOptions) (err error) {
	if s.profiles, err = openProfiles(s.cfg); err != nil {
		return err
	}
	if s.speech, err = openSpeech(s.cfg, s.log, o); err != nil {
		return badInput(err)
	}
	if s.small, err = openFallback(s.cfg, s.log, o); err != nil {
		return badInput(err)
	}
	s.vad, err = openVAD(s.cfg)
	return badInput(err)
}

// loadRules compiles the configured rule files; nil when none are configured.
func loadRules(cfg configs.Config) (*engine.Set, error) {
	if len(cfg.Rules) == 0 {
		return nil, nil
	}
	set, err := engine.Load(rulesOptionsOf(cfg), cfg.Rules...)
	return set, badInput(err)
}

// rulesOptionsOf finds the shipped packs and says how far rules may go.
func rulesOptionsOf(cfg configs.Config) engine.LoadOptions {
	opts := rulesOptions()
	opts.Mode, opts.Confirm = cfg.Mode, !cfg.Automatic
	return opts
}

// Close frees what openStation opened.
func (s *station) Close() error {
	var errs []error
	if s.speech != nil {
		errs = append(errs, s.speech.Close())
	}
	if s.small != nil {
		errs = append(errs, s.small.Close())
	}
	if s.vad != nil {
		errs = append(errs, s.vad.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}

// handler is everything that the web server answers.
func (s *station) handler(l net.Listener) http.Handler { return s.serving(s.pages(l)) }

// pages are those of the review.
func (s *station) pages(l net.Listener) *review.Server {
	hosts := s.sessions.Hosts()
	c := review.Config{
		Store: reviewStore{s.store, hosts, s.hub}, Actor: hosts, LeastHeard: hosts.LeastHeard, Summaries: s.summaries,
		Rules: rulebook{s.store, s.profiles.sets}, Sounds: sounds{s.store}, Hub: s.hub, Hosts: s.cfg.Hosts, Notice: s.pageNotice(),
		Alarm: s.record.Alarm, Log: s.log,
		Conditions: s.conditions, Settings: shownSettings(s.values), Version: version,
		Members: s.members, Mode: s.door(l), Local: s.private(l), Setup: s.setupToken, Listener: hosts,
	}
	if n := s.inviter; n != nil { // else a nil in an interface
		c.Inviter, c.Links, c.Servers, c.States, c.Profiles = n, n, n, n.service.RoomStates, s.cfg.ProfileNames()
	}
	return review.New(c)
}

// serving puts around the pages what is served beside them.
func (s *station) serving(page *review.Server) http.Handler {
	return newProxies(s.cfg.Proxies).believed(s.invitations.hooked(page.OwnHost(s.observability(page, byPath(s.lounge, profiled(page))))))
}

// transcriptURL is where the lounge's page reads a room's lines: the newest live session there, by whatever address of this
// machine it was joined.
func (s *station) transcriptURL(room string) string {
	live, err := s.store.Sessions(context.Background(), models.SessionQuery{Live: true, Limit: 1000})
	if err != nil {
		return ""
	}
	for _, x := range live {
		if at, err := models.ParseAddress(x.URL); err == nil && at.RoomName() == room && s.ownLounge(at) {
			return "/api/sessions/" + x.ID + "/events"
		}
	}
	return ""
}

// run serves the page and the lounge on l and decodes, while work is in its rooms. When work is over, what was heard is
// decoded for a while, and everything ends. Clips that an earlier run left in the spool are decoded first.
func (s *station) run(ctx context.Context, l net.Listener, work func(ctx context.Context) error) error {
	s.own = l.Addr().String()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, serving := errgroup.WithContext(serving)
	group.Go(func() error { return s.speech.run(serving) })
	if s.small != nil {
		group.Go(func() error { return s.small.run(serving) })
	}
	group.Go(func() error { return s.text.Run(serving) })
	group.Go(func() error { return s.sessions.Run(serving) })
	group.Go(func() error { return s.lounge.Run(serving) })
	group.Go(func() error { return s.watchRules(serving) })
	group.Go(func() error { return s.wrapUps.run(serving) })
	group.Go(func() error { return s.record.run(serving) })
	group.Go(func() error {
		return keeper{s.store, retention(s.cfg), s.cfg.Export.Dir, s.log, s.hub.Reset}.Run(serving)
	})
	group.Go(func() error { return s.notify(serving, l) })
	group.Go(func() error { return serveWeb(serving, l, newProxies(s.cfg.Proxies), s.handler(l), s.hub.Close, s.log) })

	working, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(serving, cancel)() // a server that fails ends the work
	err := s.recover(working)
	if err == nil {
		group.Go(func() error { return s.catchUp(serving) })
		err = work(working)
	}
	err = errors.Join(err, s.drain(ctx), s.record.left())
	s.finish(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

// finish waits a while until the sessions that are over are summed up.
func (s *station) finish(ctx context.Context) {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.lastTime)
	defer cancel()
	s.wrapUps.finish(grace)
}

// drain waits for the queue to empty. Running out of time is no failure: the spool keeps the rest for the next start.
func (s *station) drain(ctx context.Context) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := s.text.Drain(grace); err != nil {
		s.log.Warn("not everything was decoded; the next start will go on", "err", err)
	}
	return nil
}
