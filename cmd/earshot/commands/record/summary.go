package record

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/transcript"
	"earshot/moderation/summary"
)

func newSummaryCommand(env *cli.Env) *cobra.Command {
	var asJSON, verbatim bool
	var since string
	cmd := &cobra.Command{
		Use:   "summary SESSION",
		Short: "Sum a session up: chapters, highlights, decisions, actions, questions, talk time",
		Long: `Sums up what was said in a session, also while it goes on. Everything is quoted or counted; what is doubtful or flagged is
left out, and it is said how much. With --since only what came after a time: what a late-comer missed.

SESSION is a session's name as "earshot sessions list" prints it, the beginning of one, or "last" for the newest. FILE is a
transcript, as for "earshot import": it is summed up and not stored.`,
		Example: `  earshot summary last
  earshot summary last --since 12:30
  earshot summary talk.vtt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var ms int64
			if since != "" {
				var err error
				if ms, err = cli.ParseSessionTime(since); err != nil {
					return cli.BadInput(fmt.Errorf("--since %w", err))
				}
			}
			sum := summarise
			if cli.IsTranscript(args[0]) {
				sum = summariseFile
			}
			s, err := sum(env, cmd, args[0], ms)
			if err != nil {
				return err
			}
			if verbatim {
				s = s.Verbatim()
			}
			if asJSON {
				return env.JSON(s)
			}
			return terminal.PrintSummary(env.Stdout, env.Paint(), s)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object, with the lines that each item rests on")
	cmd.Flags().BoolVar(&verbatim, "verbatim", false, "quote the words that were heard, with hesitation and repeats")
	cmd.Flags().StringVar(&since, "since", "", "only from this `TIME` of the session on: 12:30, 1:02:00 or 15m")
	return cmd
}

// summariseFile sums a transcript up without storing it. Lines that the rules would flag are left out, as in a session.
func summariseFile(env *cli.Env, cmd *cobra.Command, name string, sinceMS int64) (s models.Summary, err error) {
	cfg, err := env.Config(cmd)
	if err != nil {
		return s, err
	}
	set, errR := app.RulesOf(cfg, "")
	t, errT := cli.ReadTranscript(name, "")
	if err := errors.Join(errR, errT); err != nil {
		return s, cli.BadInput(err)
	}
	if set != nil && !transcript.IsExport(name) {
		transcript.Judge(&t, set)
	}
	return summary.Make(summary.Input{
		Session: *t.Session, Speakers: t.Speakers, Utterances: t.Utterances, Flags: t.Flags, SinceMS: sinceMS, Now: t.Session.Ended,
	}), nil
}

// summarise reads or makes a session's summary. A new one of a session that is over is stored, unless another Earshot
// has the record open.
func summarise(env *cli.Env, cmd *cobra.Command, word string, sinceMS int64) (s models.Summary, err error) {
	cfg, err := env.Config(cmd)
	if err != nil {
		return s, err
	}
	fresh := false
	err = env.WithRecord(cmd, func(db app.Record) error {
		info, err := cli.FindSession(cmd.Context(), db, word)
		if err != nil {
			return err
		}
		z, err := afterwards.NewSummariser(db, cfg, env.Environ.Get(afterwards.SummaryKey), env.Logger(cfg))
		if err != nil {
			return err
		}
		old, errOld := db.Summary(cmd.Context(), info.ID, models.SummarySession)
		s, err = z.Summarise(cmd.Context(), info.ID, sinceMS)
		fresh = errOld != nil || old.Basis != s.Basis
		return err
	})
	if err == nil && fresh && s.Kind == models.SummarySession && s.Lines > 0 {
		err = keepSummary(cmd, cfg, s)
	}
	return s, err
}

func keepSummary(cmd *cobra.Command, c configs.Config, s models.Summary) error {
	db, err := app.OpenRecord(cmd.Context(), c)
	if errors.Is(err, store.ErrInUse) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(db.PutSummary(cmd.Context(), s), db.Close())
}
