package app

import (
	"context"
	"errors"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"earshot/bot/audio"
	"earshot/cmd/earshot/metrics"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
	"earshot/moderation/opinion"
	"earshot/transcribe"
	"earshot/transcribe/decoder"
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

// textOf is how what is said becomes text: by these decoders, as the settings say of languages, vocabulary and partial text.
func (d *decoders) textOf(
	cfg configs.Config, profiles Profiles, sessions *live.Sessions, record store.Store, count *metrics.Metrics, log *slog.Logger,
) (transcribe.Config, error) {
	c := transcribe.Config{
		Decoders: d.main.Engines, Model: d.main.Name, Decode: audio.DecodeClip, Fetch: record.Clip, NoteAttempt: record.NoteAttempt, Logger: log,
		Options: func(clip models.Clip) transcribe.Options {
			return profiles.of(sessions.Profile(clip.Session)).decoding()
		},
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
	if cfg.Partials > 0 {
		c.Partial = func(p models.Partial) { sessions.Partial(p) }
		c.FirstPartial = count.FirstPartial
	}
	return c, nil
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
