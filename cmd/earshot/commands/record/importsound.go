package record

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/imports"
	"earshot/cmd/earshot/transcripts"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/live"
	"earshot/moderation/review/transcript"
)

// recordings decodes and stores the analysed recordings.
func (o *importing) recordings(env *cli.Env, cmd *cobra.Command, cfg configs.Config, set *engine.Set) (err error) {
	if len(o.plans) == 0 {
		return nil
	}
	own, _ := cfg.For(o.profile) // no error: RulesOf found the profile
	if err := o.unstored(cmd.Context(), env, own); err != nil {
		return err
	}
	t, err := transcripts.New(transcripts.Config{Settings: own, Path: env.Environ.Get("PATH"), Log: env.Logger(own)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	env.Notes(t.Notices)
	job := &transcripts.Job{With: t, Tell: env}
	if env.ErrorPaint().On() {
		job.Bar = env.Bar
	}
	terms := imports.Terms{
		Profile: o.profile, ModerateOnly: own.ModerateOnly, Log: env.Logger(own),
		Policy: live.Policy{Rules: set, Keep: live.Keep{For: own.Evidence.Keep, Before: own.Evidence.Before, After: own.Evidence.After}},
	}
	var broken, silent []string
	err = t.During(cmd.Context(), func(ctx context.Context) error {
		for _, p := range o.plans {
			env.Notes(p.Notes)
			terms.Room = o.room
			if terms.Room == "" {
				terms.Room = "import:" + transcript.Slug(p.Name)
			}
			d, err := imports.Decode(ctx, p, job, cfg.DataDir)
			if err != nil {
				return err
			}
			broken = append(broken, d.Broken...)
			if lines, _ := d.Counts(); lines == 0 {
				silent = append(silent, p.Name)
			}
			if err := o.store(ctx, env, own, d, terms); err != nil {
				return errors.Join(err, d.Close())
			}
		}
		return nil
	})
	if err == nil && len(broken) > 0 {
		err = models.WithHint(fmt.Errorf("%s could not be read in full:\n%s", models.Count(len(broken), "track"), strings.Join(broken, "\n")),
			"the rest is stored, and the gaps say what is missing")
	}
	if err == nil && len(silent) > 0 {
		err = models.WithHint(fmt.Errorf("no speech found in %s", strings.Join(silent, ", ")),
			"listen to it; where it is the wrong recording, \"earshot erase\" removes its session")
	}
	return err
}

// unstored returns an error if a recording is already in the record, and notes what will not be kept.
func (o *importing) unstored(ctx context.Context, env *cli.Env, own configs.Config) error {
	db, err := openRecord(ctx, own)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range o.plans {
		errs = append(errs, imports.Stored(ctx, db, own.DataDir, p))
		if keep := time.Duration(own.Retention.Transcripts); keep > 0 && time.Since(p.Started) > keep {
			env.Notef("%s began %s: the retention of transcripts removes it within an hour of the service's next start",
				p.Name, p.Started.Format(time.DateOnly))
		}
		if imports.InProgress(own.DataDir, p) {
			env.Notef("%s was begun before: it goes on from there", p.Name)
		}
	}
	return errors.Join(append(errs, db.Close())...)
}

// store stores a decoded recording, summarises it and prints the result.
func (o *importing) store(ctx context.Context, env *cli.Env, own configs.Config, d *imports.Decoded, terms imports.Terms) (err error) {
	db, err := openRecord(ctx, own)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	lines, people := d.Counts()
	if err := d.Keep(ctx, db, terms); err != nil {
		return err
	}
	session := d.Plan.Session
	if err := sumUp(ctx, env, own, db, session); err != nil {
		return err
	}
	flags, err := db.Flags(ctx, session)
	if err != nil {
		return err
	}
	tell(env, session, lines, people, len(flags))
	return nil
}
