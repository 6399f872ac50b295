package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/review/export"
	"earshot/moderation/review/transcript"
	"earshot/moderation/summary"
)

func newSummaryCommand(env *cli.Env) *cobra.Command {
	var out cli.Output
	var verbatim bool
	var since string
	cmd := &cobra.Command{
		Use:   "summary SESSION",
		Short: "Summarise a session: chapters, highlights, decisions, actions, questions, talk time",
		Long: `Summarises what was said in a session, even while it is live. Everything is quoted or counted; doubtful and flagged lines are left
out, and the summary says how many. --since covers only what came after a time: what a latecomer missed.

SESSION is a session's name as "earshot sessions list" prints it, its first characters, a room's name for the newest session there, or
"last" for the newest that anybody was in. It may also be a file with a transcript, as for "earshot import": that is summarised but
not stored.`,
		Example: `  earshot summary last
  earshot summary last --since 12:30
  earshot summary last --output minutes.md
  earshot summary talk.vtt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := out.FormatFor(out.Path)
			if err != nil {
				return err
			}
			var ms int64
			if since != "" {
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
			return writeSummary(env, s, format, &out)
		},
	}
	out.AddTo(cmd, "`FILE` to write; - is standard output", export.FormatText, export.FormatMD, export.FormatJSON)
	cmd.Flags().BoolVar(&verbatim, "verbatim", false, "quote verbatim, with hesitations and repetitions")
	cmd.Flags().StringVar(&since, "since", "", "only after this `TIME` in the session: 12:30, 1:02:00 or 15m")
	return cmd
}

// writeSummary writes a summary to the chosen output.
func writeSummary(env *cli.Env, s models.Summary, format export.Format, out *cli.Output) error {
	var b bytes.Buffer
	var err error
	switch {
	case format == export.FormatJSON:
		err = cli.WriteJSON(&b, s)
	case format == export.FormatMD:
		err = export.WriteSummary(&b, s)
	case out.Path == "-":
		err = terminal.PrintSummary(&b, env.Paint(), s)
	default:
		err = terminal.PrintSummary(&b, terminal.Palette{}, s)
	}
	if err != nil {
		return err
	}
	return out.Write(env, b.Bytes())
}

// summariseFile summarises a transcript without storing the summary. It leaves out lines that the rules would flag, as in a session.
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
	in, err := judged(cmd.Context(), env, t, set)
	if err != nil {
		return s, err
	}
	in.SinceMS = sinceMS
	return summary.Make(in), nil
}

// judged returns what the summary of a transcript is made from.
func judged(ctx context.Context, env *cli.Env, t *transcript.Transcript, set *engine.Set) (summary.Input, error) {
	in := summary.Input{Session: *t.Session, Speakers: t.Speakers, Now: t.Session.Ended}
	bar := env.Progress(int64(t.Len()), "lines judged")
	defer bar.Close()
	done := 0
	for u, flags := range t.Judged(set) {
		if ctx.Err() != nil {
			return in, context.Cause(ctx)
		}
		if done%1000 == 0 {
			bar.Done(int64(done))
		}
		in.Add(u)
		in.Flags = append(in.Flags, flags...)
		done++
	}
	in.Flags = append(in.Flags, t.Lineless()...)
	return in, nil
}

// summarise returns a session's summary, creating it if necessary. A new summary of an ended session is stored unless another Earshot has
// the record open.
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
		if info.Reason == models.EndPartial {
			env.Notef("this session is imported in part: repeat the import to complete it")
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
		err = app.WriteRecord(cmd.Context(), cfg, func(db app.Record) error { return db.PutSummary(cmd.Context(), s) },
			func() error { return nil }) // the service that runs on the record creates its own
	}
	return s, err
}
