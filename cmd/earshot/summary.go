package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/app"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/export"
)

func newSummaryCommand(a *cli) *cobra.Command {
	var asJSON bool
	var since string
	cmd := &cobra.Command{
		Use:   "summary SESSION",
		Short: "Sum a session up: chapters, highlights, decisions, actions, questions, talk time",
		Long: `Sums up what was said in a session, also while it goes on. Everything is quoted or counted; what is doubtful or flagged is
left out, and it is said how much. With --since only what came after a time: what a late-comer missed.

SESSION is a session's name as "earshot sessions list" prints it, the beginning of one, or "last" for the newest.`,
		Example: `  earshot summary last
  earshot summary last --since 12:30`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ms, err := parseClock(since)
			if err != nil {
				return badInput(err)
			}
			s, err := a.summarise(cmd, args[0], ms)
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(s)
			}
			return printSummary(a.stdout, a.palette(a.stdout), s)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object, with the lines that each item rests on")
	cmd.Flags().StringVar(&since, "since", "", "only from this `TIME` of the session on: 12:30, 1:02:00 or 15m")
	return cmd
}

// parseClock reads a time from a session's start: m:ss, h:mm:ss or a duration. "" is the start.
func parseClock(s string) (int64, error) {
	wrong := models.WithHint(fmt.Errorf("--since %q is no time of a session", s), "write it as 12:30, 1:02:00 or 15m")
	if s == "" {
		return 0, nil
	}
	if !strings.Contains(s, ":") {
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			return 0, wrong
		}
		return d.Milliseconds(), nil
	}
	parts := strings.Split(s, ":")
	var total int64
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || len(parts) > 3 || i > 0 && (n > 59 || len(p) != 2) {
			return 0, wrong
		}
		total = total*60 + int64(n)
	}
	return total * 1000, nil
}

// summarise reads or makes a session's summary. A new one of a session that is over is stored, unless another Earshot
// has the record open.
func (a *cli) summarise(cmd *cobra.Command, word string, sinceMS int64) (models.Summary, error) {
	cfg, err := a.config(cmd)
	if err != nil {
		return models.Summary{}, err
	}
	store, err := a.openStore(cmd)
	if err != nil {
		return models.Summary{}, err
	}
	s, fresh, err := func() (models.Summary, bool, error) {
		info, err := findSession(cmd.Context(), store, word)
		if err != nil {
			return models.Summary{}, false, err
		}
		z, err := afterwards.NewSummariser(store, cfg, a.environ.Get(afterwards.SummaryKey), a.logger(cfg))
		if err != nil {
			return models.Summary{}, false, err
		}
		old, errOld := store.Summary(cmd.Context(), info.ID, models.SummarySession)
		s, err := z.Summarise(cmd.Context(), info.ID, sinceMS)
		return s, errOld != nil || old.Basis != s.Basis, err
	}()
	if err := errors.Join(err, store.Close()); err != nil {
		return s, err
	}
	if fresh && s.Kind == models.SummarySession && s.Lines > 0 {
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

// printSummary writes a summary for people.
func printSummary(w io.Writer, paint palette, s models.Summary) error {
	var b strings.Builder
	b.WriteString(paint.bold(plain(s.Headline)) + "\n")
	if s.SinceMS > 0 {
		b.WriteString(paint.dim("since "+export.Clock(s.SinceMS)) + "\n")
	}
	section := func(title string, rows []string) {
		if len(rows) > 0 {
			b.WriteString("\n" + paint.bold(title) + "\n" + strings.Join(rows, "\n") + "\n")
		}
	}
	var chapters []string
	for _, c := range s.Chapters {
		chapters = append(chapters, "  "+paint.dim(export.Clock(c.StartMS))+"  "+plain(c.Title))
	}
	section("Chapters", chapters)
	names := map[string]string{}
	for _, t := range s.Talk {
		names[t.SpeakerID] = t.SpeakerName
	}
	section("Highlights", itemRows(s.Highlights, names, paint))
	section("Decisions", itemRows(s.Decisions, names, paint))
	section("Actions", itemRows(s.Actions, names, paint))
	section("Questions", itemRows(s.Questions, names, paint))
	if rows := talkRows(s.Talk); len(rows) > 1 {
		b.WriteString("\n")
		if err := table(&b, paint, rows); err != nil {
			return err
		}
	}
	if s.Digest.Flags > 0 || len(s.Digest.Actions) > 0 {
		section("Moderation", digestRows(s.Digest))
	}
	if s.Lines > 0 {
		b.WriteString("\n" + paint.dim(plain(export.SummaryNote(s))) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func itemRows(items []models.SummaryItem, names map[string]string, paint palette) []string {
	var out []string
	for _, it := range items {
		out = append(out, "  "+paint.dim(export.Clock(it.StartMS))+"  "+plain(names[it.SpeakerID])+": "+plain(it.Text))
	}
	return out
}

func talkRows(talk []models.TalkShare) [][]string {
	rows := [][]string{{"SPEAKER", "TALKED", "SHARE", "TURNS", "BROKE IN", "WAS CUT OFF"}}
	var sum int64
	for _, t := range talk {
		sum += t.TalkMS
	}
	for _, t := range talk {
		share := fmt.Sprintf("%d %%", (t.TalkMS*100+sum/2)/max(1, sum))
		rows = append(
			rows,
			[]string{
				t.SpeakerName, export.Clock(t.TalkMS), share, strconv.Itoa(t.Turns), strconv.Itoa(t.Interruptions),
				strconv.Itoa(t.Interrupted),
			},
		)
	}
	return rows
}

// digestRows are two sentences: what was flagged and decided, by which rules.
func digestRows(d models.ModerationDigest) []string {
	rows := []string{fmt.Sprintf("  %s: %d confirmed, %d dismissed, %d open", models.Count(d.Flags, "flag"), d.Confirmed, d.Dismissed, d.Open)}
	var rules []string
	for _, r := range slices.SortedFunc(maps.Keys(d.ByRule), func(a, b string) int {
		return cmp.Or(cmp.Compare(d.ByRule[b], d.ByRule[a]), cmp.Compare(a, b))
	}) {
		rules = append(rules, fmt.Sprintf("%s %d", plain(r), d.ByRule[r]))
	}
	if len(rules) > 0 {
		rows = append(rows, "  rules: "+strings.Join(rules, ", "))
	}
	var done []string
	for _, v := range slices.Sorted(maps.Keys(d.Actions)) {
		done = append(done, fmt.Sprintf("%s %d", v, d.Actions[v]))
	}
	if len(done) > 0 {
		rows = append(rows, "  done: "+strings.Join(done, ", "))
	}
	return rows
}
