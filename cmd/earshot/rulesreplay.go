package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation"
)

func newRulesReplay(a *app) *cobra.Command {
	var since, room string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "replay FILE...",
		Short: "Run rules over the stored sessions: what they would have done",
		Long: `Runs rule files over the sessions that are stored, in the order in which people spoke, and prints for each rule how often it
would have fired, how often its verdict would have reached the host or the room, and what hosts said of the flags at
those lines. Nothing is stored and nobody is told.`,
		Example: `  earshot rules replay --since 30d my-room.yaml`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			set, err := moderation.Load(rulesOptions(), args...)
			if err != nil {
				return badInput(rulesHint(err))
			}
			from, err := sinceTime(since, time.Now())
			if err != nil {
				return badInput(err)
			}
			store, err := a.openStore(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			replay, err := a.replay(cmd.Context(), store, set, room, from)
			if err != nil {
				return err
			}
			return a.printReplay(set, replay, asJSON)
		},
	}
	cmd.Flags().StringVar(&since, "since", "30d", "sessions that began within this `TIME`: 12h, 30d, 8w, or all")
	cmd.Flags().StringVar(&room, "room", "", "only this `ROOM`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// sinceTime reads how far back to look; "all" is as far as there is anything.
func sinceTime(text string, now time.Time) (time.Time, error) {
	if text == "all" {
		return time.Time{}, nil
	}
	age, err := moderation.ParseDuration(text)
	if err != nil {
		return time.Time{}, models.WithHint(fmt.Errorf("--since: %w", err), "write 12h, 30d, 8w or all")
	}
	return now.Add(-age), nil
}

// replay runs a set over the stored sessions, the oldest first.
func (a *app) replay(ctx context.Context, store *sqlite.Store, set *moderation.Set, room string, since time.Time) (*moderation.Replay, error) {
	sessions, lines, err := sessionsSince(ctx, store, room, since)
	if err != nil {
		return nil, err
	}
	bar := a.bar(lines, "lines")
	defer bar.Close()
	replay := moderation.NewReplay(set)
	for _, info := range slices.Backward(sessions) {
		us, errU := store.Utterances(ctx, info.ID)
		flags, errF := store.Flags(ctx, info.ID)
		people, errP := store.Speakers(ctx, info.ID)
		if err := errors.Join(errU, errF, errP); err != nil {
			return nil, err
		}
		slices.SortStableFunc(us, func(a, b models.Utterance) int { return cmp.Compare(a.EndMS, b.EndMS) })
		replay.Session(info.Session, people, flags)
		for i, u := range us {
			replay.Line(u)
			if i%1024 == 1023 {
				_ = bar.Add(1024)
			}
		}
		_ = bar.Add(len(us) % 1024)
	}
	return replay, nil
}

// sessionsSince lists the sessions that began at a time or later, the newest first, and counts their lines.
func sessionsSince(ctx context.Context, store *sqlite.Store, room string, since time.Time) ([]models.SessionInfo, int, error) {
	var out []models.SessionInfo
	lines := 0
	q := models.SessionQuery{Room: room, Limit: 1000}
	for {
		page, err := store.Sessions(ctx, q)
		if err != nil {
			return nil, 0, err
		}
		for _, s := range page {
			if s.Started.Before(since) {
				return out, lines, nil
			}
			out = append(out, s)
			lines += s.Utterances
		}
		if len(page) < q.Limit {
			return out, lines, nil
		}
		q.Before = page[len(page)-1].Started
	}
}

// replayJSON is "rules replay --json".
type replayJSON struct {
	Set      string                 `json:"set"`
	Sessions int                    `json:"sessions"`
	Lines    int                    `json:"lines"`
	Rules    []moderation.ReplayRow `json:"rules"`
}

func (a *app) printReplay(set *moderation.Set, r *moderation.Replay, asJSON bool) error {
	if asJSON {
		return a.writeJSON(replayJSON{set.String(), r.Sessions, r.Lines, r.Rows()})
	}
	fmt.Fprintf(a.stdout, "%s over %d sessions, %d lines\n\n", set, r.Sessions, r.Lines)
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
	return table(a.stdout, a.palette(a.stdout), rows)
}

func newRulesExplain(a *app) *cobra.Command {
	var asJSON, show bool
	cmd := &cobra.Command{
		Use:   "explain FLAG",
		Short: "Explain a stored flag: the rule, the words, how surely they were heard",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			store, err := a.openStore(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			f, err := store.Flag(cmd.Context(), args[0])
			if err != nil {
				return models.WithHint(err, `"earshot sessions show SESSION --json" has the ids of flags`)
			}
			if asJSON {
				return a.writeJSON(f)
			}
			a.printFlag(f, show)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.Flags().BoolVar(&show, "show", false, "do not hide the words")
	return cmd
}

// printFlag tells all that a flag knows of itself.
func (a *app) printFlag(f models.Flag, show bool) {
	paint := a.palette(a.stdout)
	fmt.Fprintf(a.stdout, "%s  level %s, mode %s\n", paint.alert("▲ "+f.Rule), f.Level, f.Mode)
	fmt.Fprintf(a.stdout, "    %s\n    %s\n", plain(f.Title), plain(f.Why))
	fmt.Fprintf(a.stdout, "    said by %s at %s, in session %s\n", plain(f.SpeakerName), clockMS(f.StartMS), f.Session)
	fmt.Fprintf(a.stdout, "    rule %s of pack %s, version %s\n", f.Rule, f.Pack, f.Hash)
	for _, w := range f.Matched {
		text := plain(w.Text)
		if r := []rune(text); !show && len(r) > 0 {
			text = string(r[0]) + strings.Repeat("•", max(len(r)-1, 2))
		}
		fmt.Fprintf(a.stdout, "    %s  %s  probability %.2f\n", clockMS(w.StartMS), text, w.P)
	}
	if f.Status == models.FlagOpen {
		fmt.Fprintln(a.stdout, "    nobody has answered yet")
		return
	}
	fmt.Fprintf(a.stdout, "    %s by %s on %s\n", f.Status, plain(f.DecidedBy), f.Decided.Local().Format(time.DateTime))
}

// clockMS is a time of a session as people read it.
func clockMS(ms int64) string {
	s := ms / 1000
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}
