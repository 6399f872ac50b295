package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/audio"
	"earshot/bot/fleet"
	"earshot/cmd/earshot/node"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
	"earshot/moderation/opinion"
	"earshot/transcribe"
	"earshot/transcribe/decoder"
	"earshot/transcribe/sharing"
	"earshot/transcribe/whisper"
)

// decoders are the processes that turn speech into text, and the model that tells voices from noise.
type decoders struct {
	main  *speech.Model
	small *speech.Model     // for backlog; nil: none
	vad   *whisper.VADModel // nil: the energy detector
}

// openDecoders checks the models; nothing is loaded yet. Close frees what was opened, also before an error.
func openDecoders(cfg configs.Config, log *slog.Logger, o speech.Options) (d *decoders, err error) {
	d = &decoders{}
	if d.main, err = speech.Open(cfg, log, o); err == nil {
		d.small, err = speech.OpenFallback(cfg, log, o)
	}
	if err == nil {
		d.vad, err = speech.OpenVAD(cfg)
	}
	return d, models.BadInput(err)
}

// practice says that the model was made for trying Earshot out, and not for prompts.
func (d *decoders) practice() bool { return d.main.Notice != "" }

// Run decodes until the context ends.
func (d *decoders) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.main.Run(ctx) })
	if d.small != nil {
		group.Go(func() error { return d.small.Run(ctx) })
	}
	return group.Wait()
}

// Close frees the models.
func (d *decoders) Close() error {
	var errs []error
	for _, m := range []*speech.Model{d.main, d.small} {
		if m != nil {
			errs = append(errs, m.Close())
		}
	}
	if d.vad != nil {
		errs = append(errs, d.vad.Close())
	}
	return errors.Join(errs...)
}

// stats are the figures of all processes.
func (d *decoders) stats() decoder.Stats {
	all := d.main.Stats()
	if d.small != nil {
		small := d.small.Stats()
		all.Restarts += small.Restarts
		all.CPU += small.CPU
		all.Processes = append(all.Processes, small.Processes...)
	}
	return all
}

// textOf is how what is said becomes text: by these decoders, as the settings say of languages and vocabulary. profile names the profile
// of a session.
func (d *decoders) textOf(
	cfg configs.Config, profiles Profiles, profile func(session string) string, record store.Store, log *slog.Logger,
) (transcribe.Config, error) {
	c := transcribe.Config{
		Decoders: d.main.Engines, Model: d.main.Name, Decode: audio.DecodeClip, Fetch: record.Clip, NoteAttempt: record.NoteAttempt, Logger: log,
		Options: func(clip models.Clip) transcribe.Options { return profiles.of(profile(clip.Session)).decoding() },
	}
	if err := profiles.speak(d.practice()); err != nil {
		return c, err
	}
	var err error
	if c.Filter, err = speech.NewFilter(cfg, d.practice()); err != nil {
		return c, models.BadInput(err)
	}
	if d.small != nil {
		c.Fallback, c.FallbackModel = d.small.Engines, d.small.Name
	}
	return c, nil
}

// ServeDecoding decodes what other processes with the same database hear, until the context ends. What it is decoding then it still
// decodes; the rest goes back to the others.
func ServeDecoding(ctx context.Context, o Options) (err error) {
	if o.Config.Database == "" {
		return models.BadInput(errAlone)
	}
	profiles, err := openProfiles(o.Config)
	if err != nil {
		return err
	}
	d, err := openDecoders(o.Config, o.Log, o.Models)
	if err != nil {
		return errors.Join(err, d.Close())
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	record, err := OpenRecord(ctx, o.Config)
	if err != nil {
		return unlessStopped(ctx, err, o.Log)
	}
	defer func() { err = errors.Join(err, record.Close()) }()
	c, err := d.textOf(o.Config, profiles, (&profilesOf{store: record, names: map[string]string{}}).of, record, o.Log)
	if err != nil {
		return err
	}
	return d.helpOthers(ctx, o, record, c)
}

// errAlone means that a process is to do part of the work and has nobody who could do the rest.
var errAlone = models.WithHint(errors.New("a process that does only a part of the work needs a database that others share"),
	"set database to the address of a PostgreSQL server")

// helpOthers is ServeDecoding where everything is open.
func (d *decoders) helpOthers(ctx context.Context, o Options, record Record, c transcribe.Config) error {
	var text *transcribe.Service
	load := fleet.NewLoadMeter(len(d.main.Engines), func() fleet.Decoding { return decodingOf(text) })
	who := identity(o, record, func() models.NodeInfo {
		t := text.Stats()
		return models.NodeInfo{
			Load: load.Read(), Waiting: t.Queued + t.Working, Backend: d.main.Backend(), Slots: len(d.main.Engines), NoRooms: true,
		}
	})
	var sharer *sharing.Sharer
	who.Drain = func(on bool) {
		o.Log.Info("asked to hand the work over or to take it again", "drained", on)
		sharer.Rest(on)
	}
	me := node.New(who)
	sharer = sharing.New(sharing.Config{Spool: record, Node: me.ID(), Log: o.Log})
	c.NoteAttempt = sharer.Note
	text, err := transcribe.New(c, sharer.Deliver)
	if err != nil {
		return err
	}
	sharer.Into(text)
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, serving := errgroup.WithContext(serving)
	for _, run := range []func(context.Context) error{d.Run, text.Run, sharer.Run, me.Run} {
		group.Go(func() error { return run(serving) })
	}
	group.Go(func() error {
		return web.Manager{Log: o.Log}.Run(serving, d.main.Loaded, func(context.Context) error { return nil })
	})
	o.Log.Info("decoding for other processes", "node", me.Name(), "model", d.main.Name, "slots", len(d.main.Engines))
	select {
	case <-ctx.Done():
	case <-serving.Done():
	}
	sharer.Rest(true)
	grace, cancel := context.WithTimeout(serving, drainTime)
	defer cancel()
	if err := text.Drain(grace); err != nil {
		o.Log.Warn("not everything was decoded; other processes will continue", "err", err)
	}
	stop()
	return group.Wait()
}

// decodingOf is what decoders did, for how busy they are.
func decodingOf(text *transcribe.Service) fleet.Decoding {
	t := text.Stats()
	return fleet.Decoding{Audio: t.Audio, Busy: t.Busy, Lag: t.Lag}
}

// profilesOf knows the profiles of sessions that other processes run. Any goroutine may ask.
type profilesOf struct {
	store store.Sessions

	mu    sync.Mutex
	names map[string]string
}

const (
	// maxProfiles bounds the sessions whose profile is remembered, profileTime the time to look for one.
	maxProfiles = 10_000
	profileTime = 2 * time.Second
)

// of names a session's profile; "" if it cannot be found out now.
func (p *profilesOf) of(session string) string {
	p.mu.Lock()
	name, known := p.names[session]
	p.mu.Unlock()
	if known {
		return name
	}
	ctx, cancel := context.WithTimeout(context.Background(), profileTime)
	defer cancel()
	s, err := p.store.SessionIn(ctx, session, models.RoomSet{})
	if err != nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.names) >= maxProfiles {
		clear(p.names)
	}
	p.names[session] = s.Profile
	return s.Profile
}

// openOpinions takes the model that is asked for second opinions from the settings; nil when none is to be asked.
func openOpinions(cfg configs.Opinion, log *slog.Logger) (*live.Opinions, error) {
	if cfg.URL == "" {
		return nil, nil
	}
	key := ""
	if cfg.KeyFile != "" {
		var err error
		if key, err = secrets.File(cfg.KeyFile); err != nil {
			return nil, err
		}
	}
	c, err := opinion.New(opinion.Config{URL: cfg.URL, Model: cfg.Model, Key: key, Kind: opinion.Kind(cfg.Kind), Timeout: cfg.Timeout})
	if err != nil {
		return nil, err
	}
	return live.NewOpinions(c, log), nil
}
