package record

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/export"
	"earshot/moderation/review/transcript"
)

type importing struct{ room, profile, began, language string }

func newImportCommand(env *cli.Env) *cobra.Command {
	var o importing
	cmd := &cobra.Command{
		Use:   "import FILE...",
		Short: "Store transcripts as sessions: exports of Earshot, WebVTT, SubRip, plain text",
		Long: `Stores each file as a session that is over, with flags, a summary, search, exports and review like any other.

  .json  an export of Earshot: everything in it, as it was    .srt  subtitles, "Name: words" in a cue
  .vtt   WebVTT, speakers as <v Name> or "Name: words"        .txt  "Name: words" a line, with or without a time before it

Files other than .json are judged by the rules of the profile. They have no sound, so that nothing can be heard of them.
The same file is not stored twice. Stop the service first: only one process writes to the record.`,
		Example: `  earshot import evening.json
  earshot import --room radio --profile night talk.vtt interview.txt`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(env, cmd, args) },
	}
	cmd.Flags().StringVar(&o.room, "room", "", "the `ROOM` that the sessions are of (default: import: and the file's name)")
	cmd.Flags().StringVar(&o.profile, "profile", "", "the `PROFILE` whose rules judge them")
	cmd.Flags().StringVar(&o.began, "began", "", "when they began, as 2026-03-01T20:00:00Z (default: the `TIME` of the file)")
	cmd.Flags().StringVar(&o.language, "language", "en", "the `LANGUAGE` they are in, as ISO 639-1: en, id")
	return cmd
}

func (o importing) run(env *cli.Env, cmd *cobra.Command, files []string) (err error) {
	cfg, err := env.Config(cmd)
	if err != nil {
		return err
	}
	set, err := app.RulesOf(cfg, o.profile)
	if err != nil {
		return cli.BadInput(err)
	}
	var all []export.Transcript
	for _, name := range files { // none is stored when one can't be read
		t, err := o.read(name)
		if err != nil {
			return cli.BadInput(err)
		}
		all = append(all, t)
	}
	db, err := app.OpenRecord(cmd.Context(), cfg)
	if errors.Is(err, store.ErrInUse) {
		return models.WithHint(err, "stop the service, import, and start it again")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	z, err := afterwards.NewSummariser(db, cfg, env.Environ.Get(afterwards.SummaryKey), env.Logger(cfg))
	if err != nil {
		return err
	}
	for i, t := range all {
		own := transcript.IsExport(files[i])
		if !own && set != nil {
			transcript.Judge(&t, set)
		}
		if err := transcript.Keep(cmd.Context(), db, t); err != nil {
			return fmt.Errorf("%s: %w", files[i], err)
		}
		if t.Summary == nil && !own {
			if _, err := z.Remake(cmd.Context(), t.Session.ID); err != nil {
				return err
			}
		}
		env.Printf("%s: %s, %s, %s\n", t.Session.ID, models.Count(len(t.Utterances), "line"),
			models.Count(len(t.Speakers), "speaker"), models.Count(len(t.Flags), "flag"))
	}
	return nil
}

// read reads one file as a session of the room and the profile.
func (o importing) read(name string) (export.Transcript, error) {
	t, err := cli.ReadTranscript(name, o.began)
	if err != nil || transcript.IsExport(name) {
		return t, err
	}
	t.Session.Profile = o.profile
	if o.room != "" {
		t.Session.Room = o.room
	}
	for i := range t.Utterances {
		t.Utterances[i].Language = o.language
	}
	return t, nil
}
