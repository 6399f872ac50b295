package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/review/transcript"
)

func newRulesReplay(env *cli.Env) *cobra.Command {
	var since, room string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "replay FILE...",
		Short: "Replay stored sessions to see what rules would have done",
		Long: `Runs rule files over the stored sessions, in the order in which people spoke, and prints for each rule how often it would have
fired, how often its verdict would have reached the host or the room, and how hosts decided the flags on those lines. Nothing is
stored and nobody is notified.

If FILE is a transcript (.json, .vtt, .srt, .txt; see "earshot import"), it is used instead of the stored sessions. Without a rule
file, the configured rules apply. FILE may also hold labelled lines (.jsonl, .csv), each judged by itself: the table then shows how
accurate each rule is, as "earshot rules try --batch" does.`,
		Example: `  earshot rules replay --since 30d my-room.yaml
  earshot rules replay my-room.yaml talk.vtt`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			lines, files := labelledFiles(args)
			files, transcripts := parted(files)
			set, err := rulesFor(env, cmd, files)
			if err != nil {
				return cli.BadInput(rulesHint(err))
			}
			if len(lines) > 0 && len(transcripts) > 0 {
				return cli.BadInput(errors.New("transcripts and labelled lines can't be replayed together"))
			}
			if len(lines) > 0 {
				return tryLabelled(env, set, lines, func(say []string) engine.Example { return engine.Example{Say: say, WordP: 1} }, asJSON)
			}
			if len(transcripts) > 0 {
				done, err := replayFiles(cmd.Context(), env, set, transcripts)
				if err != nil {
					return err
				}
				return printReplay(env, set, done, asJSON)
			}
			from, err := cli.SinceTime(since, time.Now())
			if err != nil {
				return cli.BadInput(err)
			}
			return env.WithRecord(cmd, func(db app.Record) error {
				id, err := env.FindRoom(cmd, db, room)
				if err != nil {
					return err
				}
				done, err := replay(cmd.Context(), env, db, set, id, from)
				if err != nil {
					return err
				}
				return printReplay(env, set, done, asJSON)
			})
		},
	}
	cmd.Flags().StringVar(&since, "since", "30d", "sessions that began within this `TIME`: 12h, 30d, 8w, or all")
	cmd.Flags().StringVar(&room, "room", "", "only this `ROOM`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// parted separates transcripts from rule files by their names.
func parted(files []string) (rules, transcripts []string) {
	for _, f := range files {
		if transcript.Known(f) {
			transcripts = append(transcripts, f)
		} else {
			rules = append(rules, f)
		}
	}
	return rules, transcripts
}

// rulesFor compiles the named rule files, or the configured ones if none is named.
func rulesFor(env *cli.Env, cmd *cobra.Command, files []string) (*engine.Set, error) {
	if len(files) > 0 {
		return engine.Load(loadOptions(env, cmd), files...)
	}
	cfg, err := env.Config(cmd)
	if err != nil {
		return nil, err
	}
	set, err := app.RulesOf(cfg, "")
	if err == nil && set == nil {
		err = errors.New("no rules are configured: name a rule file")
	}
	return set, err
}

// replayFiles runs a set of rules over transcripts.
func replayFiles(ctx context.Context, env *cli.Env, set *engine.Set, files []string) (*engine.Replay, error) {
	r := engine.NewReplay(set)
	for _, f := range files {
		t, err := cli.ReadTranscript(f, "")
		if err != nil {
			return nil, cli.BadInput(err)
		}
		if err := replayFile(ctx, env, r, t); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// replayFile replays a transcript.
func replayFile(ctx context.Context, env *cli.Env, r *engine.Replay, t *transcript.Transcript) error {
	bar := env.Progress(int64(t.Len()), "lines replayed")
	defer bar.Close()
	r.Session(*t.Session, t.Speakers, t.Flags())
	done := 0
	for u := range t.Spoken() {
		if done%1000 == 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			bar.Done(int64(done))
		}
		r.Line(u)
		done++
	}
	return nil
}

// replay runs a set of rules over the stored sessions, oldest first.
func replay(ctx context.Context, env *cli.Env, db app.Record, set *engine.Set, room string, since time.Time) (*engine.Replay, error) {
	sessions, lines, err := app.SessionsSince(ctx, db, room, since)
	if err != nil {
		return nil, err
	}
	bar := env.Progress(int64(lines), "lines replayed")
	defer bar.Close()
	r := engine.NewReplay(set)
	for _, info := range slices.Backward(sessions) {
		if err := app.ReplaySession(ctx, db, r, info.Session, bar.Add); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func printReplay(env *cli.Env, set *engine.Set, r *engine.Replay, asJSON bool) error {
	if asJSON {
		return env.JSON(r.Report())
	}
	env.Printf("%s over %s, %s\n\n", set, models.Count(r.Sessions, "session"), models.Count(r.Lines, "line"))
	rows := [][]string{{"RULE", "PACK", "FIRED", "WOULD ENFORCE", "HOST CONFIRMED", "HOST DISMISSED", "PRECISION"}}
	for _, row := range r.Rows() {
		precision := "-"
		if p, ok := row.Precision(); ok {
			precision = fmt.Sprintf("%.0f%%", 100*p)
		}
		rows = append(rows, []string{
			row.Rule, row.Pack, fmt.Sprint(row.Fired), fmt.Sprint(row.WouldEnforce), fmt.Sprint(row.Confirmed), fmt.Sprint(row.Dismissed), precision,
		})
	}
	return env.Table(rows)
}
