package rules

import (
	"cmp"
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
	"earshot/moderation/rules"
)

func newRulesReplay(env *cli.Env) *cobra.Command {
	var since, room string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "replay FILE...",
		Short: "Run rules over the stored sessions: what they would have done",
		Long: `Runs rule files over the sessions that are stored, in the order in which people spoke, and prints for each rule how often it
would have fired, how often its verdict would have reached the host or the room, and what hosts said of the flags at
those lines. Nothing is stored and nobody is told.

A FILE that is a transcript (.json, .vtt, .srt, .txt; see "earshot import") is run through instead of the stored sessions. With
no rule file it is judged by the rules of the settings.`,
		Example: `  earshot rules replay --since 30d my-room.yaml
  earshot rules replay my-room.yaml talk.vtt`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, transcripts := parted(args)
			set, err := rulesFor(env, cmd, files)
			if err != nil {
				return cli.BadInput(rulesHint(err))
			}
			if len(transcripts) > 0 {
				done, err := replayFiles(set, transcripts)
				if err != nil {
					return cli.BadInput(err)
				}
				return printReplay(env, set, done, asJSON)
			}
			from, err := sinceTime(since, time.Now())
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

// parted tells rule files and transcripts apart by their names.
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

// rulesFor compiles rule files, or those of the settings where none is named.
func rulesFor(env *cli.Env, cmd *cobra.Command, files []string) (*engine.Set, error) {
	if len(files) > 0 {
		return engine.Load(app.RulesOptions(), files...)
	}
	cfg, err := env.Config(cmd)
	if err != nil {
		return nil, err
	}
	set, err := app.RulesOf(cfg, "")
	if err == nil && set == nil {
		err = errors.New("the settings have no rules: name a rule file")
	}
	return set, err
}

// replayFiles runs a set over transcripts.
func replayFiles(set *engine.Set, files []string) (*engine.Replay, error) {
	r := engine.NewReplay(set)
	for _, f := range files {
		t, err := cli.ReadTranscript(f, "")
		if err != nil {
			return nil, err
		}
		r.Session(*t.Session, t.Speakers, t.Flags)
		slices.SortStableFunc(t.Utterances, func(a, b models.Utterance) int { return cmp.Compare(a.EndMS, b.EndMS) })
		for _, u := range t.Utterances {
			r.Line(u)
		}
	}
	return r, nil
}

// sinceTime reads how far back to look; "all" is as far as there is anything.
func sinceTime(text string, now time.Time) (time.Time, error) {
	if text == "all" {
		return time.Time{}, nil
	}
	age, err := rules.ParseDuration(text)
	if err != nil {
		return time.Time{}, models.WithHint(fmt.Errorf("--since: %w", err), "write 12h, 30d, 8w or all")
	}
	return now.Add(-age), nil
}

// replay runs a set over the stored sessions, the oldest first.
func replay(ctx context.Context, env *cli.Env, db app.Record, set *engine.Set, room string, since time.Time) (*engine.Replay, error) {
	sessions, lines, err := app.SessionsSince(ctx, db, room, since)
	if err != nil {
		return nil, err
	}
	bar := env.CountBar(lines, "lines")
	defer bar.Close()
	r := engine.NewReplay(set)
	for _, info := range slices.Backward(sessions) {
		if err := app.ReplaySession(ctx, db, r, info.Session, func(n int) { _ = bar.Add(n) }); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func printReplay(env *cli.Env, set *engine.Set, r *engine.Replay, asJSON bool) error {
	if asJSON {
		return env.JSON(r.Report())
	}
	env.Printf("%s over %d sessions, %d lines\n\n", set, r.Sessions, r.Lines)
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
