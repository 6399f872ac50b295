package record

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/imports"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/engine"
	"earshot/moderation/review/transcript"
)

// importing holds the flags of "earshot import" and what they resolve to.
type importing struct {
	room, profile, began, language string
	names, offsets                 map[string]string
	dryRun, json                   bool

	plans []*imports.Plan
}

const importLong = `Stores each PATH as a finished session with flags, a summary, search, exports and review like any other.

Recordings with a track per person: a folder, a zip file or a single file. Speakers and the start of each track are recognised for

  Craig      a zip file or folder of any format it offers, with its info.txt
  Janus      .mjr files of a VideoRoom or AudioBridge
  LiveKit    track egress, with its .json files
  Zoom       the folder "Audio Record"
  others     (Riverside, Zencastr, …) one file per person, named after the person

WAV, Ogg Opus and .mjr are read by Earshot itself, other formats by ffmpeg. All decoders work at once, faster than real time. An
import that was interrupted continues when the command is repeated. --dry-run shows what was recognised and stores nothing. A single
recording without --names is taken for a mix of several people.

Transcripts:

  .json  an Earshot export, with everything in it
  .vtt   WebVTT, speakers as <v Name> or "Name: words"
  .srt   subtitles, "Name: words" in a cue
  .txt   "Name: words" on each line, with or without a time before it

All but .json are judged by the rules of the profile; nobody is asked, and no action is taken. Transcripts have no audio to play back.
The same file is not stored twice. Stop the service first: only one process may write to the database.`

func newImportCommand(env *cli.Env) *cobra.Command {
	var o importing
	cmd := &cobra.Command{
		Use:   "import PATH...",
		Short: "Import recordings and transcripts as sessions",
		Long:  importLong,
		Example: `  earshot import evening.json
  earshot import craig-2026-03-01.zip --dry-run
  earshot import meeting/ --names ana-raw=Ana --offset Ana=12.5s --profile night
  earshot import --room radio --profile night talk.vtt interview.txt`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(env, cmd, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.room, "room", "", "the `ROOM` that the sessions belong to (default: import: and the file's name)")
	f.StringVar(&o.profile, "profile", "", "the `PROFILE` whose rules judge them")
	f.StringVar(&o.began, "began", "", "when they began, such as 2026-03-01T20:00:00Z (default: the `TIME` of the file)")
	f.StringVar(&o.began, "start", "", "the same as --began, as a `TIME` (default for recordings: the time they contain)")
	f.StringVar(&o.language, "language", "en", "the `LANGUAGE` transcripts are in, as ISO 639-1: en, id")
	f.StringToStringVar(&o.names, "names", nil, "who speaks on a track: `TRACK=NAME`, by its file, its name or its number from 1")
	f.StringToStringVar(&o.offsets, "offset", nil, "when a track begins after the start: `TRACK=TIME`, such as 12.5s")
	for _, name := range []string{"names", "offset"} {
		f.Lookup(name).DefValue = "" // "(default [])" says nothing
	}
	f.BoolVar(&o.dryRun, "dry-run", false, "show what was understood of recordings, and store nothing")
	f.BoolVar(&o.json, "json", false, "with --dry-run: as JSON")
	cmd.MarkFlagsMutuallyExclusive("began", "start")
	return cmd
}

func (o *importing) run(env *cli.Env, cmd *cobra.Command, paths []string) (err error) {
	cfg, err := env.Config(cmd)
	if err != nil {
		return err
	}
	set, err := app.RulesOf(cfg, o.profile)
	if err != nil {
		return cli.BadInput(err)
	}
	var texts []string
	var all []*transcript.Transcript
	defer func() {
		for _, p := range o.plans {
			err = errors.Join(err, p.Close())
		}
	}()
	var wrong []error
	for _, name := range paths { // nothing is stored unless all can be read
		if strings.Contains(name, "://") {
			wrong = append(wrong, models.WithHint(fmt.Errorf("%s: this is an address, and not a file", name),
				"download it, or name the file by its path; what is sent now is heard by \"earshot join\""))
			continue
		}
		if imports.Is(name) {
			wrong = append(wrong, o.look(name))
			continue
		}
		t, err := o.read(name)
		if err != nil {
			return cli.BadInput(err)
		}
		texts, all = append(texts, name), append(all, t)
	}
	if err := errors.Join(wrong...); err != nil {
		return cli.BadInput(err)
	}
	if o.dryRun {
		return o.show(env, all)
	}
	for i := range all {
		t := all[i]
		all[i] = nil // a transcript takes memory, and so does its summary
		if err := o.keep(cmd.Context(), env, cfg, set, texts[i], t); err != nil {
			return err
		}
	}
	return o.recordings(env, cmd, cfg, set)
}

// look analyses a recording.
func (o *importing) look(path string) error {
	i := imports.Options{Names: o.names, Offsets: map[string]time.Duration{}}
	for track, text := range o.offsets {
		d, err := time.ParseDuration(text)
		if err != nil {
			return models.WithHint(fmt.Errorf("--offset %s=%s is not a time", track, text), "write it as 12.5s")
		}
		i.Offsets[track] = d
	}
	if o.began != "" {
		at, err := time.Parse(time.RFC3339, o.began)
		if err != nil {
			return models.WithHint(fmt.Errorf("--start %q is not a time", o.began), "write it as 2026-03-01T20:00:00Z")
		}
		i.Start = at
	}
	p, err := imports.Look(path, i)
	if err == nil {
		o.plans = append(o.plans, p)
	}
	return err
}

// show prints the result of the analysis.
func (o *importing) show(env *cli.Env, texts []*transcript.Transcript) error {
	if o.json {
		return env.JSON(o.plans)
	}
	for _, p := range o.plans {
		from := ""
		if p.From != "" {
			from = " (" + p.From + ")"
		}
		env.Printf("%s%s: session %s, began %s\n", p.Path, from, p.Session, p.Started.Format(time.RFC3339))
		rows := [][]string{{"track", "speaker", "id", "begins", "format", "size"}}
		for _, t := range p.Tracks {
			who := t.Speaker
			if t.Mixed {
				who += " (a mix)"
			}
			rows = append(rows, []string{
				t.File, who, t.SpeakerID, (time.Duration(t.OffsetMS) * time.Millisecond).String(), t.Format,
				fmt.Sprintf("%.1f MB", float64(t.Bytes)/1e6),
			})
		}
		if err := env.Table(rows); err != nil {
			return err
		}
		env.Notes(p.Notes)
	}
	for _, t := range texts {
		env.Printf("%s: %s, %s\n", t.Session.ID, models.Count(t.Len(), "line"), models.Count(len(t.Speakers), "speaker"))
	}
	return nil
}

// openRecord opens the record for writing, which fails while another process has it open.
func openRecord(ctx context.Context, cfg configs.Config) (app.Record, error) {
	db, err := app.OpenRecord(ctx, cfg)
	if errors.Is(err, store.ErrInUse) {
		return nil, models.WithHint(err, "stop the service, or let the other import finish; then run this again: what is decoded stays")
	}
	return db, err
}

// keep judges and stores a transcript, and summarises it.
func (o *importing) keep(
	ctx context.Context, env *cli.Env, cfg configs.Config, set *engine.Set, name string, t *transcript.Transcript,
) (err error) {
	db, err := openRecord(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	bar := env.Progress(int64(t.Len()), "lines judged and stored")
	flags, err := transcript.Keep(ctx, db, t, set, func(n int) { bar.Done(int64(n)) })
	bar.Close()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	id, lines, speakers := t.Session.ID, t.Len(), len(t.Speakers)
	if !transcript.IsExport(name) {
		if err := sumUp(ctx, env, cfg, db, id); err != nil {
			return err
		}
	}
	tell(env, id, lines, speakers, flags)
	return nil
}

func sumUp(ctx context.Context, env *cli.Env, cfg configs.Config, db app.Record, session string) error {
	z, err := afterwards.NewSummariser(db, cfg, env.Environ.Get(afterwards.SummaryKey), env.Logger(cfg))
	if err != nil {
		return err
	}
	bar := env.Progress(-1, "summing up")
	defer bar.Close()
	if err := z.RemakeWhile(ctx, session); err != nil {
		env.Notef("%s is stored, but has no summary yet: \"earshot summary %s\" makes it", session, session)
		return err
	}
	return nil
}

func tell(env *cli.Env, session string, lines, speakers, flags int) {
	env.Printf("%s: %s, %s, %s\n", session, models.Count(lines, "line"), models.Count(speakers, "speaker"), models.Count(flags, "flag"))
}

// read reads a transcript as a session with the chosen room and profile.
func (o *importing) read(name string) (*transcript.Transcript, error) {
	t, err := cli.ReadTranscript(name, o.began)
	if err != nil || transcript.IsExport(name) {
		return t, err
	}
	t.Session.Profile = o.profile
	if o.room != "" {
		t.Session.Room = o.room
	}
	t.Language = o.language
	return t, nil
}
